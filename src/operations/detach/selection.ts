import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Source } from '../../store/interfaces/store.js';
import { describeSelection, isWanted, type Selection } from '../attached/selection.js';
import type { Group } from './result.js';

/** What is to be detached. All that is given must fit; to mean everything, `all` must be said. */
export type DetachSelection = Omit<Selection, 'latest'>;

/** @throws RemoraError `INVALID_ARGUMENT` for a selection that says nothing: removing everything takes a word */
export function requireSelection(selection: DetachSelection): void {
  if (selection.all || describeSelection(selection).length > 0) return;
  throw new RemoraError('INVALID_ARGUMENT', 'detach needs to be told what is meant', {
    hint: 'Give --kind, --artifact-type, --annotation, --digest or --platform, or --all for everything',
  });
}

/** The error for a selection that fits nothing, with what there is. */
export function nothingFits(
  store: Source,
  subject: Descriptor,
  selection: DetachSelection,
  found: readonly Group[],
): RemoraError {
  const words = describeSelection(selection);
  const attachments = found.flatMap((group) => group.attachments);
  const types = [
    ...new Set(attachments.map(({ kind, descriptor }) => kind ?? descriptor.artifactType ?? descriptor.mediaType)),
  ];
  const what = words.length === 0 ? 'nothing attached' : `nothing attached that fits ${words.join(', ')}`;
  return new RemoraError('NO_MATCH', `${store.format({ digest: subject.digest })} has ${what}`, {
    ...(words.length === 0 ? {} : { expected: words.join(', ') }),
    candidates: types,
    hint:
      types.length === 0
        ? 'Nothing is attached to it; check the digest, or the platform with --platform'
        : `It has ${types.join(', ')}; what is attached to these in turn is detached from them`,
  });
}

/** The things of a group that are meant. */
export function wantedOf({ attachments }: Group, selection: DetachSelection): Group['attachments'] {
  return attachments.filter((attachment) => isWanted(attachment, selection));
}
