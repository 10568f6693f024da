import pLimit from 'p-limit';
import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { type Manifest, referrerEntry, subjectOf } from '../../oci/manifest.js';
import { isIndexType, isManifestType } from '../../oci/media-types.js';
import { isReferrersTag, referrersTag } from '../../oci/referrers-tag.js';
import type { CallOptions, Referrer, Via } from '../store.js';
import { indexStamp, readEntries } from './index-file.js';
import { readManifest } from './manifests.js';
import { nameOf } from './tags.js';

/** What one look at a layout found: who is attached to whom. */
export interface ReferrerScan {
  readonly bySubject: ReadonlyMap<Digest, readonly Referrer[]>;
  /** Digests of everything that has a subject. */
  readonly referrers: ReadonlySet<Digest>;
  /** Manifests that are named and could not be read, so that nobody can say what they are attached to. */
  readonly unread: readonly { readonly place: string; readonly error: unknown }[];
}

/** olareg's private key, and the one that image-spec's pull request 1171 proposes for the same. */
const LIST_KEYS = ['org.olareg.referrer.subject', 'org.opencontainers.image.referrer.subject'] as const;

interface Candidate {
  readonly descriptor: Descriptor;
  readonly via: Set<Via>;
}

/**
 * Looks at all that `index.json` leads to. No specification says where a layout keeps referrers; tools put them
 *
 * - as entries of their own (oras, and remora); buildx and containerd do too, with an annotation that names the subject
 * - into an index that is tagged like a registry's referrers tag (regctl)
 * - into an index whose entry is annotated with the subject (olareg)
 *
 * No list is trusted: what counts is the subject that the manifest itself names.
 */
export async function scanReferrers(directory: string, options: CallOptions = {}): Promise<ReferrerScan> {
  const limit = pLimit(16);
  const unread: { place: string; error: unknown }[] = [];
  const read = (descriptor: Descriptor): Promise<Manifest | undefined> =>
    limit(() =>
      readManifest(directory, descriptor, options).catch((error: unknown) => {
        if (error instanceof RemoraError && error.code === 'INTERRUPTED') throw error;
        unread.push({ place: `${directory} entry ${descriptor.digest}`, error });
        return undefined;
      }),
    );
  const candidates = await collect(await readEntries(directory), read);
  const bySubject = new Map<Digest, Referrer[]>();
  const referrers = new Set<Digest>();
  const manifests = await Promise.all([...candidates.values()].map(({ descriptor }) => read(descriptor)));
  for (const manifest of manifests) {
    const subject = manifest && subjectOf(manifest);
    if (manifest === undefined || subject === undefined) continue;
    const { digest } = manifest.descriptor;
    referrers.add(digest);
    const siblings = bySubject.get(subject.digest) ?? [];
    bySubject.set(subject.digest, siblings);
    siblings.push({ descriptor: referrerEntry(manifest), via: [...(candidates.get(digest)?.via ?? [])] });
  }
  return { bySubject, referrers, unread };
}

async function collect(
  entries: readonly Descriptor[],
  read: (descriptor: Descriptor) => Promise<Manifest | undefined>,
): Promise<ReadonlyMap<Digest, Candidate>> {
  const candidates = new Map<Digest, Candidate>();
  const add = (descriptor: Descriptor, via: Via) => {
    if (!isManifestType(descriptor.mediaType)) return;
    const known = candidates.get(descriptor.digest);
    if (known === undefined) candidates.set(descriptor.digest, { descriptor, via: new Set([via]) });
    else known.via.add(via);
  };
  await Promise.all(
    entries.map(async (entry) => {
      const via = listKind(entry);
      if (via === undefined) return add(entry, 'layout-entry');
      const list = await read(entry);
      if (list?.kind !== 'index') return;
      for (const member of list.content.manifests) add(member, via);
    }),
  );
  return candidates;
}

/** Whether an entry is a list of referrers. GitLab and `cosign copy` tag the subject itself like one: that is no list. */
function listKind(entry: Descriptor): Via | undefined {
  if (!isIndexType(entry.mediaType)) return undefined;
  if (LIST_KEYS.some((key) => entry.annotations?.[key] !== undefined)) return 'layout-referrers';
  const name = nameOf(entry);
  if (name === undefined || !isReferrersTag(name)) return undefined;
  return referrersTag(entry.digest) === name ? undefined : 'layout-tag';
}

/** Keeps the last scan for as long as `index.json` stays the same: a tree asks once for each of its nodes. */
export class ReferrerCache {
  #stamp = '';
  #scan: Promise<ReferrerScan> | undefined;

  constructor(private readonly directory: string) {}

  async scan(options: CallOptions = {}): Promise<ReferrerScan> {
    const stamp = await indexStamp(this.directory);
    if (this.#scan === undefined || stamp !== this.#stamp) {
      this.#stamp = stamp;
      const scan = scanReferrers(this.directory, options);
      this.#scan = scan;
      scan.catch(() => {
        if (this.#scan === scan) this.#scan = undefined;
      });
    }
    return this.#scan;
  }
}
