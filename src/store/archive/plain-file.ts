import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { isRemoraError, RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { type Compression, compressionOf, decompressed } from '../../io/compression/decompress.js';
import { FORMAT_BYTES, foreignFormat } from '../../io/compression/foreign-format.js';
import { fileRange } from '../../io/files/range.js';
import { openRegular } from '../../io/files/regular-file.js';
import { fileError } from '../../io/files/system-error.js';
import { createTempFile, sweepTempFiles, writeStream } from '../../io/files/temp-file.js';
import type { CallOptions } from '../interfaces/store.js';

/** An uncompressed archive, open for reading anywhere in it. */
export interface PlainFile {
  readonly handle: FileHandle;
  readonly size: number;
  close(): Promise<void>;
}

/** Options of {@link openPlainFile}. */
export interface PlainFileOptions extends CallOptions {
  /**
   * The most bytes that a compressed archive may have without its compression.
   *
   * @default 1 GiB, or 200 times its size where that is more: layers of zeros and texts stay below, and a small file
   * cannot fill a disk
   */
  readonly maxUnpackedBytes?: number | undefined;
}

const FLOOR_BYTES = 1024 ** 3;
const MAX_RATIO = 200;

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
    const start = await startOf(handle);
    const compression = compressionOf(start);
    if (compression === undefined) {
      checkFormat(start, path);
      return { handle, size, close: () => handle.close() };
    }
    const plain = await decompressedFile(handle, size, compression, path, options);
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
  { signal, maxUnpackedBytes = Math.max(FLOOR_BYTES, size * MAX_RATIO) }: PlainFileOptions,
): Promise<PlainFile> {
  const directory = tmpdir();
  // A killed process may have left files.
  await sweepTempFiles(directory);
  const ended = () => new RemoraError('CHANGED', `${path} became shorter while it was read`);
  let unpacked = 0;
  const limited = async function* () {
    for await (const chunk of decompressed(fileRange(handle, 0, size, ended, signal), compression)) {
      unpacked += chunk.length;
      if (unpacked > maxUnpackedBytes) throw tooLarge(compression, maxUnpackedBytes);
      yield chunk;
    }
  };
  const file = await createTempFile(directory, 0o600).catch((error: unknown) => {
    throw noRoom(path, error);
  });
  try {
    await writeStream(file, Readable.from(limited(), { objectMode: false }), signal);
    return { handle: file.handle, size: unpacked, close: () => file.discard() };
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

function tooLarge(compression: Compression, most: number): RemoraError {
  return new RemoraError(
    'SIZE_MISMATCH',
    `archive without its compression is too large, wanted at most ${most} bytes`,
    {
      expected: most,
      hint: `If you trust it, decompress it first with ${compression} -dk`,
    },
  );
}
