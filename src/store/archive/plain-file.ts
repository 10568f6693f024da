import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { isRemoraError, RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { type Compression, compressionOf, decompressed } from '../../io/compression/decompress.js';
import { FORMAT_BYTES, foreignFormat } from '../../io/compression/foreign-format.js';
import { UnpackLimit, type UnpackLimitOptions } from '../../io/compression/unpack-limit.js';
import { fileRange } from '../../io/files/range.js';
import { openRegular } from '../../io/files/regular-file.js';
import { fileError } from '../../io/files/system-error.js';
import { createTempFile, sweepTempFiles, writeStream } from '../../io/files/temp-file.js';
import type { CallOptions } from '../interfaces/store.js';

/** An uncompressed archive, open for reading anywhere in it. */
export interface PlainFile {
  readonly handle: FileHandle;
  readonly size: number;
  /** How many entries it may have; its bytes are counted. */
  readonly limit: UnpackLimit;
  close(): Promise<void>;
}

/** Options of {@link openPlainFile}. */
export interface PlainFileOptions extends CallOptions, UnpackLimitOptions {}

/**
 * Opens an archive. A compressed archive, by its first bytes, is decompressed once, to a temporary file of the system.
 * The file is removed when it is closed, or when the process ends.
 *
 * @throws RemoraError `NOT_FOUND`, `INVALID_ARGUMENT` (no file), `MALFORMED`, `SIZE_MISMATCH` (too large), `UNSUPPORTED`
 * (zstd with an older Node.js), `IO`, `INTERRUPTED`
 */
export async function openPlainFile(path: string, options: PlainFileOptions = {}): Promise<PlainFile> {
  throwIfInterrupted(options.signal);
  const handle = await openFile(path);
  try {
    const { size } = await handle.stat();
    const limit = new UnpackLimit(size, options);
    const start = await startOf(handle);
    const compression = compressionOf(start);
    if (compression === undefined) {
      checkFormat(start, path);
      return { handle, size, limit, close: () => handle.close() };
    }
    const plain = await decompressedFile(handle, size, compression, path, limit, options);
    try {
      checkFormat(await startOf(plain.handle), path);
    } catch (error) {
      await plain.close();
      throw error;
    }
    await handle.close();
    return plain;
  } catch (error) {
    await handle.close();
    throw fileError(error, path);
  }
}

async function startOf(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(FORMAT_BYTES), 0, FORMAT_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

/** @throws RemoraError `MALFORMED` (empty), `UNSUPPORTED` (another format than tar) */
function checkFormat(start: Buffer, path: string): void {
  const wanted = 'wanted a tar archive, plain or compressed with gzip or zstd';
  if (start.length === 0) {
    const hint = 'Write it again, or check the path: an empty file is often left by a failed download';
    throw new RemoraError('MALFORMED', `file is empty, ${wanted}`, { hint });
  }
  const format = foreignFormat(start);
  if (format === undefined) return;
  throw new RemoraError('UNSUPPORTED', `file is ${format.name}, ${wanted}`, { hint: format.hint(path) });
}

/** A pipe or a terminal cannot be read twice. */
async function openFile(path: string): Promise<FileHandle> {
  try {
    return await openRegular(path);
  } catch (error) {
    if (!isRemoraError(error)) throw fileError(error, path);
    const isDirectory = error.found === 'a directory';
    const what = isDirectory ? 'a directory' : 'not a regular file';
    throw new RemoraError('INVALID_ARGUMENT', `${path} is ${what}, wanted a file with an archive`, {
      hint: isDirectory
        ? `Write oci:${path} for an image layout directory`
        : 'Write what comes from it to a file first: it is read in several places',
    });
  }
}

async function decompressedFile(
  handle: FileHandle,
  size: number,
  compression: Compression,
  path: string,
  limit: UnpackLimit,
  { signal }: CallOptions,
): Promise<PlainFile> {
  const directory = tmpdir();
  // A killed process may have left files.
  await sweepTempFiles(directory);
  const ended = () => new RemoraError('CHANGED', `${path} became shorter while it was read`);
  const unpacked = limit.counted(decompressed(fileRange(handle, 0, size, ended, signal), compression));
  const file = await createTempFile(directory, 0o600).catch((error: unknown) => {
    throw noRoom(path, error);
  });
  try {
    await writeStream(file, Readable.from(unpacked, { objectMode: false }), signal);
    const plain = await file.handle.stat();
    return { handle: file.handle, size: plain.size, limit, close: () => file.discard() };
  } catch (error) {
    await file.discard();
    throwIfInterrupted(signal);
    throw isRemoraError(error) && error.code === 'IO' ? noRoom(path, error) : error;
  }
}

function noRoom(path: string, cause: unknown): RemoraError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RemoraError('IO', `${path} cannot be decompressed: ${why}`, {
    cause,
    hint: 'Make room there, or set TMPDIR to a directory that has some',
  });
}
