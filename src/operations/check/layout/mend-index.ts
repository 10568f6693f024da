import { Readable } from 'node:stream';
import { isManifestEntry } from '../../../oci/documents/children.js';
import { indexBytes } from '../../../oci/documents/edit-index.js';
import { layoutEntry } from '../../../oci/documents/layout-entry.js';
import { type Manifest, parseManifest, referrerEntry, subjectOf } from '../../../oci/documents/manifest.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { MediaType } from '../../../oci/values/media-types.js';
import type { Inventory, ListMark, Mender } from '../../../store/interfaces/inventory.js';
import type { CallOptions, Source } from '../../../store/interfaces/store.js';
import type { Fact } from '../content/graph.js';
import { faultOf, readManifest, type Wanted } from '../content/read-manifest.js';
import { entriesTwice, mendedEntry, mendedMember } from '../lists/entries.js';

/** A layout that can be repaired. */
export type MendableLayout = Source & Inventory & Mender;

/** The findings of a check that {@link mendIndex} works with. */
export interface IndexPlan extends CallOptions {
  /** The subjects that manifests name. */
  readonly subjects: ReadonlySet<Digest>;
  /** Referrers that neither `index.json` nor a list names. */
  readonly unlisted: readonly Digest[];
}

/**
 * Mends `index.json` from the manifests alone: it corrects entries, rebuilds lists of referrers, and enters unlisted
 * referrers. Tags and content are kept: a replaced list stays as a blob.
 */
export async function mendIndex(source: MendableLayout, plan: IndexPlan): Promise<void> {
  const { signal } = plan;
  await source.mendEntries(
    async (entries) => {
      const twice = new Set(entriesTwice(entries));
      const mended: Descriptor[] = [];
      for (const entry of entries) {
        const mark = source.listMark(entry);
        const after = mark === undefined ? await mend(source, entry) : await rebuild(source, entry, mark, plan);
        if (after !== undefined && !twice.has(entry)) mended.push(after);
      }
      const there = new Set(mended.map(({ digest }) => digest));
      for (const digest of plan.unlisted) if (!there.has(digest)) mended.push(...(await entered(source, digest)));
      const isSame = mended.length === entries.length && mended.every((entry, index) => entry === entries[index]);
      return isSame ? undefined : mended;
    },
    { signal },
  );
}

async function mend(source: Source, entry: Descriptor): Promise<Descriptor> {
  if (!isManifestEntry(entry)) return entry;
  const manifest = await readable(source, entry);
  return typeof manifest === 'object' ? mendedEntry(entry, factOf(manifest)) : entry;
}

async function entered(source: Source, digest: Digest): Promise<readonly Descriptor[]> {
  const manifest = await readable(source, { digest });
  return typeof manifest === 'object' ? [layoutEntry(manifest)] : [];
}

/** The entry of a list rebuilt from the manifests; undefined for a missing list that would be empty. */
async function rebuild(
  source: MendableLayout,
  entry: Descriptor,
  mark: ListMark,
  { subjects }: IndexPlan,
): Promise<Descriptor | undefined> {
  const list = await readable(source, entry);
  if (list === 'unread' || (typeof list === 'object' && list.kind !== 'index')) return entry;
  const before = typeof list === 'object' ? list.content.manifests : [];
  const members = new Map<Digest, Descriptor>();
  for (const member of before) {
    const after = await mendMember(source, member, mark);
    if (after !== undefined && !members.has(member.digest)) members.set(member.digest, after);
  }
  // An unreadable referrer was found damaged before; its entry stays.
  for (const subject of [...subjects].filter((digest) => mark.isFor(digest)))
    for await (const { descriptor } of source.referrers({ ...entry, digest: subject }, { onUnasked: () => {} }))
      if (!members.has(descriptor.digest)) members.set(descriptor.digest, descriptor);
  const after = [...members.values()];
  if (typeof list !== 'object' && after.length === 0) return undefined;
  const isSame = after.length === before.length && after.every((member, index) => member === before[index]);
  const isThere = typeof list === 'object';
  const { descriptor, bytes } = isSame && isThere ? list : parseManifest(indexBytes(isThere ? list : undefined, after));
  // The same members make the same digest, under which a damaged file may lie.
  if (!isSame || !isThere) await source.replaceBlob(descriptor, async () => Readable.from([bytes]));
  if (descriptor.digest === entry.digest && descriptor.size === entry.size) return entry;
  return { ...entry, mediaType: MediaType.imageIndex, digest: descriptor.digest, size: descriptor.size };
}

/** The corrected member; undefined for a missing manifest, or one with another subject. */
async function mendMember(source: Source, member: Descriptor, mark: ListMark): Promise<Descriptor | undefined> {
  const manifest = await readable(source, member);
  if (manifest === 'missing') return undefined;
  // A damaged manifest keeps its entry, since its digest is still the right one.
  if (typeof manifest !== 'object') return member;
  const subject = subjectOf(manifest)?.digest;
  return subject !== undefined && mark.isFor(subject) ? mendedMember(member, factOf(manifest)) : undefined;
}

/** Reads a manifest, or tells why not: `missing`, `damaged`, or `unread` where the source failed. */
async function readable(source: Source, wanted: Wanted): Promise<Manifest | 'missing' | 'damaged' | 'unread'> {
  try {
    return await readManifest(source, wanted, {});
  } catch (error) {
    const fault = faultOf(error);
    if (fault === 'manifest-missing') return 'missing';
    return fault === undefined ? 'unread' : 'damaged';
  }
}

function factOf(manifest: Manifest): Fact {
  return { entry: referrerEntry(manifest), subject: subjectOf(manifest) };
}
