import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import { formatPlace, type PathPlace } from '../../oci/names/place.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { isManifestType } from '../../oci/values/media-types.js';
import type { Inventory, LayoutDocument, LayoutItem, ListMark } from '../interfaces/inventory.js';
import type { CallOptions, ManifestSelector, Referrer, ReferrerOptions, Source } from '../interfaces/store.js';
import { blobSize, openBlob } from './blobs/blobs.js';
import { type Entries, EntriesCache } from './entries/entries.js';
import { MAX_INDEX_BYTES } from './entries/index-file.js';
import { choicesOf, findSaved, findTag, isSavedAttachment, listNames, namesOf } from './entries/tags.js';
import type { LayoutFiles } from './files/files.js';
import { listMark } from './inventory.js';
import { readManifest } from './manifests/read.js';
import { ReferrerCache } from './referrers/list.js';

/** Reads an image layout (image-spec image-layout.md), wherever its files are. */
export class LayoutSource implements Source, Inventory {
  readonly #referrers: ReferrerCache;
  readonly #entries: EntriesCache;

  constructor(
    protected readonly files: LayoutFiles,
    private readonly place: PathPlace,
  ) {
    this.#referrers = new ReferrerCache(files);
    this.#entries = new EntriesCache(files);
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
    const entries = await this.#entries.read();
    const entry =
      selector.tag !== undefined
        ? this.#tagged(entries, selector.tag)
        : selector.digest && entries.byDigest(selector.digest);
    if (selector.digest === undefined)
      return readManifest(this.files, entry ?? (await this.#onlyRoot(entries.all, options)), options);
    if (selector.tag !== undefined && entry?.digest !== selector.digest) {
      throw new RemoraError(
        'CHANGED',
        `${this.format({ tag: selector.tag })} is ${entry?.digest}, wanted ${selector.digest}`,
        {
          expected: selector.digest,
          ...given({ found: entry?.digest }),
          hint: 'Leave out the tag to get that digest',
        },
      );
    }
    return readManifest(this.files, entry ?? { digest: selector.digest }, options);
  }

  async resolve(selector: ManifestSelector, options?: CallOptions): Promise<Descriptor> {
    return (await this.manifest(selector, options)).descriptor;
  }

  async findTag(tag: string): Promise<Descriptor | undefined> {
    const entries = await this.#entries.read();
    if (entries.named(tag).length > 0) return this.#tagged(entries, tag);
    return entries.areSaved ? findSaved(entries.all, tag) : undefined;
  }

  async *tags(): AsyncIterable<string> {
    yield* new Set(namesOf((await this.#entries.read()).all));
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

  /** @throws RemoraError `NOT_FOUND` that suggests the tags that exist, `AMBIGUOUS` */
  #tagged(entries: Entries, tag: string): Descriptor {
    const named = entries.named(tag);
    return findTag(named.length > 0 ? named : entries.all, tag, this.format({}));
  }

  /** A layout with one manifest needs no name for it; what is attached, or belongs to another, does not count. */
  async #onlyRoot(entries: readonly Descriptor[], options: CallOptions = {}): Promise<Descriptor> {
    const { dependents } = await this.#referrers.scan(options);
    const manifests = entries.filter(({ mediaType }) => isManifestType(mediaType));
    const roots = manifests.filter((entry) => !dependents.has(entry.digest) && !isSavedAttachment(entry));
    const candidates = roots.length > 0 ? roots : manifests;
    const first = candidates[0];
    if (first === undefined) throw new RemoraError('NOT_FOUND', `${this.format({})} has no manifests`);
    if (candidates.every(({ digest }) => digest === first.digest)) return first;
    const names = choicesOf(candidates);
    const count = new Set(candidates.map(({ digest }) => digest)).size;
    throw new RemoraError('AMBIGUOUS', `${this.format({})} has ${count} manifests, wanted one`, {
      candidates: names,
      hint: `Name one of them: ${listNames(names)}`,
    });
  }
}
