import { createHash, type Hash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { copyFile, type FileHandle, lstat, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RemoraError } from '../../../errors.js';
import { now } from '../../../io/files/clock.js';
import { makeDirectory } from '../../../io/files/make-directory.js';
import {
  fileError,
  ifSystemError,
  systemCode,
  UNREADABLE_CODES,
  unlessMissing,
} from '../../../io/files/system-error.js';
import { syncDirectory, withTempFile } from '../../../io/files/temp-file.js';
import { algorithmOf, type Digest, encodedOf, hasherFor } from '../../../oci/values/digest.js';
import type { AppendUploadOptions } from '../../interfaces/hosting.js';
import { blobPath, UPLOADS_DIRECTORY } from '../files/paths.js';
import { CROWDED_UPLOAD_MS, hashFile, isUpload, openUpload, SHARED, uploadOf, writeAt } from './upload-files.js';

/** The state of a session in this process: the hash runs along while the bytes arrive. */
interface Running {
  hash: Hash;
  hashed: number;
  /** This process made the session's file. No other one writes to it before it has renamed it. */
  own: boolean;
  /** The end of the last request: requests write to a session one after another. */
  tail: Promise<unknown>;
  /** Requests that write to it, or wait for their turn. */
  turns: number;
}

/**
 * Upload sessions of a layout: one file each, outside of `blobs`, renamed into it when it is whole and verified.
 *
 * Several processes may write to one session, and one that was suspended still has the file open when it wakes up. So
 * only the process that made a file may rename it into `blobs`. Each other one first gives it a name that says that it
 * is shared, and the blob becomes a copy then, which nobody else can have open.
 */
export class Uploads {
  readonly #running = new Map<string, Running>();
  #beginning: Promise<unknown> = Promise.resolve();
  readonly #directory: string;

  constructor(private readonly layout: string) {
    this.#directory = join(layout, UPLOADS_DIRECTORY);
  }

  /**
   * @param most sessions that there may be, this one included; over all processes and restarts
   * @throws RemoraError `BUSY` for one more
   */
  begin(most = Number.POSITIVE_INFINITY): Promise<string> {
    const begin = () => this.#begin(most);
    const begun = this.#beginning.then(begin, begin);
    this.#beginning = begun;
    return begun;
  }

  async #begin(most: number): Promise<string> {
    const id = randomUUID();
    try {
      await makeDirectory(this.#directory);
      await (await open(this.#path(id), 'wx', 0o644)).close();
    } catch (error) {
      throw fileError(error, this.#directory);
    }
    this.#running.set(id, { ...fresh(), own: true });
    // Counted with it: of two processes that begin one at the same time both see both.
    if ((await this.#count()) > most) await this.sweep(CROWDED_UPLOAD_MS);
    const count = await this.#count();
    if (count <= most) return id;
    await this.#remove(id);
    throw new RemoraError('BUSY', `there are ${count - 1} unfinished uploads, ${most} at most`);
  }

  async size(id: string): Promise<number | undefined> {
    return (await this.#look(id))?.size;
  }

  /**
   * Adds what `source` gives; what arrived before it failed is kept.
   *
   * @throws RemoraError `NOT_FOUND`, also when another process ended the session meanwhile; `SIZE_MISMATCH`
   */
  append(
    id: string,
    source: AsyncIterable<Uint8Array>,
    { bytes = Number.NaN, signal }: AppendUploadOptions = {},
  ): Promise<number> {
    return this.#alone(id, async (running) => {
      const handle = await this.#open(id, running);
      try {
        const { size: start, ino } = await handle.stat();
        const before = { hash: running.hash.copy(), hashed: running.hashed };
        let size = start;
        for await (const chunk of source) {
          signal?.throwIfAborted();
          if (size + chunk.length > start + bytes) throw await this.#undone(handle, running, start, before, bytes);
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
        if (size < start + bytes) throw await this.#undone(handle, running, start, before, bytes);
        // Another process may have ended the session, and the bytes went into a file without a name.
        if ((await this.#look(id))?.ino !== ino) throw unknown();
        return size;
      } finally {
        await handle.close();
      }
    });
  }

  commit(id: string, digest: Digest): Promise<number> {
    const verifier = hasherFor(digest);
    return this.#alone(id, async (running) => {
      const handle = await this.#open(id, running);
      try {
        return running.own
          ? await this.#rename(id, handle, running, digest, verifier)
          : await this.#copy(id, digest, verifier);
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
    for (const id of await this.#ids()) {
      const isOld = async () => {
        const info = await this.#look(id);
        return info !== undefined && now() - info.mtimeMs > olderThan;
      };
      // A session that a request writes to is in use, however slowly its bytes come.
      if (this.#running.get(id)?.turns || !(await isOld())) continue;
      await this.#alone(id, async () => (await isOld()) && this.#remove(id));
    }
  }

  /** The blob is the session's file: no other process ever had it open. */
  async #rename(id: string, handle: FileHandle, running: Running, digest: Digest, verifier: Hash): Promise<number> {
    const { size } = await handle.stat();
    const runs = algorithmOf(digest) === 'sha256' && running.hashed === size;
    // A copy: the session goes on where its commit fails, as on a full disk, and is committed again.
    const found = runs ? running.hash.copy().digest('hex') : await hashFile(handle, verifier);
    await this.#require(id, digest, found);
    // Collectors of garbage spare what is young, and count from here.
    await handle.utimes(new Date(), new Date());
    await handle.sync();
    const target = await this.#target(digest);
    if (
      (await ifSystemError(
        rename(this.#path(id), target).then(() => true),
        'ENOENT',
      )) !== true
    ) {
      running.own = false;
      return this.#copy(id, digest, hasherFor(digest));
    }
    await syncDirectory(dirname(target));
    this.#running.delete(id);
    return size;
  }

  async #copy(id: string, digest: Digest, verifier: Hash): Promise<number> {
    return withTempFile(this.layout, 0o644, async (file) => {
      const copied = copyFile(this.#shared(id), file.path, constants.COPYFILE_FICLONE).then(() => true);
      if ((await ifSystemError(copied, 'ENOENT')) !== true) throw unknown();
      await this.#require(id, digest, await hashFile(file.handle, verifier));
      const { size } = await file.handle.stat();
      await file.commit(await this.#target(digest));
      await this.#remove(id);
      return size;
    });
  }

  /** @throws RemoraError `DIGEST_MISMATCH`, and the session is gone */
  async #require(id: string, digest: Digest, hex: string): Promise<void> {
    if (hex === encodedOf(digest)) return;
    await this.#remove(id);
    const found = `${algorithmOf(digest)}:${hex}`;
    throw new RemoraError('DIGEST_MISMATCH', `upload has the digest ${found}, wanted ${digest}`, {
      expected: digest,
      found,
    });
  }

  async #undone(
    handle: FileHandle,
    running: Running,
    start: number,
    before: Pick<Running, 'hash' | 'hashed'>,
    bytes: number,
  ): Promise<RemoraError> {
    await handle.truncate(start);
    Object.assign(running, before);
    return new RemoraError('SIZE_MISMATCH', `the chunk does not have the ${bytes} bytes that it was said to have`, {
      expected: bytes,
    });
  }

  async #target(digest: Digest): Promise<string> {
    const target = blobPath(this.layout, digest);
    await makeDirectory(dirname(target));
    return target;
  }

  async #ids(): Promise<readonly string[]> {
    const names = (await ifSystemError(readdir(this.#directory), ...UNREADABLE_CODES)) ?? [];
    return names.map(uploadOf).filter((id) => id !== undefined);
  }

  async #count(): Promise<number> {
    return (await this.#ids()).length;
  }

  #path(id: string): string {
    return join(this.#directory, id);
  }

  #shared(id: string): string {
    return this.#path(id) + SHARED;
  }

  /** A session's file goes from its own name to the shared one, and never back. */
  async #look(id: string): Promise<Stats | undefined> {
    if (!isUpload(id)) return undefined;
    for (const path of [this.#path(id), this.#shared(id)]) {
      const info = await unlessMissing(lstat(path), path);
      if (info?.isFile()) return info;
    }
    return undefined;
  }

  async #open(id: string, running: Running): Promise<FileHandle> {
    if (!isUpload(id)) throw unknown();
    try {
      if (running.own) {
        const handle = await ifSystemError(openUpload(this.#path(id)), 'ENOENT');
        if (handle !== undefined) return handle;
        running.own = false;
      }
      if ((await this.#look(id)) === undefined) throw unknown();
      await ifSystemError(rename(this.#path(id), this.#shared(id)), 'ENOENT');
      return await openUpload(this.#shared(id));
    } catch (error) {
      this.#running.delete(id);
      if (systemCode(error) === 'ENOENT') throw unknown(error);
      throw fileError(error, this.#path(id));
    }
  }

  async #remove(id: string): Promise<boolean> {
    this.#running.delete(id);
    if (!isUpload(id)) return false;
    const removed = [this.#path(id), this.#shared(id)].map((path) =>
      ifSystemError(
        unlink(path).then(() => true),
        ...UNREADABLE_CODES,
        'EROFS',
      ),
    );
    return (await Promise.all(removed)).includes(true);
  }

  #alone<T>(id: string, action: (running: Running) => Promise<T>): Promise<T> {
    const running = this.#running.get(id) ?? fresh();
    if (isUpload(id)) this.#running.set(id, running);
    running.turns++;
    const act = () => action(running).finally(() => running.turns--);
    // A turn that failed is reported to its own caller; the next follows all the same.
    const turn = running.tail.then(act, act);
    running.tail = turn;
    return turn;
  }
}

function fresh(): Running {
  return { hash: createHash('sha256'), hashed: 0, own: false, tail: Promise.resolve(), turns: 0 };
}

function unknown(cause?: unknown): RemoraError {
  return new RemoraError('NOT_FOUND', 'upload is not known', { cause });
}
