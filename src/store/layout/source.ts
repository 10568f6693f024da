import type { Readable } from 'node:stream';
import { isRemoraError, RemoraError } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { isManifestEntry } from '../../oci/documents/children.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { formatPlace, type PathPlace } from '../../oci/names/place.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { PlatformNames } from '../interfaces/abilities.js';
import type { Inventory, LayoutDocument, LayoutItem, ListMark } from '../interfaces/inventory.js';
import type { CallOptions, ManifestSelector, Referrer, ReferrerOptions, Source } from '../interfaces/store.js';
import { blobSize, openBlob } from './blobs/blobs.js';
import { type Entries, EntriesCache } from './entries/entries.js';
import { MAX_INDEX_BYTES } from './entries/index-file.js';
import { choicesOf, entriesWithTag, findTag, listNames, namesOf } from './entries/names.js';
import { platformVariants, severalPlatforms, withoutAttestations } from './entries/platforms.js';
import { findSaved, isSavedAttachment } from './entries/saved.js';
import type { LayoutFiles } from './files/files.js';
import { listMark } from './inventory.js';
import { type ManifestEntry, readManifest } from './manifests/read.js';
import { ReferrerCache } from './referrers/list.js';

/** A name that others move again and again is looked up so often. */
const MAX_LOOKS = 10;

/** Reads an image layout (image-spec image-layout.md), wherever its files are. */
export class LayoutSource implements Source, Inventory, PlatformNames {
  readonly #referrers: ReferrerCache;
  readonly #entries: EntriesCache;

  constructor(
    protected readonly files: LayoutFiles,
    private readonly place: PathPlace,
  ) {
    this.#entries = new EntriesCache(files);
    this.#referrers = new ReferrerCache(files, this.#entries);
  }

  get kind(): PathPlace['kind'] {
    return this.place.kind;
  }

  async hasBlob(descriptor: Descriptor): Promise<boolean> {
    return (await blobSize(this.files, descriptor.digest)) === descriptor.size;
  }

  async hasManifest(digest: Digest): Promise<boolean> {
    return (await blobSize(this.files, digest)) !== undefined;
  }

  blobSize(digest: Digest): Promise<number | undefined> {
    return blobSize(this.files, digest);
  }

  openBlob(descriptor: Descriptor, options?: CallOptions): Promise<Readable> {
    return openBlob(this.files, descriptor, options);
  }

  async manifest(selector: ManifestSelector, options?: CallOptions): Promise<Manifest> {
    for (let looks = 1, before: Digest | undefined; ; looks++) {
      const wanted = await this.#wanted(selector, options);
      try {
        return await this.readManifest(wanted, options);
      } catch (error) {
        // A writer can have moved the name since, and removed the file: the name is looked up again.
        const isMissing = isRemoraError(error) && error.code === 'NOT_FOUND' && selector.digest === undefined;
        if (!isMissing || wanted.digest === before || looks === MAX_LOOKS) throw error;
        before = wanted.digest;
      }
    }
  }

  async resolve(selector: ManifestSelector, options?: CallOptions): Promise<Descriptor> {
    return (await this.manifest(selector, options)).descriptor;
  }

  async findTag(tag: string): Promise<Descriptor | undefined> {
    const entries = await this.#entries.read();
    if (entries.named(tag).length > 0 || entries.unread.has(tag)) return this.#tagged(entries, tag);
    return entries.areSaved ? findSaved(entries.all, tag) : undefined;
  }

  async platformEntries(selector: ManifestSelector, options?: CallOptions): Promise<readonly Descriptor[]> {
    if (selector.digest !== undefined) return [];
    const entries = await this.#entries.read();
    const { tag } = selector;
    const found = tag === undefined ? await this.#roots(entries.all, options) : entriesWithTag(entries.named(tag), tag);
    return platformVariants(withoutAttestations(found));
  }

  async *tags(): AsyncIterable<string> {
    const { all, unread } = await this.#entries.read();
    yield* new Set([...namesOf(all), ...unread.keys()]);
  }

  async *referrers(subject: Descriptor, options: ReferrerOptions = {}): AsyncIterable<Referrer> {
    const { bySubject, unread } = await this.#referrers.scan(options);
    for (const { way, error } of unread) {
      if (options.onUnasked === undefined) throw error;
      options.onUnasked(way, error);
    }
    for (const referrer of bySubject.get(subject.digest) ?? []) {
      if (options.artifactType === undefined || referrer.descriptor.artifactType === options.artifactType)
        yield referrer;
    }
  }

