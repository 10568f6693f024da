import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import type { Manifest } from '../../oci/manifest.js';
import { isManifestType } from '../../oci/media-types.js';
import { formatPlace, type PathPlace } from '../../oci/place.js';
import type { CallOptions, ManifestSelector, Referrer, ReferrerOptions, Source } from '../store.js';
import { blobSize, openBlob } from './blobs.js';
import type { LayoutFiles } from './files.js';
import { readEntries } from './index-file.js';
import { readManifest } from './manifests.js';
import { ReferrerCache } from './referrers.js';
import { choicesOf, entriesWithTag, findSaved, findTag, listNames, namesOf } from './tags.js';

/** Reads an image layout (image-spec image-layout.md), wherever its files are. */
export class LayoutSource implements Source {
  readonly #referrers: ReferrerCache;

  constructor(
    protected readonly files: LayoutFiles,
    private readonly place: PathPlace,
  ) {
    this.#referrers = new ReferrerCache(files);
  }

  get kind(): PathPlace['kind'] {
    return this.place.kind;
  }

  async hasBlob(descriptor: Descriptor): Promise<boolean> {
    return (await blobSize(this.files, descriptor.digest)) === descriptor.size;
  }

  blobSize(digest: Digest): Promise<number | undefined> {
    return blobSize(this.files, digest);
  }

  openBlob(descriptor: Descriptor, options?: CallOptions): Promise<Readable> {
    return openBlob(this.files, descriptor, options);
  }

  async manifest(selector: ManifestSelector, options?: CallOptions): Promise<Manifest> {
    const entries = await readEntries(this.files);
    const entry =
      selector.tag !== undefined
        ? findTag(entries, selector.tag, this.format({}))
        : entries.find(({ digest }) => digest === selector.digest);
    if (selector.digest === undefined)
      return readManifest(this.files, entry ?? (await this.#onlyRoot(entries, options)), options);
    if (selector.tag !== undefined && entry?.digest !== selector.digest) {
      throw new RemoraError(
        'CHANGED',
        `${this.format({ tag: selector.tag })} is ${entry?.digest}, wanted ${selector.digest}`,
        {
          expected: selector.digest,
          ...(entry === undefined ? {} : { found: entry.digest }),
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
    const entries = await readEntries(this.files);
    return entriesWithTag(entries, tag).length > 0 ? findTag(entries, tag, this.format({})) : findSaved(entries, tag);
  }

  async *tags(): AsyncIterable<string> {
    yield* new Set(namesOf(await readEntries(this.files)));
  }

  async *referrers(subject: Descriptor, options: ReferrerOptions = {}): AsyncIterable<Referrer> {
    const { bySubject, unread } = await this.#referrers.scan(options);
    for (const { place, error } of unread) {
      if (options.onUnasked === undefined) throw error;
      options.onUnasked(place, error);
    }
    for (const referrer of bySubject.get(subject.digest) ?? []) {
      if (options.artifactType === undefined || referrer.descriptor.artifactType === options.artifactType)
        yield referrer;
    }
  }

  format(selector: ManifestSelector): string {
    return formatPlace(this.place, selector);
  }

  close(): Promise<void> {
    return this.files.close();
  }

  /** A layout with one manifest needs no name for it; what is attached, or belongs to another, does not count. */
  async #onlyRoot(entries: readonly Descriptor[], options: CallOptions = {}): Promise<Descriptor> {
    const { dependents } = await this.#referrers.scan(options);
    const manifests = entries.filter(({ mediaType }) => isManifestType(mediaType));
    const roots = manifests.filter(({ digest }) => !dependents.has(digest));
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
