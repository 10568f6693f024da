import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { isIndexType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { Source } from '../../store/interfaces/store.js';
import { attestedBy } from './buildkit.js';
import { type IndexOptions, indexLevels, type OpenedIndex } from './index-levels.js';
import { throwIfTooMany } from './item-limit.js';

/** A manifest in an index, or in an index within it. */
export interface Descendant {
  readonly descriptor: Descriptor;
  /** The entry's own, else the one of the index that holds it; absent where that is not a platform. */
  readonly platform?: Platform | undefined;
  /** The other platforms under which it is named, too: one file can serve several. */
  readonly alsoFor: readonly Platform[];
  /** False for an index, for what belongs to another entry, and for unknown architectures. */
  readonly isPlatform: boolean;
  /** Whether a runtime may take it for an image, also where it says to belong to another entry. */
  readonly mayRun: boolean;
  /** BuildKit's attestation manifests for it. */
  readonly attestations: readonly Descriptor[];
  /** The inner indexes that name it. */
  readonly within: ReadonlySet<Digest>;
}

/** The entries of each index, as it names them. */
export type IndexEntries = ReadonlyMap<Digest, readonly Descriptor[]>;

/** All manifests below an index. */
export interface Descendants {
  /** Each once, an inner index before its entries; BuildKit's attestations stand with what they describe. */
  readonly all: readonly Descendant[];
  /** The entries of each index that was read, also blobs and attestations: deleting one of them would break the index. */
  readonly entries: IndexEntries;
  /** Indexes whose entries could not be read. */
  readonly unread: ReadonlySet<Digest>;
}

/**
 * All manifests below an index, at every depth; undefined for a manifest that is not an index. Each index is read once,
 * other manifests are not.
 *
 * @throws RemoraError the first failure, unless `onUnasked`
 */
export async function descendantsOf(
  source: Source,
  { mediaType, digest }: Descriptor,
  options: IndexOptions = {},
): Promise<Descendants | undefined> {
  if (!isIndexType(mediaType)) return undefined;
  const { signal, known, limit, onUnasked } = options;
  const unread = new Set<Digest>();
  const failed = onUnasked && {
    onUnasked: (way: string, error: unknown, index: Digest) => {
      unread.add(index);
      onUnasked(way, error, index);
    },
  };
  const opened = new Map<Digest, OpenedIndex>();
  try {
    const root = known?.get(digest) ?? (await source.manifest({ digest }, { signal }));
    for await (const level of indexLevels(source, root, { signal, known, limit, ...failed }))
      for (const each of level) opened.set(each.index.descriptor.digest, each);
  } catch (error) {
    throwIfTooMany(error);
    if (failed === undefined) throw error;
    failed.onUnasked(`children of ${source.format({ digest })}`, error, digest);
  }
  return { all: listed(digest, opened), entries: entriesOf(opened), unread };
}

interface Draft extends Descendant {
  readonly alsoFor: Platform[];
  readonly attestations: Descriptor[];
  readonly within: Set<Digest>;
}

function listed(root: Digest, opened: ReadonlyMap<Digest, OpenedIndex>): readonly Descendant[] {
  const drafts = new Map<Digest, Draft>();
  const attestations = new Map<Digest, Digest>();
  const visit = (index: Digest) => {
    for (const { descriptor, platform, isPlatform, ...entry } of opened.get(index)?.entries ?? []) {
      const { mediaType, digest } = descriptor;
      const subject = attestedBy(descriptor);
      const isIndex = isIndexType(mediaType);
      if (subject !== undefined && !isIndex) attestations.set(digest, subject);
      const known = drafts.get(digest);
      const within = known?.within ?? new Set();
      if (index !== root) within.add(index);
      const runs = isPlatform && !isIndex;
      const isBetter = known === undefined || (runs && known.platform === undefined);
      const shown = isBetter ? { descriptor, platform: runs ? platform : undefined, isPlatform: runs } : known;
      const mayRun = (entry.mayRun && !isIndex) || known?.mayRun === true;
      const alsoFor = known?.alsoFor ?? [];
      if (runs && platform !== undefined && isOther(platform, [shown.platform, ...alsoFor])) alsoFor.push(platform);
      drafts.set(digest, { ...shown, alsoFor, mayRun, attestations: known?.attestations ?? [], within });
      if (known === undefined && isIndex) visit(digest);
    }
  };
  visit(root);
  for (const [digest, subject] of attestations) {
    const attestation = drafts.get(digest);
    // An attestation of what is not there is shown as any other entry.
    if (attestation === undefined || attestations.has(subject)) continue;
    const described = drafts.get(subject);
    if (described === undefined) continue;
    described.attestations.push(attestation.descriptor);
    if (!attestation.mayRun) drafts.delete(digest);
  }
  return [...drafts.values()];
}

function isOther(platform: Platform, known: readonly (Platform | undefined)[]): boolean {
  const name = formatPlatform(platform);
  return known.every((one) => one !== undefined && formatPlatform(one) !== name);
}

function entriesOf(opened: ReadonlyMap<Digest, OpenedIndex>): IndexEntries {
  const namedIn = ({ content }: Manifest) => ('manifests' in content ? content.manifests : []);
  return new Map([...opened].map(([digest, { index }]) => [digest, namedIn(index)]));
}
