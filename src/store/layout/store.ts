import type { Readable } from 'node:stream';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type {
  BlobFiles,
  ChangedTag,
  ChangeTagOptions,
  Cloner,
  Ingester,
  TagChange,
  TagChanger,
} from '../interfaces/abilities.js';
import type { LayoutItem, Mender } from '../interfaces/inventory.js';
import { SharedWrites } from '../interfaces/shared-writes.js';
import type {
  CallOptions,
  PutManifestOptions,
  PutManifestResult,
  Store,
  TagManifestOptions,
  TransferOptions,
  WriteResult,
} from '../interfaces/store.js';
import { claimBlob } from './blobs/claim.js';
import { cloneBlob } from './blobs/clone.js';
import { ingestBlob, writeBlob } from './blobs/write.js';
import { Written } from './blobs/written.js';
import { changeTag } from './change-tag.js';
import { checkLayout } from './check-layout.js';
import { createLayout } from './create.js';
import { AddedEntries } from './entries/added.js';
import { changeEntries } from './entries/index-file.js';
import { DirectoryFiles } from './files/directory-files.js';
import { blobPath } from './files/paths.js';
import { itemsOf } from './inventory.js';
import { completeLayout, replaceBlob, sweepLeftOvers } from './mend.js';
import { putManifest, tagManifest } from './put-manifest.js';
import { LayoutSource } from './source.js';

/** An image layout directory (image-spec image-layout.md). Made by {@link openLayout}. */
export class LayoutStore extends LayoutSource implements Store, Ingester, BlobFiles, Cloner, Mender, TagChanger {
  readonly #writes = new SharedWrites(false);
  readonly #kept = { added: new AddedEntries(), written: new Written() };

  constructor(
    readonly directory: string,
    files = new DirectoryFiles(directory),
  ) {
    super(files, { kind: 'layout', path: directory });
  }

  override get kind(): 'layout' {
    return 'layout';
  }

  writeBlob(expected: Descriptor, open: () => Promise<Readable>, options?: TransferOptions): Promise<WriteResult> {
    this.#kept.written.add(expected, open);
    return this.#writes.write(expected, () => writeBlob(this.directory, expected, open, options), options);
  }

  override items(): Promise<readonly LayoutItem[]> {
    return itemsOf(this.directory);
  }

  mendEntries(
    change: (entries: readonly Descriptor[]) => Promise<readonly Descriptor[] | undefined>,
    options?: CallOptions,
  ): Promise<boolean> {
    return changeEntries(this.directory, change, options);
  }

  replaceBlob(expected: Descriptor, open: () => Promise<Readable>, options?: CallOptions): Promise<void> {
    return replaceBlob(this.directory, expected, open, options);
  }

  complete(): Promise<void> {
    return completeLayout(this.directory);
  }

  sweep(): Promise<void> {
    return sweepLeftOvers(this.directory);
  }

  blobFile(digest: Digest): string {
    return blobPath(this.directory, digest);
  }

  cloneBlob(
    expected: Descriptor,
    file: string,
    open: () => Promise<Readable>,
    options?: TransferOptions,
  ): Promise<WriteResult> {
    this.#kept.written.add(expected, open);
    const write = async () => {
      if (await claimBlob(this.directory, expected, { own: true, signal: options?.signal })) return 'exists';
      if (await cloneBlob(this.directory, expected, file, open, options)) return 'written';
      return writeBlob(this.directory, expected, open, options);
    };
    return this.#writes.write(expected, write, options);
  }

  async ingestBlob(mediaType: string, open: () => Promise<Readable>, options?: TransferOptions) {
    const ingested = await ingestBlob(this.directory, mediaType, open, options);
    this.#kept.written.add(ingested.descriptor, open);
    return ingested;
  }

  async prepareManifest(manifest: Manifest): Promise<boolean> {
    return this.hasBlob(manifest.descriptor);
  }

  putManifest(manifest: Manifest, options?: PutManifestOptions): Promise<PutManifestResult> {
    return putManifest(this.directory, manifest, options, this.#kept);
  }

  tagManifest(manifest: Manifest, tags: readonly string[], options?: TagManifestOptions): Promise<void> {
    return tagManifest(this.directory, manifest, tags, this.#kept, options);
  }

  changeTag(tag: string, change: TagChange, options?: ChangeTagOptions): Promise<ChangedTag> {
    const read = async () => ((await this.findTag(tag)) === undefined ? undefined : this.manifest({ tag }, options));
    const put = (manifest: Manifest, how: PutManifestOptions) => this.putManifest(manifest, how);
    return changeTag({ read, put }, tag, change, options);
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
