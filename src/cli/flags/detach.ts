import { boolean } from '@oclif/core/flags';
import type { Kind } from '../../formats/kinds/kind.js';
import type { DetachSelection } from '../../operations/detach/selection.js';
import { selectionFlags, selectionFrom } from './selection.js';

/** What `detach` is told to remove. */
export const detachFlags = {
  ...selectionFlags,
  all: boolean({ summary: 'All attachments that fit, or all there are', helpGroup: 'SELECTION' }),
};

/** The flags as a selection; a platform alone means all that is attached to it. */
export function detachSelection(flags: {
  readonly kind?: readonly Kind[] | undefined;
  readonly 'artifact-type'?: string | undefined;
  readonly annotation?: readonly string[] | undefined;
  readonly digest?: string | undefined;
  readonly platform?: string | undefined;
  readonly all: boolean;
}): DetachSelection {
  const { platform, all, ...chosen } = flags;
  return { ...selectionFrom(chosen), all: all || platform !== undefined };
}
