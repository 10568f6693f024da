import { throwIfInterrupted } from '../../../io/async/interrupt.js';
import { orUndefined } from '../../../io/async/or-undefined.js';
import { limiter } from '../../../io/async/run-all.js';
import { subjectOf } from '../../../oci/documents/manifest.js';
import { startsObject } from '../../../oci/text/json.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { MediaType } from '../../../oci/values/media-types.js';
import type { Inventory } from '../../../store/interfaces/inventory.js';
import type { CallOptions, Source } from '../../../store/interfaces/store.js';
import type { BlobCheck } from '../content/blobs.js';
import { readManifest, UNREADABLE } from '../content/read-manifest.js';
import { entryFaults, holderOf, tagOf } from '../lists/entries.js';
import { checkLacking, checkList, type ListCheckContext, listName } from '../lists/lists.js';
import { checkIndexFile, checkLayoutFile } from './documents.js';
import { checkItems, checkUnreachable } from './files.js';

/** Number of entries that are checked at the same time, each with all that it leads to. */
const ENTRIES = 32;

/** The context of {@link checkWholeLayout}. */
export interface LayoutCheckContext extends ListCheckContext {
  readonly source: Source & Inventory;
  readonly blobs: BlobCheck;
  readonly deep: boolean;
}

/** Checks a whole layout: its documents, all that `index.json` leads to, its lists, and every file in `blobs/`. */
export async function checkWholeLayout(context: LayoutCheckContext): Promise<void> {
  const { source, report, graph } = context;
  await checkLayoutFile(source, report);
  const entries = await checkIndexFile(source, report);
  const visit = async (entry: Descriptor) => {
    const mark = source.listMark(entry);
    if (mark !== undefined)
      return checkList(entry, { name: listName(entry), isFor: (digest) => mark.isFor(digest) }, context);
    const tag = tagOf(entry);
    await graph.visit(entry, {
      holder: holderOf(entry),
      missing: tag === undefined ? 'entry-missing' : 'tag-missing',
      what: tag,
      compare: (fact) => entryFaults(entry, fact),
    });
    return undefined;
  };
  // A manifest stays in memory until all that it leads to was checked, so the number is limited.
  const limit = limiter(ENTRIES);
  const lists = await Promise.all(entries.map((entry) => limit(visit, entry)));
  await checkRest(context);
  await checkItems(source, report);
  checkLacking(
    lists.filter((list) => list !== undefined),
    context,
  );
  await graph.checkSubjects();
}

/** Checks blobs that `index.json` does not lead to: `cosign save` keeps referrers there, and replaced content stays. */
async function checkRest(context: LayoutCheckContext): Promise<void> {
  const { source, report, graph, blobs, deep } = context;
  const all = await source.blobDigests().catch((error: unknown) => {
    report.unread(`blobs of ${source.format({})}`, error);
    return [];
  });
  const unreached = () => all.filter((digest) => !graph.reached.has(digest));
  const bySubject = await findReferrers(unreached(), context);
  // Each round reaches the referrers of the round before.
  for (let before = -1; before < graph.facts.size; ) {
    before = graph.facts.size;
    const attached = [...graph.facts.keys()].flatMap((subject) => bySubject.get(subject) ?? []);
    for (const subject of graph.facts.keys()) bySubject.delete(subject);
    const limit = limiter(ENTRIES);
    await Promise.all(
      attached
        .filter((digest) => !graph.reached.has(digest))
        .map((digest) =>
          limit(async () => {
            const found = await graph.visit({ digest }, { holder: 'blobs/', missing: 'manifest-missing' });
            if (found !== undefined)
              report.add('referrer-unlisted', `${digest} is attached, and neither index.json nor a list names it`, {
                digest,
              });
          }),
        ),
    );
  }
  const left = unreached();
  if (deep) await Promise.all(left.map((digest) => blobs.checkFile(digest)));
  await checkUnreachable(source, left, report);
}

/** The manifests with a subject among unreachable blobs, by their subjects. */
async function findReferrers(
  digests: readonly Digest[],
  { source, signal }: LayoutCheckContext,
): Promise<Map<Digest, Digest[]>> {
  const bySubject = new Map<Digest, Digest[]>();
  const limit = limiter(16);
  const look = async (digest: Digest) => {
    if (!(await orUndefined(startsDocument(source, digest, { signal }), ...UNREADABLE))) return;
    // A blob that starts like JSON need not be a manifest.
    const manifest = await orUndefined(readManifest(source, { digest }, { signal }), ...UNREADABLE);
    const subject = manifest && subjectOf(manifest)?.digest;
    if (subject !== undefined) bySubject.set(subject, [...(bySubject.get(subject) ?? []), digest]);
  };
  await Promise.all(digests.map((digest) => limit(look, digest)));
  return bySubject;
}

async function startsDocument(source: Source, digest: Digest, { signal }: CallOptions): Promise<boolean> {
  throwIfInterrupted(signal);
  const size = await source.blobSize(digest, { signal });
  if (size === undefined || size === 0) return false;
  const stream = await source.openBlob({ mediaType: MediaType.octetStream, digest, size }, { signal });
  for await (const chunk of stream) return startsObject(chunk);
  return false;
}
