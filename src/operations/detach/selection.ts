import { RemoraError } from '../../errors.js';
import { describeSelection, isWanted, noMatch, type Selection } from '../attached/selection.js';
import type { Holder } from './holder.js';

/** Selects the attachments to detach; an empty selection is refused, `{ all: true }` selects all. */
export type DetachSelection = Omit<Selection, 'latest'>;

/** @throws RemoraError `INVALID_ARGUMENT` for an empty selection */
export function checkSelection(selection: DetachSelection): void {
  if (selection.all || describeSelection(selection).length > 0) return;
  throw new RemoraError('INVALID_ARGUMENT', 'detach needs a selector: --kind, --digest, …, or --all', {
    hint: 'Give --kind, --artifact-type, --predicate-type, --annotation, --digest or --platform, or --all for all attachments',
  });
}

/** The error for a selection that matches none of these. */
export function nothingFits(reference: string, selection: DetachSelection, found: readonly Holder[]): RemoraError {
  const attachments = found.flatMap((holder) => holder.attachments);
  const types = attachments.map(({ kind, descriptor }) => kind ?? descriptor.artifactType ?? descriptor.mediaType);
  return noMatch(reference, selection, [...new Set(types)], {
    what: (wanted) => `nothing attached that matches ${wanted}`,
    tail: '; to detach their own attachments, name them as the subject',
  });
}

/** The selected attachments of a manifest. */
export function wantedOf({ attachments }: Holder, selection: DetachSelection): Holder['attachments'] {
  return attachments.filter((attachment) => isWanted(attachment, selection));
}
