import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import type { Manifest } from '../../oci/manifest.js';
import { isManifestType } from '../../oci/media-types.js';
import { SharedWrites } from '../shared-writes.js';
import type {
  CallOptions,
  Ingester,
  ManifestSelector,
  PutManifestOptions,
  PutManifestResult,
  Referrer,
  ReferrerOptions,
  Store,
  TransferOptions,
  WriteResult,
} from '../store.js';
import { blobSize, ingestBlob, openBlob, writeBlob } from './blobs.js';
import { checkLayout, createLayout } from './create.js';
import { readEntries } from './index-file.js';
import { putManifest, readManifest } from './manifests.js';
import { ReferrerCache } from './referrers.js';
import { findSaved, findTag, listNames, nameOf, tagPart } from './tags.js';

/** An image layout directory (image-spec image-layout.md). Made by {@link openLayout}. */
export class LayoutStore implements Store, Ingester {
  readonly kind = 'layout';
  readonly #referrers: ReferrerCache;
  readonly #writes = new SharedWrites(false);

  constructor(readonly directory: string) {
    this.#referrers = new ReferrerCache(directory);
  }

  async hasBlob(descriptor: Descriptor): Promise<boolean> {
    return (await blobSize(this.directory, descriptor.digest)) === descriptor.size;
  }

  blobSize(digest: Digest): Promise<number | undefined> {
    return blobSize(this.directory, digest);
  }

  openBlob(descriptor: Descriptor, options?: CallOptions): Promise<Readable> {
    return openBlob(this.directory, descriptor, options);
  }

  async manifest(selector: ManifestSelector, options?: CallOptions): Promise<Manifest> {
    const entries = await readEntries(this.directory);
    const entry =
      selector.tag !== undefined
        ? findTag(entries, selector.tag, this.format({}))
        : entries.find(({ digest }) => digest === selector.digest);
    if (selector.digest === undefined)
      return readManifest(this.directory, entry ?? (await this.#onlyRoot(entries, options)), options);
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
    return readManifest(this.directory, entry ?? { digest: selector.digest }, options);
  }

  async resolve(selector: ManifestSelector, options?: CallOptions): Promise<Descriptor> {
    return (await this.manifest(selector, options)).descriptor;
  }

  async findTag(tag: string): Promise<Descriptor | undefined> {
    const entries = await readEntries(this.directory);
    const there = entries.some((entry) => nameOf(entry) === tag || tagPart(nameOf(entry)) === tag);
    return there ? findTag(entries, tag, this.format({})) : findSaved(entries, tag);
  }

  async *tags(): AsyncIterable<string> {
    const names = (await readEntries(this.directory)).flatMap((entry) => nameOf(entry) ?? []);
    yield* new Set(names);
  }

  writeBlob(expected: Descriptor, open: () => Promise<Readable>, options?: TransferOptions): Promise<WriteResult> {
    return this.#writes.write(expected, () => writeBlob(this.directory, expected, open, options));
  }

  ingestBlob(mediaType: string, open: () => Promise<Readable>, options?: TransferOptions) {
    return ingestBlob(this.directory, mediaType, open, options);
  }

  async prepareManifest(manifest: Manifest): Promise<boolean> {
    return this.hasBlob(manifest.descriptor);
  }

  putManifest(manifest: Manifest, options?: PutManifestOptions): Promise<PutManifestResult> {
    return putManifest(this.directory, manifest, options);
  }

  async tagManifest(manifest: Manifest, tags: readonly string[], options: CallOptions = {}): Promise<void> {
    await putManifest(this.directory, manifest, { tags, signal: options.signal });
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

  format({ tag, digest }: ManifestSelector): string {
    return `oci:${this.directory}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  }

  async close(): Promise<void> {}

  /** A layout with one manifest needs no name for it; what is attached, or belongs to another, does not count. */
  async #onlyRoot(entries: readonly Descriptor[], options: CallOptions = {}): Promise<Descriptor> {
    const { dependents } = await this.#referrers.scan(options);
    const manifests = entries.filter(({ mediaType }) => isManifestType(mediaType));
    const roots = manifests.filter(({ digest }) => !dependents.has(digest));
    const candidates = roots.length > 0 ? roots : manifests;
    const first = candidates[0];
    if (first === undefined) throw new RemoraError('NOT_FOUND', `${this.format({})} has no manifests`);
    if (candidates.every(({ digest }) => digest === first.digest)) return first;
    const names = candidates.map((entry) => nameOf(entry) ?? entry.digest);
    const count = new Set(candidates.map(({ digest }) => digest)).size;
    throw new RemoraError('AMBIGUOUS', `${this.format({})} has ${count} manifests, wanted one`, {
      candidates: names,
      hint: `Name one of them: ${listNames(names)}`,
    });
  }
}

/** Options of {@link openLayout}. */
export interface OpenLayoutOptions {
  /** Create the layout when the directory does not exist or is empty. @default false */
  readonly create?: boolean | undefined;
}

/**
 * Opens an image layout directory.
 *
 * @throws RemoraError `NOT_FOUND`, `MALFORMED`, `UNSUPPORTED`; `EXISTS` when it cannot be created there
 */
export async function openLayout(directory: string, options: OpenLayoutOptions = {}): Promise<LayoutStore> {
  if (options.create) await createLayout(directory);
  else await checkLayout(directory);
  return new LayoutStore(directory);
}
