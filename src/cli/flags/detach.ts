import { boolean } from '@oclif/core/flags';
import type { Kind } from '../../formats/kinds/kind.js';
import { checkSelection, type DetachSelection } from '../../operations/detach/selection.js';
import { selectionFlags, selectionFrom } from './selection.js';

/** The flags that say what `detach` removes. */
export const detachFlags = {
  ...selectionFlags,
  all: boolean({ summary: 'All attachments that fit, or all there are', helpGroup: 'SELECTION' }),
};

/**
 * The flags as a selection; a platform alone means all its attachments.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, also where no flag selects anything
 */
export function detachSelection(flags: {
  readonly kind?: readonly Kind[] | undefined;
  readonly 'artifact-type'?: string | undefined;
  readonly 'predicate-type'?: string | undefined;
  readonly annotation?: readonly string[] | undefined;
  readonly digest?: string | undefined;
  readonly platform?: string | undefined;
  readonly all: boolean;
}): DetachSelection {
  const { platform, all, ...chosen } = flags;
  const selection = { ...selectionFrom(chosen), all: all || platform !== undefined };
  checkSelection(selection);
  return selection;
}
