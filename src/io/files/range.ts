import { throwIfInterrupted } from '../async/interrupt.js';

/** The part of `FileHandle` that reading needs. */
export interface ReadableFile {
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number; readonly buffer: Buffer }>;
}

const CHUNK_BYTES = 256 * 1024;

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
  for (let done = 0; done < size; ) {
    throwIfInterrupted(signal);
    const length = Math.min(CHUNK_BYTES, size - done);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, start + done);
    if (bytesRead === 0) {
      if (ended === undefined) return;
      throw ended(done);
    }
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
