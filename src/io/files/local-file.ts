import { type BigIntStats, constants } from 'node:fs';
import { access, type FileHandle, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { ChunkStream } from '../streams/chunk-stream.js';
import { fileRange } from './range.js';
import { kindOf, openRegular } from './regular-file.js';
import { fileError, systemCode } from './system-error.js';

/** A file or directory that exists and may be read. */
export type LocalFile =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      /** Bytes, when it was looked at. */
      readonly size: number;
      /** Opens the content. The stream fails with `CHANGED` when the file is not what it was when it was looked at. */
      open(): Promise<Readable>;
    };

/**
 * Looks at a file before anything is done with it.
 *
 * @throws RemoraError `NOT_FOUND`, `IO` (not readable, or neither a file nor a directory)
 */
export async function localFile(path: string): Promise<LocalFile> {
  let info: BigIntStats;
  try {
    info = await stat(path, { bigint: true });
    await access(path, constants.R_OK);
  } catch (error) {
    throw fileError(error, path, hintFor(error, path));
  }
  if (info.isDirectory()) return { kind: 'directory', path };
  if (!info.isFile()) {
    throw new RemoraError('IO', `${path} is ${kindOf(info)}, wanted a file or directory`, {
      hint: 'To read from a program, pipe it into standard input and write -:NAME for the file',
    });
  }
  return { kind: 'file', path, size: Number(info.size), open: () => openUnchanged(path, info) };
}

function hintFor(error: unknown, path: string): string | undefined {
  const code = systemCode(error);
  if (code === 'EACCES' || code === 'EPERM') return 'Check who may read it';
  if (code !== 'ENOENT') return undefined;
  return isAbsolute(path) ? 'Check the path' : `Check the path; the current directory is ${process.cwd()}`;
}

async function openUnchanged(path: string, seen: BigIntStats): Promise<Readable> {
  let handle: FileHandle;
  try {
    handle = await openRegular(path);
  } catch (error) {
    throw fileError(error, path);
  }
  return new ChunkStream(chunks(handle, path, seen), () => handle.close());
}

async function* chunks(handle: FileHandle, path: string, seen: BigIntStats): AsyncGenerator<Buffer> {
  try {
    requireSame(path, seen, await handle.stat({ bigint: true }));
    // Not the size that was seen: files in /proc have content and say 0.
    yield* fileRange(handle, 0, Number.POSITIVE_INFINITY);
    requireSame(path, seen, await handle.stat({ bigint: true }));
  } catch (error) {
    throw fileError(error, path);
  }
}

function requireSame(path: string, seen: BigIntStats, now: BigIntStats): void {
  if (now.size === seen.size && now.mtimeNs === seen.mtimeNs && now.ino === seen.ino && now.dev === seen.dev) return;
  throw new RemoraError('CHANGED', `${path} changed while it was read`, {
    expected: Number(seen.size),
    found: Number(now.size),
    hint: 'Run the command again when nothing writes to the file',
  });
}
