import { RemoraError } from '../../errors.js';
import { describeSelection, isWanted, noMatch, type Selection } from '../attached/selection.js';
import type { Holder } from './holder.js';

/** The attachments to detach: all that is given must fit. To mean everything, `all` must be said. */
export type DetachSelection = Omit<Selection, 'latest'>;

/** @throws RemoraError `INVALID_ARGUMENT` for an empty selection: removing everything must be said */
export function checkSelection(selection: DetachSelection): void {
  if (selection.all || describeSelection(selection).length > 0) return;
  throw new RemoraError('INVALID_ARGUMENT', 'detach needs to be told what is meant', {
    hint: 'Give --kind, --artifact-type, --annotation, --digest or --platform, or --all for everything',
  });
}

/** The error for a selection that fits none of these. */
export function nothingFits(reference: string, selection: DetachSelection, found: readonly Holder[]): RemoraError {
  const attachments = found.flatMap((holder) => holder.attachments);
  const types = attachments.map(({ kind, descriptor }) => kind ?? descriptor.artifactType ?? descriptor.mediaType);
  return noMatch(reference, selection, [...new Set(types)], {
    what: (wanted) => `nothing attached that fits ${wanted}`,
    tail: '; what is attached to these in turn is detached from them',
  });
}

/** The selected attachments of a manifest. */
export function wantedOf({ attachments }: Holder, selection: DetachSelection): Holder['attachments'] {
  return attachments.filter((attachment) => isWanted(attachment, selection));
}
