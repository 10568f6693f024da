import { open, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import { interruptedOr } from '../async/interrupt.js';
import { fileError, ifSystemError } from './system-error.js';
import { withTempFile, writeStream } from './temp-file.js';

/** Options of {@link prepareOutput}. */
export interface OutputOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at where output shall go before anything is fetched, and gives what writes it. A file gets its name when it is
 * whole; a link stays and its file is replaced. A device or pipe is written to as it is: renaming over `/dev/null` would
 * replace it.
 *
 * @throws RemoraError `EXISTS` for a directory, `NOT_FOUND` (its directory), `IO`
 */
export async function prepareOutput(
  path: string,
  { signal }: OutputOptions = {},
): Promise<(content: Readable | Uint8Array) => Promise<void>> {
  const info = await ifSystemError(stat(path), 'ENOENT').catch((error: unknown) => {
    throw fileError(error, path);
  });
  if (info?.isDirectory()) {
    throw new RemoraError('EXISTS', `${path} is a directory, wanted a file`, { hint: 'Give -o the name of a file' });
  }
  if (info === undefined) await requireDirectory(dirname(path));
  const toStream = (content: Readable | Uint8Array) => {
    const stream = content instanceof Readable ? content : Readable.from([content], { objectMode: false });
    // The stream may fail before it is read; the reader reports it.
    return stream.on('error', () => {});
  };
  if (info !== undefined && !info.isFile()) return (content) => writeInto(path, toStream(content), signal);
  return async (content) => {
    const source = toStream(content);
    const target = info === undefined ? path : await realpath(path);
    await withTempFile(dirname(target), undefined, async (file) => {
      await writeStream(file, source, signal);
      await file.commit(target);
    });
  };
}

/** @throws RemoraError `NOT_FOUND`, `IO` when nothing can be written there */
export async function requireDirectory(path: string): Promise<void> {
  const info = await stat(path).catch((error: unknown) => {
    throw fileError(error, path, 'Create it first');
  });
  if (!info.isDirectory()) throw new RemoraError('IO', `${path} is not a directory: no file can be written there`);
}

async function writeInto(path: string, content: Readable, signal: AbortSignal | undefined): Promise<void> {
  try {
    const handle = await open(path, 'w');
    await pipeline(content, handle.createWriteStream(), given({ signal }));
  } catch (error) {
    throw interruptedOr(fileError(error, path), signal);
  }
}

/** Copies to a stream that stays open. */
export async function copyTo(
  out: NodeJS.WritableStream,
  content: Readable,
  { signal }: OutputOptions = {},
): Promise<void> {
  try {
    await pipeline(content, out, { end: false, ...given({ signal }) });
  } catch (error) {
    throw interruptedOr(error, signal);
  }
}
