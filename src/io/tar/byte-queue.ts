/** Takes given numbers of bytes from chunks of any size, and holds no more than one chunk beyond what was asked for. */
export class ByteQueue {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #ended: () => Error;
  #current: Buffer = Buffer.alloc(0);

  /** @param ended makes the error for a source that ends before the bytes that were asked for */
  constructor(source: AsyncIterable<Uint8Array>, ended: () => Error) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#ended = ended;
  }

  /** All bytes that are at hand, or `undefined` at the end of the source. */
  async next(): Promise<Buffer | undefined> {
    while (this.#current.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return undefined;
      this.#current = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const bytes = this.#current;
    this.#current = Buffer.alloc(0);
    return bytes;
  }

  /** Whether no bytes are left. */
  async isDone(): Promise<boolean> {
    const bytes = await this.next();
    if (bytes === undefined) return true;
    this.#current = bytes;
    return false;
  }

  /** At least one byte and at most `most`. */
  async some(most: number): Promise<Buffer> {
    const bytes = await this.next();
    if (bytes === undefined) throw this.#ended();
    this.#current = bytes.subarray(most);
    return bytes.subarray(0, most);
  }

  /** Exactly `size` bytes, in memory. */
  async take(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = size; left > 0; ) {
      const part = await this.some(left);
      parts.push(part);
      left -= part.length;
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
