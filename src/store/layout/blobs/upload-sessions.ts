import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../../errors.js';
import { makeDirectory } from '../../../io/files/make-directory.js';
import { fileError, ifSystemError, systemCode, UNREADABLE_CODES } from '../../../io/files/system-error.js';
import { syncDirectory } from '../../../io/files/temp-file.js';
import { algorithmOf, type Digest, encodedOf, hasherFor } from '../../../oci/values/digest.js';
import type { CallOptions } from '../../interfaces/store.js';
import { blobPath, UPLOADS_DIRECTORY } from '../files/paths.js';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a file in {@link UPLOADS_DIRECTORY} is called like a session. */
export function isUploadId(name: string): boolean {
  return ID.test(name);
}

/** Sessions that nobody touched for so long are given up. */
export const ABANDONED_UPLOAD_MS = 24 * 60 * 60 * 1000;

/** Whether a file in {@link UPLOADS_DIRECTORY} is a session that was given up. */
export async function isAbandonedUpload(path: string): Promise<boolean> {
  const info = ID.test(basename(path)) ? await ifSystemError(stat(path), ...UNREADABLE_CODES) : undefined;
  return info !== undefined && Date.now() - info.mtimeMs > ABANDONED_UPLOAD_MS;
}

/** The state of a session in this process: the hash runs along while the bytes arrive. */
interface Running {
  hash: Hash;
  hashed: number;
  /** The end of the last request: requests write to a session one after another. */
  tail: Promise<unknown>;
}

/** Upload sessions of a layout: one file each, outside of `blobs`, renamed into it when it is whole and verified. */
export class Uploads {
  readonly #running = new Map<string, Running>();
  readonly #directory: string;

  constructor(private readonly layout: string) {
    this.#directory = join(layout, UPLOADS_DIRECTORY);
  }

  async begin(): Promise<string> {
    const id = randomUUID();
    try {
      await makeDirectory(this.#directory);
      await (await open(this.#path(id), 'wx', 0o644)).close();
    } catch (error) {
      throw fileError(error, this.#directory);
    }
    this.#running.set(id, { hash: createHash('sha256'), hashed: 0, tail: Promise.resolve() });
    return id;
  }

  async size(id: string): Promise<number | undefined> {
    if (!ID.test(id)) return undefined;
    return stat(this.#path(id)).then(
      (info) => info.size,
      (error: unknown) => {
        if (systemCode(error) === 'ENOENT') return undefined;
        throw fileError(error, this.#path(id));
      },
    );
  }

  append(id: string, source: Readable, options: CallOptions = {}): Promise<number> {
    return this.#alone(id, async (running) => {
      const handle = await this.#open(id);
      try {
        let size = (await handle.stat()).size;
        for await (const chunk of source) {
          options.signal?.throwIfAborted();
          const written = writeAt(handle, chunk, size);
          // A session of an earlier process is hashed from its file when it is committed.
          const inStep = running.hashed === size;
          if (inStep) {
            // While the disk is at work. Should it refuse, the hash is ahead of the file, and is not used any more.
            running.hashed = -1;
            running.hash.update(chunk);
          }
          await written;
          size += chunk.length;
          if (inStep) running.hashed = size;
        }
        return size;
      } finally {
        await handle.close();
      }
    });
  }

  commit(id: string, digest: Digest): Promise<number> {
    const verifier = hasherFor(digest);
    return this.#alone(id, async (running) => {
      const handle = await this.#open(id);
      try {
        const { size } = await handle.stat();
        const runs = algorithmOf(digest) === 'sha256' && running.hashed === size;
        // A copy: the session goes on where its commit fails, as on a full disk, and is committed again.
        const found = runs ? running.hash.copy().digest('hex') : await hashFile(this.#path(id), verifier);
        if (found !== encodedOf(digest)) {
          await this.#remove(id);
          throw new RemoraError(
            'DIGEST_MISMATCH',
            `upload has the digest ${algorithmOf(digest)}:${found}, wanted ${digest}`,
            {
              expected: digest,
              found: `${algorithmOf(digest)}:${found}`,
            },
          );
        }
        await handle.sync();
        const target = blobPath(this.layout, digest);
        await makeDirectory(dirname(target));
        await rename(this.#path(id), target);
        await syncDirectory(dirname(target));
        this.#running.delete(id);
        return size;
      } catch (error) {
        throw fileError(error, this.#path(id));
      } finally {
        await handle.close();
      }
    });
  }

  cancel(id: string): Promise<boolean> {
    return this.#alone(id, () => this.#remove(id));
  }

  /** Removes sessions that nobody touched for `olderThan` milliseconds. */
  async sweep(olderThan: number): Promise<void> {
    for (const id of (await ifSystemError(readdir(this.#directory), ...UNREADABLE_CODES)) ?? []) {
      const info = await ifSystemError(stat(this.#path(id)), ...UNREADABLE_CODES);
      if (info !== undefined && Date.now() - info.mtimeMs > olderThan) await this.cancel(id);
    }
  }

  #path(id: string): string {
    return join(this.#directory, id);
  }

  async #open(id: string): Promise<FileHandle> {
    try {
      if (!ID.test(id)) throw new RemoraError('NOT_FOUND', 'upload is not known');
      // Not "a": that would create a session that was cancelled meanwhile.
      return await open(this.#path(id), 'r+');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') throw new RemoraError('NOT_FOUND', 'upload is not known', { cause: error });
      throw fileError(error, this.#path(id));
    }
  }

  async #remove(id: string): Promise<boolean> {
    this.#running.delete(id);
    if (!ID.test(id)) return false;
    const unlinked = unlink(this.#path(id)).then(() => true);
    return (await ifSystemError(unlinked, ...UNREADABLE_CODES, 'EROFS')) ?? false;
  }

  #alone<T>(id: string, action: (running: Running) => Promise<T>): Promise<T> {
    const running = this.#running.get(id) ?? { hash: createHash('sha256'), hashed: 0, tail: Promise.resolve() };
    if (ID.test(id)) this.#running.set(id, running);
    const act = () => action(running);
    // A turn that failed is reported to its own caller; the next follows all the same.
    const turn = running.tail.then(act, act);
    running.tail = turn;
    return turn;
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += (await handle.write(bytes, offset, bytes.length - offset, position + offset)).bytesWritten;
  }
}

async function hashFile(path: string, hash: Hash): Promise<string> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk);
  return hash.digest('hex');
}
