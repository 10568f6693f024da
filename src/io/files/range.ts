import { handled } from '../async/handled.js';
import { throwIfInterrupted } from '../async/interrupt.js';
import { LENT_BYTES, lend, lentChunk } from '../streams/lent.js';

/** The part of `FileHandle` that reading needs. */
export interface ReadableFile {
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number; readonly buffer: Buffer }>;
}

/**
 * The bytes of a part of an open file. Many parts can be read at once: none of them owns the file.
 *
 * @param size bytes; `Infinity` for all up to the end of the file
 * @param ended makes the error for a file that ends before, after so many bytes. @default the reading ends as well
 */
export async function* fileRange(
  file: ReadableFile,
  start: number,
  size: number,
  ended?: (done: number) => Error,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const read = (done: number) => {
    const length = Math.min(LENT_BYTES, size - done);
    const buffer = length === LENT_BYTES ? lend() : Buffer.allocUnsafe(length);
    return handled(file.read(buffer, 0, length, start + done));
  };
  // Reading goes on while the reader hashes or writes what is here.
  let next = size > 0 ? read(0) : undefined;
  for (let done = 0; next !== undefined; ) {
    throwIfInterrupted(signal);
    const { bytesRead, buffer } = await next;
    if (bytesRead === 0) {
      if (ended === undefined) return;
      throw ended(done);
    }
    done += bytesRead;
    next = done < size ? read(done) : undefined;
    yield buffer.length === LENT_BYTES ? lentChunk(buffer, bytesRead) : buffer.subarray(0, bytesRead);
  }
}
