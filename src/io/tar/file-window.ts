import type { ReadableFile } from '../files/range.js';
import type { TarInput } from './members.js';

/** Many headers of small members, and little waste beside large ones. */
const WINDOW_BYTES = 16 * 1024;

/** Reads a file front to back through a small window, and seeks over the rest. */
export class FileWindow implements TarInput {
  /** Where in the file the next byte is taken from. */
  position = 0;
  readonly #buffer = Buffer.allocUnsafe(WINDOW_BYTES);
  /** Where in the file the bytes of the window are from. */
  #start = 0;
  #length = 0;

  /** @param ended makes the error for a file that ends before the bytes that were asked for */
  constructor(
    private readonly file: ReadableFile,
    private readonly size: number,
    private readonly ended: () => Error,
  ) {}

  async take(size: number): Promise<Buffer> {
    const bytes = Buffer.alloc(size);
    for (let filled = 0; filled < size; ) {
      const part = await this.#some(size - filled);
      if (part === undefined) throw this.ended();
      filled += part.copy(bytes, filled);
    }
    return bytes;
  }

  next(): Promise<Buffer | undefined> {
    return this.#some(WINDOW_BYTES);
  }

  async isDone(): Promise<boolean> {
    return this.position >= this.size;
  }

  skip(size: number): void {
    if (this.position + size > this.size) throw this.ended();
    this.position += size;
  }

  async #some(most: number): Promise<Buffer | undefined> {
    if (this.position < this.#start || this.position >= this.#start + this.#length) {
      this.#start = this.position;
      this.#length = (await this.file.read(this.#buffer, 0, WINDOW_BYTES, this.position)).bytesRead;
      if (this.#length === 0) return undefined;
    }
    const from = this.position - this.#start;
    const part = this.#buffer.subarray(from, Math.min(from + most, this.#length));
    this.position += part.length;
    return part;
  }
}
