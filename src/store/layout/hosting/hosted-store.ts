import { constants, createReadStream } from 'node:fs';
import { link, open, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../../errors.js';
import { orUndefined } from '../../../io/async/or-undefined.js';
import { makeDirectory } from '../../../io/files/make-directory.js';
import { fileError, ifSystemError, systemCode, UNREADABLE_CODES } from '../../../io/files/system-error.js';
import type { Digest } from '../../../oci/values/digest.js';
import { MediaType } from '../../../oci/values/media-types.js';
import type { DeleteManifestOptions, PruneResult, Pruner } from '../../interfaces/abilities.js';
import type { AppendUploadOptions, Repository } from '../../interfaces/hosting.js';
import type { CallOptions } from '../../interfaces/store.js';
import { Uploads } from '../blobs/upload-sessions.js';
import { checkLayout, hasLayoutNames } from '../check-layout.js';
import type { DirectoryFiles } from '../files/directory-files.js';
import { blobPath } from '../files/paths.js';

import { blobsOf, pruneBlobs } from '../prune.js';
import { deleteBlob, deleteManifest, deleteTag } from '../removal.js';
import { LayoutStore, type OpenLayoutOptions, openLayout } from '../store.js';

/** A link is not followed, and a pipe does not wait for a writer. */
const READABLE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A layout with all that a registry needs of a repository. */
export class HostedLayout extends LayoutStore implements Repository, Pruner {
  readonly #uploads: Uploads;

  constructor(directory: string, files?: DirectoryFiles) {
    super(directory, files);
    this.#uploads = new Uploads(directory);
  }

  async openRange(digest: Digest, start: number, end: number): Promise<Readable> {
    const path = blobPath(this.directory, digest);
    try {
      const handle = await open(path, READABLE);
      if ((await handle.stat()).isFile())
        return createReadStream('', { fd: handle, start, end, highWaterMark: 256 * 1024 });
      await handle.close();
    } catch (error) {
      throw fileError(error, path);
    }
    throw new RemoraError('NOT_FOUND', `blob ${digest} is missing: ${path} is not a regular file`);
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
