import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { openRegular } from '../../../io/files/regular-file.js';
import { fileError, ifSystemError, UNREADABLE_CODES } from '../../../io/files/system-error.js';
import type { Manifest } from '../../../oci/documents/manifest.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { MediaType } from '../../../oci/values/media-types.js';
import type {
  CollectOptions,
  DeleteManifestOptions,
  Garbage,
  GarbageCollector,
  PruneResult,
  Pruner,
} from '../../interfaces/abilities.js';
import type { AppendUploadOptions, Repository } from '../../interfaces/hosting.js';
import type { CallOptions } from '../../interfaces/store.js';
import { claimBlob } from '../blobs/claim.js';
import { mountBlob } from '../blobs/clone.js';
import { openPieces } from '../blobs/pieces.js';
import { Uploads } from '../blobs/upload-sessions.js';
import { checkLayout, hasLayoutNames } from '../check-layout.js';
import type { DirectoryFiles } from '../files/directory-files.js';
import { blobPath } from '../files/paths.js';
import { collectGarbage } from '../garbage/collect.js';
import type { KeptManifests } from '../manifests/kept.js';
import type { ManifestEntry } from '../manifests/read.js';
import { Pruning } from '../prune.js';
import { deleteBlob, deleteManifest, deleteTag } from '../removal.js';
import { LayoutStore, type OpenLayoutOptions, openLayout } from '../store.js';

/** A layout with all that a registry needs of a repository. */
export class HostedLayout extends LayoutStore implements Repository, Pruner, GarbageCollector {
  readonly #uploads: Uploads;
  readonly #pruning: Pruning;

  /** @param manifests keeps what is read again and again */
  constructor(
    directory: string,
    files?: DirectoryFiles,
    private readonly manifests?: KeptManifests,
  ) {
    super(directory, files);
    this.#uploads = new Uploads(directory);
    this.#pruning = new Pruning(directory);
  }

  openPieces(descriptor: Descriptor, options?: CallOptions): Promise<AsyncIterable<Buffer>> {
    return openPieces(blobPath(this.directory, descriptor.digest), descriptor, options);
  }

  async openRange(digest: Digest, start: number, end: number): Promise<Readable> {
    const path = blobPath(this.directory, digest);
    const handle = await openRegular(path, { followLinks: false }).catch((error: unknown) => {
      throw fileError(error, path);
    });
    return createReadStream('', { fd: handle, start, end, highWaterMark: 256 * 1024 });
  }

  protected override readManifest(wanted: ManifestEntry, options?: CallOptions): Promise<Manifest> {
    const read = () => super.readManifest(wanted, options);
    return this.manifests?.manifest(blobPath(this.directory, wanted.digest), wanted, read) ?? read();
  }

  deleteManifest(digest: Digest, options?: DeleteManifestOptions): Promise<boolean> {
    return deleteManifest(this.directory, digest, options);
  }

  deleteTag(tag: string, options?: CallOptions): Promise<boolean> {
    return deleteTag(this.directory, tag, options);
  }

  deleteBlob(digest: Digest): Promise<boolean> {
    return deleteBlob(this.directory, digest);
  }

  blobsOf(manifest: Digest): Promise<readonly Digest[]> {
    return this.#pruning.blobsOf(manifest);
  }

  pruneBlobs(candidates: ReadonlySet<Digest>, options?: CallOptions): Promise<PruneResult> {
    return this.#pruning.prune(candidates, options);
  }

  collectGarbage(options?: CollectOptions): Promise<Garbage> {
    return collectGarbage(this.directory, options);
  }

  beginUpload(most?: number): Promise<string> {
    return this.#uploads.begin(most);
  }

  uploadSize(id: string): Promise<number | undefined> {
    return this.#uploads.size(id);
  }

  appendUpload(id: string, source: AsyncIterable<Uint8Array>, options?: AppendUploadOptions): Promise<number> {
    return this.#uploads.append(id, source, options);
  }

  commitUpload(id: string, digest: Digest): Promise<number> {
    return this.#uploads.commit(id, digest);
  }

  cancelUpload(id: string): Promise<boolean> {
    return this.#uploads.cancel(id);
  }

  sweepUploads(olderThan: number): Promise<void> {
    return this.#uploads.sweep(olderThan);
  }

  async linkBlob(from: Repository, digest: Digest): Promise<boolean> {
    const size = await from.blobSize(digest);
    if (size === undefined) return false;
    const descriptor = { mediaType: MediaType.octetStream, digest, size };
    const file = blobPath(from.directory, digest);
    const isMounted = await mountBlob(this.directory, descriptor, file, () => from.openBlob(descriptor));
    return isMounted && this.keepBlob(descriptor);
  }

  keepBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean> {
    return claimBlob(this.directory, descriptor, { ...options, own: true });
  }
}

/**
 * Opens an image layout directory with all abilities.
 *
 * @throws RemoraError as `openLayout`
 */
export async function openHostedLayout(directory: string, options: OpenLayoutOptions = {}): Promise<HostedLayout> {
  await openLayout(directory, options);
  return new HostedLayout(directory);
}

/**
 * Opens what is an image layout, or was one: `oci-layout` is there, or both `index.json` and `blobs/` are.
 *
 * @throws RemoraError `NOT_FOUND`, `IO`
 */
export async function openDamagedLayout(directory: string): Promise<HostedLayout> {
  // For a directory that cannot be listed, checkLayout tells the reason.
  const names = (await ifSystemError(readdir(directory), ...UNREADABLE_CODES)) ?? [];
  if (!hasLayoutNames(names)) await checkLayout(directory);
  return new HostedLayout(directory);
}