  async document(name: LayoutDocument): Promise<Uint8Array | undefined> {
    return this.files.read(name, MAX_INDEX_BYTES);
  }

  blobDigests(): Promise<readonly Digest[]> {
    return this.files.blobs();
  }

  async items(): Promise<readonly LayoutItem[]> {
    return [];
  }

  async subjects(options: CallOptions = {}): Promise<ReadonlySet<Digest>> {
    return new Set((await this.#referrers.scan(options)).bySubject.keys());
  }

  async roots(options: CallOptions = {}): Promise<readonly Descriptor[]> {
    const { dependents } = await this.#referrers.scan(options);
    return (await this.#entries.read()).all.filter((entry) => isManifestEntry(entry) && !dependents.has(entry.digest));
  }

  async entries(): Promise<readonly Descriptor[]> {
    return (await this.#entries.read()).all;
  }

  listMark(entry: Descriptor): ListMark | undefined {
    return listMark(entry);
  }

  format(selector: ManifestSelector): string {
    return formatPlace(this.place, selector);
  }

  close(): Promise<void> {
    return this.files.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected readManifest(wanted: ManifestEntry, options?: CallOptions): Promise<Manifest> {
    return readManifest(this.files, wanted, options);
  }

  async #wanted({ tag, digest }: ManifestSelector, options?: CallOptions): Promise<ManifestEntry> {
    if (tag === undefined && digest !== undefined) {
      // A digest leads to its file without index.json.
      const entries = await orUndefined(this.#entries.read(), 'NOT_FOUND');
      return entries?.byDigest(digest) ?? { digest };
    }
    const entries = await this.#entries.read();
    if (tag === undefined) return this.#onlyRoot(entries.all, options);
    const named = entriesWithTag(entries.named(tag), tag);
    if (digest === undefined) return this.#tagged(entries, tag);
    // containerd writes names that end in a digest, too.
    const whole = `${tag}@${digest}`;
    const pinned = [...named, ...entries.named(whole)].find((entry) => entry.digest === digest);
    if (pinned !== undefined) return pinned;
    const found = this.#tagged(entries, entries.named(whole).length > 0 ? whole : tag).digest;
    throw new RemoraError('CHANGED', `${this.format({ tag })} is ${found}, wanted ${digest}`, {
      expected: digest,
      found,
      hint: 'Leave out the tag to get that digest',
    });
  }

  /** @throws RemoraError `NOT_FOUND` that suggests the tags that exist, `AMBIGUOUS`, `MALFORMED` (its entry) */
  #tagged(entries: Entries, tag: string): Descriptor {
    const named = entries.named(tag);
    const unread = entries.unread.get(tag);
    if (named.length === 0 && unread !== undefined) throw unread;
    return findTag(named.length > 0 ? named : entries.all, tag, this.format({}));
  }

  /** The manifests that need no name where there is one alone: not what is attached, or belongs to another. */
  async #roots(entries: readonly Descriptor[], options: CallOptions = {}): Promise<readonly Descriptor[]> {
    const { dependents } = await this.#referrers.scan(options);
    const manifests = entries.filter(isManifestEntry);
    const roots = manifests.filter((entry) => !dependents.has(entry.digest) && !isSavedAttachment(entry));
    return withoutAttestations(roots.length > 0 ? roots : manifests);
  }

  async #onlyRoot(entries: readonly Descriptor[], options?: CallOptions): Promise<Descriptor> {
    const roots = await this.#roots(entries, options);
    const [first] = roots;
    if (first === undefined) throw new RemoraError('NOT_FOUND', `${this.format({})} has no manifests`);
    const count = new Set(roots.map(({ digest }) => digest)).size;
    if (count === 1) return first;
    const variants = platformVariants(roots);
    const names = choicesOf(roots);
    throw variants.length > 0
      ? severalPlatforms(`${this.format({})} has ${count} manifests, one for each platform`, variants)
      : new RemoraError('AMBIGUOUS', `${this.format({})} has ${count} manifests, wanted one`, {
          candidates: names,
          hint: `Name one of them: ${listNames(names)}`,
        });
  }
}
