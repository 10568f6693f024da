import type { RemoraError } from '../../errors.js';
import { mapSome, sharedSignal } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { parseBeginning } from '../../oci/values/digest-beginning.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { AskedWays } from './asked-ways.js';
import { type Attachment, attachmentOfEntry, type SelectedAttachment } from './attachment.js';
import { begunBy } from './begun-by.js';
import { deciding, hasNewest, PULL_CHOICE } from './choice.js';
import { ContentReader } from './contents.js';
import { eachLayerOnce } from './each-layer-once.js';
import { gone } from './find.js';
import { ItemLimit } from './item-limit.js';
import { ambiguous, newestOf, typeName } from './newest.js';
import { isWanted, type LookSelection, noMatch } from './selection.js';
import { platformSubjects, type Subject } from './subject.js';
import { AttachedWalk } from './walk.js';

/** Options of {@link selectAttached}. */
export interface SelectAttachedOptions extends CallOptions {
  /**
   * Called for each way that could not be asked; a selection of `all` or of a digest then has what the others named.
   * @default `INCOMPLETE` is thrown
   */
  readonly onUnasked?: ((way: string, error: unknown) => void) | undefined;
  /** The limit of the walk. @default one of its own */
  readonly limit?: ItemLimit | undefined;
}

/** Candidates whose manifests are read for the names of their files; people see no more. */
const MAX_TOLD = 20;

/**
 * Selects attachments of `subject` and, if that is an index, of all manifests below it. A selection of
 * `all` takes them at every depth; otherwise attachments of attachments are read only when no direct attachment matches.
 *
 * @throws RemoraError `NO_MATCH` (with the kinds and types that are attached), `AMBIGUOUS` (with the matches), `INCOMPLETE`
 *   where a way could not be asked: the newest of half a list, or its only match, would be wrong
 */
export async function selectAttached(
  source: Source,
  subject: Subject,
  { digestBeginning, ...selection }: LookSelection,
  { signal, onUnasked, limit = new ItemLimit() }: SelectAttachedOptions = {},
): Promise<readonly SelectedAttachment[]> {
  const account = new AskedWays();
  const unasked: [way: string, error: unknown][] = [];
  const ask = {
    signal,
    limit,
    onUnasked: (way: string, error: unknown) => {
      account.failed(way, error);
      unasked.push([way, error]);
    },
  };
  const missing: Digest[] = [];
  // It was deleted, and nobody can choose it: only where nothing else fits it may have been what was wanted.
  const onGone = ({ digest }: Descriptor) => void missing.push(digest);
  // A round trip less than where the first entry is opened, and the match afterwards.
  const isLikely = (entry: Descriptor) => isWanted(attachmentOfEntry(entry, []), selection);
  const beginning = digestBeginning === undefined ? undefined : parseBeginning(digestBeginning);
  const walk = new AttachedWalk(source, subject.descriptor, {
    ...ask,
    onGone,
    isLikely,
    predicateTypes: selection.predicateType !== undefined,
    concurrency: 16,
  });
  const children = await platformSubjects(source, subject.descriptor, ask);
  const seen: SelectedAttachment[] = [];
  let found: readonly SelectedAttachment[] = [];
  let isDirect = true;
  for await (const attachments of walk.levels([subject, ...(children?.platforms ?? [])])) {
    seen.push(...attachments);
    found = seen.filter((attachment) => isWanted(attachment, selection));
    // Another digest that begins so can be deeper.
    if (isDirect && found.length > 0 && beginning === undefined && !selection.all) break;
    isDirect = false;
  }
  if (beginning !== undefined) found = begunBy(found, beginning);
  const isCertain =
    found.length > 0 &&
    beginning === undefined &&
    (selection.all || (selection.digest !== undefined && found.length === 1));
  if (found.length === 0)
    for (const digest of missing) account.failed(`manifest ${source.format({ digest })}`, gone(source, digest));
  if (onUnasked === undefined || !isCertain) account.checkComplete();
  else for (const [way, error] of unasked) onUnasked(way, error);
  if (found.length === 0) throw nothingFits(source, subject.descriptor.digest, { ...selection, digestBeginning }, seen);
  if (selection.all) return found;
  const distinct = eachLayerOnce(found);
  if (distinct.length === 1) return distinct;
  if (selection.latest && hasNewest(distinct)) return [newestOf(distinct)];
  const told = await withTitles(source, distinct, signal);
  if (selection.latest) return [newestOf(told, PULL_CHOICE)];
  throw ambiguous(told, deciding(told, PULL_CHOICE));
}

/** The candidates of an error, with the names of their files as far as people see them. */
async function withTitles(
  source: Source,
  found: readonly SelectedAttachment[],
  signal: AbortSignal | undefined,
): Promise<readonly SelectedAttachment[]> {
  const reader = new ContentReader(source);
  const shown = await mapSome(found.slice(0, MAX_TOLD), MAX_TOLD, async (attachment) => {
    const { content } = await reader.read(attachment, sharedSignal(signal));
    return given({ ...attachment, content });
  });
  return [...shown, ...found.slice(MAX_TOLD)];
}

/** The error for a subject with attachments of which none fits. */
export function nothingFits(
  source: Source,
  digest: Digest,
  selection: LookSelection,
  seen: readonly Attachment[],
): RemoraError {
  const types = seen.map((attachment) =>
    attachment.kind === undefined ? typeName(attachment) : `${attachment.kind} (${typeName(attachment)})`,
  );
  return noMatch(source.format({ digest }), selection, [...new Set(types)], {
    what: (wanted) => `nothing of ${wanted} attached`,
  });
}
