import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { handled } from '../async/handled.js';
import { interrupted } from '../async/interrupt.js';
import { giveBack, LENT_BYTES } from '../streams/lent.js';
import { now } from './clock.js';
import { isGone, processDomain } from './process-identity.js';
import { bestEffort, bestEffortSync, fileError, systemCode } from './system-error.js';

const PREFIX = '.remora-';
const NAME = /^\.remora-([0-9a-f]{12})-(\d+)-[0-9a-f]{12}\.tmp$/;
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Bytes after which the disk is set to work while more come. `commit` then waits for the rest alone: a pull of 1 GiB takes
 * three quarters of the time.
 */
const FLUSHED_BYTES = 16 * 1024 * 1024;

/** Files take turns: each flush holds a thread of the pool, and reading needs some. */
let isFlushing = false;

const live = new Set<string>();

let watchesExit = false;

/** Remembers a file, so that a sudden exit leaves none behind; an exit handler can await nothing. */
function keepTrack(path: string): void {
  live.add(path);
  if (watchesExit) return;
  watchesExit = true;
  process.on('exit', () => {
    for (const left of live) bestEffortSync(() => unlinkSync(left));
  });
}

/** The name of a temporary file or directory; it names its process, so that others know when it is abandoned. */
export function tempName(
  domain = processDomain(),
  pid = process.pid,
  end: string = randomBytes(6).toString('hex'),
): string {
  return `${PREFIX}${domain}-${pid}-${end}.tmp`;
}

/** A file that becomes visible under its name only when it is whole. Always end it with `commit` or `discard`. */
export interface TempFile {
  readonly path: string;
  readonly handle: FileHandle;
  /**
   * Flushes the content to the disk and renames the file to `target`, in the same file system.
   *
   * @param guard runs right before the rename, and fails where that must not be
   */
  commit(target: string, guard?: () => void): Promise<void>;
  /** Removes the file; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Creates an empty temporary file in `directory`, where its final place is. */
export async function createTempFile(directory: string, mode = 0o644, name = tempName()): Promise<TempFile> {
  const path = join(directory, name);
  keepTrack(path);
  let handle: FileHandle;
  try {
    handle = await open(path, 'wx+', mode);
  } catch (error) {
    live.delete(path);
    const isThere = systemCode(error) === 'ENOENT' && (await bestEffort(stat(directory))) !== undefined;
    if (!isThere) throw fileError(error, directory);
    const hint = 'Choose another directory';
    throw new RemoraError('IO', `${directory} holds no files of others, as /proc does not`, { cause: error, hint });
  }
  let isOpen = true;
  const close = async () => {
    if (isOpen) {
      isOpen = false;
      await handle.close();
    }
  };
  return {
    path,
    handle,
    async commit(target, guard) {
      try {
        await handle.sync();
        await close();
        guard?.();
        await rename(path, target);
      } catch (error) {
        throw fileError(error, target);
      }
      live.delete(path);
      await syncDirectory(dirname(target));
    },
    async discard() {
      await bestEffort(close());
      if (!live.has(path)) return;
      await bestEffort(unlink(path));
      live.delete(path);
    },
  };
}

/** Creates a temporary file for `work`, and removes it afterwards unless `work` commits it. */
export async function withTempFile<T>(
  directory: string,
  mode: number | undefined,
  work: (file: TempFile) => Promise<T>,
): Promise<T> {
  const file = await createTempFile(directory, mode);
  try {
    return await work(file);
  } finally {
    await file.discard();
  }
}

/** Writes all of `source` to the file: the next chunks come, and are hashed, while those before them are written. */
export async function writeStream(file: TempFile, source: Readable, signal?: AbortSignal): Promise<void> {
  const stop = () => source.destroy(signal ? interrupted(signal) : undefined);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  let writing = Promise.resolve();
  let flushing = Promise.resolve();
  try {
    let chunks: Uint8Array[] = [];
    let bytes = 0;
    let unflushed = 0;
    for await (const chunk of source) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes < LENT_BYTES) continue;
      await writing;
      unflushed += bytes;
      if (unflushed >= FLUSHED_BYTES && !isFlushing) {
        await flushing;
        flushing = handled(flush(file));
        unflushed = 0;
      }
      writing = handled(writeChunks(file, chunks));
      chunks = [];
      bytes = 0;
    }
    await writing;
    await writeChunks(file, chunks);
    await flushing;
  } finally {
    signal?.removeEventListener('abort', stop);
    source.destroy();
    await Promise.allSettled([writing, flushing]);
  }
}

