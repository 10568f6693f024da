import type { RemoraError } from '../../errors.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import type { SelectedAttachment } from './attachment.js';
import { ambiguous, newestOf, typeName } from './newest.js';
import { isWanted, noMatch, type Selection } from './selection.js';
import { platformSubjects, type Subject } from './subject.js';
import { AttachedWalk } from './walk.js';

/**
 * Selects attachments of `subject` and, if that is an index, of its platforms. Attachments of attachments are read only
 * when no direct attachment matches.
 *
 * @throws RemoraError `NO_MATCH` (with the kinds and types that are attached), `AMBIGUOUS` (with the matches), and the
 *   failure of a way that could not be asked: a selection from half of the list would be wrong
 */
export async function selectAttached(
  source: Source,
  subject: Subject,
  selection: Selection,
  options: CallOptions = {},
): Promise<readonly SelectedAttachment[]> {
  const walk = new AttachedWalk(source, subject.descriptor, { signal: options.signal, concurrency: 16 });
  const children = await platformSubjects(source, subject.descriptor, options);
  const seen: SelectedAttachment[] = [];
  let found: readonly SelectedAttachment[] = [];
  let isDirect = true;
  for await (const attachments of walk.levels([subject, ...(children?.platforms ?? [])])) {
    seen.push(...attachments);
    found = seen.filter((attachment) => isWanted(attachment, selection));
    if (isDirect && found.length > 0) break;
    isDirect = false;
  }
  if (found.length === 0) throw nothingFits(source, subject, selection, seen);
  if (selection.all || found.length === 1) return found;
  if (selection.latest) return [newestOf(source, found)];
  const platforms = new Set(found.map(({ platform }) => platform));
  const hint = `Choose with ${platforms.size > 1 ? '--platform, ' : ''}--latest or --digest, or take --all`;
  throw ambiguous(source, found, hint);
}

function nothingFits(
  source: Source,
  { descriptor: { digest } }: Subject,
  selection: Selection,
  seen: readonly SelectedAttachment[],
): RemoraError {
  const types = seen.map((attachment) =>
    attachment.kind === undefined ? typeName(attachment) : `${attachment.kind} (${typeName(attachment)})`,
  );
  return noMatch(source.format({ digest }), selection, [...new Set(types)], {
    what: (wanted) => `nothing of ${wanted} attached`,
  });
}
