import { isRemoraError } from '../../../errors.js';
import { throwIfInterrupted, unlessInterrupted } from '../../../io/async/interrupt.js';
import { once } from '../../../io/async/once.js';
import { mapSome } from '../../../io/async/run-all.js';
import { isManifestEntry } from '../../../oci/documents/children.js';
import { type ContentFacts, contentOf } from '../../../oci/documents/content.js';
import { type Manifest, referrerEntry, subjectOf } from '../../../oci/documents/manifest.js';
import type { UnreadEntry } from '../../../oci/documents/read-document.js';
import { LIST_KEYS } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { given } from '../../../oci/values/given.js';
import { isIndexType } from '../../../oci/values/media-types.js';
import { isReferrersTag, referrersTag } from '../../../oci/values/referrers-tag.js';
import type { CallOptions, Referrer, Via } from '../../interfaces/store.js';
import { EntriesCache } from '../entries/entries.js';
import { nameOf, tagPart } from '../entries/names.js';
import type { LayoutFiles } from '../files/files.js';
import { readManifest } from '../manifests/read.js';
import { BlobScan } from './blob-scan.js';

/** The attachments that one look at a layout found. */
export interface ReferrerScan {
  readonly bySubject: ReadonlyMap<Digest, readonly Referrer[]>;
  /** Digests of what is here for the sake of something else: referrers, lists of them, and children of an index. */
  readonly dependents: ReadonlySet<Digest>;
  /** Manifests that are named and could not be read, so that nobody can say what they are attached to. */
  readonly unread: readonly { readonly way: string; readonly error: unknown }[];
  /** The manifests that were read, for the next scan. */
  readonly facts: Facts;
}

/** The part of a manifest that matters here. Content never changes under its digest, so each is read once. */
interface Fact {
  readonly entry: Descriptor;
  readonly subject: Digest | undefined;
  /** Of what is attached. */
  readonly content: ContentFacts | undefined;
  /** The manifests of an index. */
  readonly children: readonly Descriptor[];
  /** The entries of an index that cannot be read. */
  readonly unread: readonly UnreadEntry[];
}

type Facts = ReadonlyMap<Digest, Fact>;

/** A manifest to read: an entry, or what is known of it. */
type Wanted = Pick<Descriptor, 'digest'> & Partial<Descriptor>;

interface Candidate {
  readonly wanted: Wanted;
  readonly via: Set<Via>;
}

/**
 * Looks at all that `index.json` leads to, and at what it does not. No specification says where a layout keeps
 * referrers; tools put them
 *
 * - as entries of their own (oras, and remora); buildx and containerd do too, with an annotation that names the subject
 * - into an index that is tagged like a registry's referrers tag (regctl)
 * - into an index whose entry is annotated with the subject (olareg)
 * - into `blobs/` and nowhere else (`cosign save`), or among the children of an image index (BuildKit)
 *
 * No list is trusted: what counts is the subject that the manifest itself names.
 */
export async function scanReferrers(
  files: LayoutFiles,
  index: EntriesCache = new EntriesCache(files),
  known: Facts = new Map(),
  blobs: BlobScan = new BlobScan(files),
): Promise<ReferrerScan> {
  let facts = known;
  for (let looks = 1, gone: ReadonlySet<string> = new Set(); ; looks++) {
    const stamp = await files.stamp();
    const scan = await scanOnce(files, index, facts, blobs);
    const missing = new Set(scan.unread.filter(({ error }) => isMissing(error)).map(({ way }) => way));
    // A name that two looks found without its file is damage, and no writer's deletion.
    const isSettled = [...missing].every((way) => gone.has(way));
    if (isSettled || looks === MAX_LOOKS || stamp === (await files.stamp())) return scan;
    facts = scan.facts;
    gone = missing;
  }
}

/**
 * Looks at a layout that others write to. A deletion takes the name first, then the file, so that one more look at
 * `index.json` tells whether a missing file was deleted. Each look can meet another deletion.
 */
const MAX_LOOKS = 10;

function isMissing(error: unknown): boolean {
  return isRemoraError(error) && error.code === 'NOT_FOUND';
}

