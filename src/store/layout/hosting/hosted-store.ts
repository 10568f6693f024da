import { createReadStream } from 'node:fs';
import { link, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { orUndefined } from '../../../io/async/or-undefined.js';
import { makeDirectory } from '../../../io/files/make-directory.js';
import { fileError, ifSystemError, systemCode, UNREADABLE_CODES } from '../../../io/files/system-error.js';
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
import type { Repository } from '../../interfaces/hosting.js';
import type { CallOptions } from '../../interfaces/store.js';
import { Uploads } from '../blobs/upload-sessions.js';
import { checkLayout, hasLayoutNames } from '../check-layout.js';
import { blobPath } from '../files/paths.js';
import { collectGarbage } from '../garbage/collect.js';
import { blobsOf, pruneBlobs } from '../prune.js';
import { deleteBlob, deleteManifest, deleteTag } from '../removal.js';
import { LayoutStore, type OpenLayoutOptions, openLayout } from '../store.js';

/** A layout with all that a registry needs of a repository. */
export class HostedLayout extends LayoutStore implements Repository, Pruner, GarbageCollector {
  readonly #uploads: Uploads;

  constructor(directory: string) {
    super(directory);
    this.#uploads = new Uploads(directory);
  }

  async openRange(digest: Digest, start: number, end: number): Promise<Readable> {
    return createReadStream(blobPath(this.directory, digest), { start, end, highWaterMark: 256 * 1024 });
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
    return blobsOf(this.directory, manifest);
  }

  pruneBlobs(candidates: ReadonlySet<Digest>, options?: CallOptions): Promise<PruneResult> {
    return pruneBlobs(this.directory, candidates, options);
  }

  collectGarbage(options?: CollectOptions): Promise<Garbage> {
    return collectGarbage(this.directory, options);
  }

  beginUpload(): Promise<string> {
    return this.#uploads.begin();
  }

  uploadSize(id: string): Promise<number | undefined> {
    return this.#uploads.size(id);
  }

  appendUpload(id: string, source: Readable, options?: CallOptions): Promise<number> {
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

  /** Blobs never change in place, so two layouts of one file system can share the file. */
  async linkBlob(from: Repository, digest: Digest): Promise<boolean> {
    const size = await from.blobSize(digest);
    if (size === undefined) return false;
    if ((await this.blobSize(digest)) !== undefined) return true;
    const target = blobPath(this.directory, digest);
    try {
      await makeDirectory(dirname(target));
      await link(blobPath(from.directory, digest), target);
    } catch (error) {
      const code = systemCode(error) ?? '';
      if (code === 'EEXIST') return true;
      if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOENT'].includes(code))
        throw fileError(error, target);
      const descriptor = { mediaType: MediaType.octetStream, digest, size };
      const written = this.writeBlob(descriptor, () => from.openBlob(descriptor));
      // A blob that was deleted meanwhile is not found.
      return (await orUndefined(written, 'NOT_FOUND')) !== undefined;
    }
    return true;
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
