import { closeSync, constants, fstatSync, openSync, readSync, type StatsBase, statSync } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { RemoraError } from '../../errors.js';

/** A pipe then does not wait for its other end, and a terminal does not become that of this process. */
export const OPEN_FLAGS = (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** A symlink in the last place of a path is an error then. */
export const NO_LINK = constants.O_NOFOLLOW ?? 0;

/** Options of {@link openRegular}. */
export interface OpenRegularOptions {
  /** Follow a symlink in the last place of the path. @default true: Bazel and content stores make layouts of links */
  readonly followLinks?: boolean | undefined;
  /** Open it for writing, too. @default false */
  readonly writable?: boolean | undefined;
}

/**
 * Opens a file of a layout, an archive or a directory; all code opens such files here. They come from elsewhere, and git
 * and tar carry links and pipes. A pipe ends when another program says so, and a device may have no end.
 *
 * The path is looked at first, since the opening of a device can have effects. The open file is looked at again.
 *
 * @throws RemoraError `IO` (not a regular file), and the errors of the system
 */
export async function openRegular(
  path: string,
  { followLinks = true, writable = false }: OpenRegularOptions = {},
): Promise<FileHandle> {
  const flags = (writable ? constants.O_RDWR : constants.O_RDONLY) | OPEN_FLAGS | (followLinks ? 0 : NO_LINK);
  requireRegular(await (followLinks ? stat(path) : lstat(path)), path);
  const handle = await open(path, flags);
  try {
    requireRegular(await handle.stat(), path);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function requireRegular(info: StatsBase<number>, path: string): void {
  if (!info.isFile()) throw notRegular(path, kindOf(info));
}

/** The error for what has the place of a regular file. */
export function notRegular(path: string, found: string): RemoraError {
  return new RemoraError('IO', `${path} is ${found}, wanted a regular file`, {
    found,
    hint: 'Put a file in its place, or remove it',
  });
}

/** Says of what kind an entry is that is not a regular file. */
export function kindOf(info: StatsBase<number> | StatsBase<bigint>): string {
  if (info.isDirectory()) return 'a directory';
  if (info.isSymbolicLink()) return 'a symlink';
  if (info.isSocket()) return 'a socket';
  return info.isFIFO() ? 'a pipe' : 'a device';
}

/** The content of a file; without `bytes` where it has more than was wanted. */
export interface WholeFile {
  readonly size: number;
  readonly bytes?: Buffer;
}

/**
 * Reads such a file from its start to its end, as {@link openRegular} and {@link readAtMost} do. The calls do not go
 * through the pool of threads: five calls take 17 µs of CPU, and 120 µs there.
 */
export async function readRegular(path: string, most: number): Promise<WholeFile> {
  requireRegular(statSync(path), path);
  const file = openSync(path, constants.O_RDONLY | OPEN_FLAGS);
  try {
    const info = fstatSync(file);
    requireRegular(info, path);
    const chunks: Buffer[] = [];
    for (let done = 0; ; ) {
      if (info.size > most || done > most) return { size: Math.max(info.size, done) };
      const room = Math.min(Math.max(info.size - done, 0) + SPARE_BYTES, most - done + 1);
      // A small file takes no more memory than its content.
      const chunk = room <= small.length ? small : Buffer.allocUnsafe(room);
      const length = readSync(file, chunk, 0, room, done);
      done += length;
      if (length > 0) chunks.push(chunk === small ? Buffer.from(chunk.subarray(0, length)) : chunk.subarray(0, length));
      // A file of the size that it says has ended where there is room left.
      if (length === 0 || (done === info.size && length < room)) return { size: done, bytes: whole(chunks) };
    }
  } finally {
    closeSync(file);
  }
}

/** Calls that do not wait can share it. */
const small = Buffer.allocUnsafe(16 * 1024);

function whole(chunks: readonly Buffer[]): Buffer {
  const [first, ...others] = chunks;
  return first !== undefined && others.length === 0 ? first : Buffer.concat(chunks);
}

/** A page, for the end of a file, and for files that have more than they say. */
const SPARE_BYTES = 4096;

/**
 * Reads an open file from its start to its end. The limit counts what was read: files in /proc and /sys have other sizes
 * than they say, and files grow.
 *
 * @returns undefined when there are more than `most` bytes
 */
export async function readAtMost(handle: FileHandle, most: number): Promise<Buffer | undefined> {
  const { size } = await handle.stat();
  if (size > most) return undefined;
  const chunks: Buffer[] = [];
  for (let done = 0; ; ) {
    const length = Math.min(Math.max(size - done, 0) + SPARE_BYTES, most - done + 1);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, done);
    if (bytesRead === 0) break;
    done += bytesRead;
    if (done > most) return undefined;
    chunks.push(buffer.subarray(0, bytesRead));
  }
  return whole(chunks);
}