async function scanOnce(files: LayoutFiles, index: EntriesCache, known: Facts, blobs: BlobScan): Promise<ReferrerScan> {
  const unread: { way: string; error: unknown }[] = [];
  const used = new Map<Digest, Fact>();
  const subjects = new Map<Digest, Digest>();
  const toFact = (manifest: Manifest) => factOf(manifest, subjects);
  const failures = new Map<Digest, unknown>();
  const read = async (wanted: Wanted): Promise<Fact | undefined> => {
    const { digest } = wanted;
    const fact =
      used.get(digest) ??
      known.get(digest) ??
      (await readManifest(files, wanted).then(toFact, (error: unknown) => void failures.set(digest, error)));
    if (fact !== undefined) used.set(digest, fact);
    return fact;
  };
  /** Reads all, and names those that cannot be read in the order of the entries: a file may take longer than the next. */
  const readAll = async (all: readonly Wanted[]): Promise<readonly (Fact | undefined)[]> => {
    const facts = await mapSome(all, 16, read);
    for (const { digest } of all)
      if (failures.has(digest)) unread.push({ way: `${files.location} entry ${digest}`, error: failures.get(digest) });
    return facts;
  };
  const bySubject = new Map<Digest, Referrer[]>();
  const dependents = new Set<Digest>();
  const { all: entries, odd } = await index.read();
  for (const { path, error } of odd) unread.push({ way: `${path} in ${files.location} index.json`, error });
  const candidates = new Map(
    await collect(entries, readAll, dependents, (list, { path, error }) =>
      unread.push({ way: `${path} in ${files.location} list ${list.digest}`, error }),
    ),
  );
  for (const digest of await blobs.candidates((known) => candidates.has(known))) {
    if (!candidates.has(digest)) candidates.set(digest, { wanted: { digest }, via: new Set(['layout-scan']) });
  }
  const facts = await readAll([...candidates.values()].map(({ wanted }) => wanted));
  for (const fact of facts) {
    for (const child of fact?.children ?? []) dependents.add(child.digest);
    if (fact?.subject === undefined) continue;
    const { digest } = fact.entry;
    dependents.add(digest);
    const siblings = bySubject.get(fact.subject) ?? [];
    bySubject.set(fact.subject, siblings);
    const via = [...(candidates.get(digest)?.via ?? [])];
    siblings.push({ descriptor: fact.entry, via, isRead: true, ...given({ content: fact.content }) });
  }
  return { bySubject, dependents, unread, facts: used };
}

/** @param subjects those that were named before: the text of one is kept once for all that is attached to it */
function factOf(manifest: Manifest, subjects: Map<Digest, Digest>): Fact {
  const named = subjectOf(manifest)?.digest;
  const subject = named && (subjects.get(named) ?? named);
  if (subject !== undefined) subjects.set(subject, subject);
  const isIndex = manifest.kind === 'index';
  return {
    entry: referrerEntry(manifest),
    subject,
    content: subject && contentOf(manifest),
    children: isIndex ? manifest.content.manifests : NONE,
    unread: isIndex ? manifest.unread : NONE,
  };
}

const NONE: readonly never[] = [];

async function collect(
  entries: readonly Descriptor[],
  readAll: (wanted: readonly Wanted[]) => Promise<readonly (Fact | undefined)[]>,
  dependents: Set<Digest>,
  onUnread: (list: Descriptor, entry: UnreadEntry) => void,
): Promise<ReadonlyMap<Digest, Candidate>> {
  const candidates = new Map<Digest, Candidate>();
  const add = (descriptor: Descriptor, via: Via) => {
    if (!isManifestEntry(descriptor)) return;
    const known = candidates.get(descriptor.digest);
    if (known === undefined) candidates.set(descriptor.digest, { wanted: descriptor, via: new Set([via]) });
    else known.via.add(via);
  };
  const lists: { readonly entry: Descriptor; readonly via: Via }[] = [];
  for (const entry of entries) {
    const via = listKind(entry);
    if (via === undefined) add(entry, 'layout-entry');
    else lists.push({ entry, via });
  }
  const facts = await readAll(lists.map(({ entry }) => entry));
  for (const [index, { entry, via }] of lists.entries()) {
    dependents.add(entry.digest);
    for (const member of facts[index]?.unread ?? []) onUnread(entry, member);
    for (const member of facts[index]?.children ?? []) add(member, via);
  }
  return candidates;
}

/** Whether an entry is a list of referrers. GitLab and `cosign copy` tag the subject itself like one: that is not a list. */
export function listKind(entry: Descriptor): Via | undefined {
  if (!isIndexType(entry.mediaType)) return undefined;
  if (LIST_KEYS.some((key) => entry.annotations?.[key] !== undefined)) return 'layout-referrers';
  const name = tagPart(nameOf(entry)) ?? nameOf(entry);
  if (name === undefined || !isReferrersTag(name)) return undefined;
  return referrersTag(entry.digest) === name ? undefined : 'layout-tag';
}

/** Keeps the last scan for as long as `index.json` and `blobs/` stay the same: a tree asks once for each of its nodes. */
export class ReferrerCache {
  #facts: Facts = new Map();
  readonly #scans = new Map<string, Promise<ReferrerScan>>();
  #done: { readonly stamp: string; readonly scan: ReferrerScan } | undefined;
  readonly #blobs: BlobScan;

  constructor(
    private readonly files: LayoutFiles,
    private readonly index: EntriesCache,
  ) {
    this.#blobs = new BlobScan(files);
  }

  async scan(options: CallOptions = {}): Promise<ReferrerScan> {
    const stamp = await this.files.stamp();
    throwIfInterrupted(options.signal);
    // To wait for what is there takes a listener to the signal, for each of thousands.
    if (this.#done?.stamp === stamp) return this.#done.scan;
    if (!this.#scans.has(stamp)) this.#scans.clear();
    // Several callers share it: none of their signals may end it for the others.
    const scan = once(this.#scans, stamp, () => this.#look(stamp));
    return unlessInterrupted(scan, options.signal);
  }

  async #look(stamp: string): Promise<ReferrerScan> {
    const scan = await scanReferrers(this.files, this.index, this.#facts, this.#blobs);
    this.#facts = scan.facts;
    // A manifest that could not be read can be there the next time, and index.json does not tell.
    if (scan.unread.some(({ error }) => !isRemoraError(error) || error.code !== 'MALFORMED')) this.#scans.delete(stamp);
    else this.#done = { stamp, scan };
    return scan;
  }
}
