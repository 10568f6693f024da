import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Source } from '../../store/interfaces/store.js';
import { attachmentsByDistance, type SelectedAttachment, type SelectOptions } from './by-distance.js';
import { ambiguous, newestOf, typeName } from './newest.js';
import { describeSelection, isWanted, type Selection } from './selection.js';

export type { Selection } from './selection.js';

/**
 * Chooses among what is attached to `subject` and, where that is an index, to its platforms, whichever way it is
 * attached. What is attached directly comes first; what hangs below that is looked at only when nothing direct matches.
 *
 * @throws RemoraError `NO_MATCH` (with the kinds and types that there are), `AMBIGUOUS` (with the matches), and when a
 *   place could not be asked: a choice among half of the list is no choice
 */
export async function choose(
  store: Source,
  subject: Descriptor,
  selection: Selection,
  options: SelectOptions = {},
): Promise<readonly SelectedAttachment[]> {
  const seen: SelectedAttachment[] = [];
  let direct: readonly SelectedAttachment[] | undefined;
  for await (const attachments of attachmentsByDistance(store, subject, options)) {
    seen.push(...attachments);
    direct ??= attachments.filter((attachment) => isWanted(attachment, selection));
    if (direct.length > 0) break;
  }
  const found =
    direct !== undefined && direct.length > 0 ? direct : seen.filter((attachment) => isWanted(attachment, selection));
  if (found.length === 0) throw noMatch(store, subject, selection, seen);
  if (selection.all || found.length === 1) return found;
  if (selection.latest) return [newestOf(store, found)];
  const platforms = new Set(found.map(({ platform }) => platform));
  const hint = `Choose with ${platforms.size > 1 ? '--platform, ' : ''}--latest or --digest, or take --all`;
  throw ambiguous(store, found, hint);
}

function noMatch(
  store: Source,
  subject: Descriptor,
  selection: Selection,
  seen: readonly SelectedAttachment[],
): RemoraError {
  const wanted = describeSelection(selection);
  const candidates = [
    ...new Set(
      seen.map((attachment) =>
        attachment.kind === undefined ? typeName(attachment) : `${attachment.kind} (${typeName(attachment)})`,
      ),
    ),
  ];
  const what = wanted.length === 0 ? 'nothing attached' : `nothing of ${wanted.join(', ')} attached`;
  return new RemoraError('NO_MATCH', `${store.format({ digest: subject.digest })} has ${what}`, {
    ...(wanted.length === 0 ? {} : { expected: wanted.join(', ') }),
    candidates,
    hint:
      candidates.length === 0
        ? 'Nothing is attached to it; check the digest, or the platform with --platform'
        : `It has ${candidates.join(', ')}`,
  });
}