async function flush(file: TempFile): Promise<void> {
  isFlushing = true;
  try {
    await file.handle.datasync();
  } catch (error) {
    throw fileError(error, dirname(file.path));
  } finally {
    isFlushing = false;
  }
}

/** Writes chunks in one go; nobody else reads them. */
async function writeChunks(file: TempFile, chunks: readonly Uint8Array[]): Promise<void> {
  if (chunks.length === 0) return;
  try {
    let { bytesWritten: left } = await file.handle.writev(chunks);
    for (const chunk of chunks) {
      const done = Math.min(left, chunk.length);
      left -= done;
      if (done < chunk.length) await writeAll(file, chunk.subarray(done));
      giveBack(chunk);
    }
  } catch (error) {
    throw fileError(error, dirname(file.path));
  }
}

/** Writes a stream, which comes once, to a temporary file of the system; the caller discards it. */
export async function spool(open: () => Promise<Readable>, signal?: AbortSignal): Promise<TempFile> {
  const file = await createTempFile(tmpdir(), 0o600);
  try {
    await writeStream(file, await open(), signal);
    return file;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/**
 * Writes `bytes` to the file.
 *
 * @param position where in the file, so that parts can be written in any order. @default behind what was written
 */
export async function writeAll(file: TempFile, bytes: Uint8Array, position?: number): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) {
      const at = position === undefined ? null : position + done;
      done += (await file.handle.write(bytes, done, bytes.length - done, at)).bytesWritten;
    }
  } catch (error) {
    throw fileError(error, dirname(file.path));
  }
}

/** Replaces `target` in one step; readers see the old bytes or the new ones. */
export async function replaceFile(target: string, bytes: Uint8Array, mode = 0o644): Promise<void> {
  await withTempFile(dirname(target), mode, async (file) => {
    await writeAll(file, bytes);
    await file.commit(target);
  });
}

/** Makes a rename last through a power failure, where the system lets a directory be flushed (Windows does not). */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await bestEffort(open(directory, 'r'));
  if (handle === undefined) return;
  await bestEffort(handle.sync());
  await bestEffort(handle.close());
}

/** Removes temporary files in `directory` whose makers are gone. Never fails: others may be sweeping too. */
export async function sweepTempFiles(directory: string): Promise<void> {
  for (const name of (await bestEffort(readdir(directory))) ?? []) {
    const path = join(directory, name);
    if ((await leftOverOf(path)) === 'abandoned') await bestEffort(unlink(path));
  }
}

/**
 * Whether a temporary file's maker is gone, or may be at work; undefined for all other files.
 *
 * Clocks decide nothing where the process can be looked for: they jump, and a file that waits for its network has an old
 * date. The age tells only of makers on other hosts, and of earlier boots of this one.
 */
export async function leftOverOf(path: string): Promise<'abandoned' | 'in-use' | undefined> {
  const [, domain, pid] = NAME.exec(basename(path)) ?? [];
  if (domain === undefined || pid === undefined) return undefined;
  if (domain === processDomain()) return isGone(domain, Number(pid)) ? 'abandoned' : 'in-use';
  return (await isOld(path)) ? 'abandoned' : 'in-use';
}

/** A link is as old as itself. */
async function isOld(path: string): Promise<boolean> {
  const info = await bestEffort(lstat(path));
  return info !== undefined && now() - info.mtimeMs > ABANDONED_AFTER_MS;
}
