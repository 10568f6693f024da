import type { Readable } from 'node:stream';
import { verified } from '../../../io/streams/verify.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { TransferOptions } from '../../interfaces/store.js';

export type OpenSource = () => Promise<Readable>;

/**
 * The content of an upload, part by part, verified as a whole on its way out. Parts that follow each other are read
 * from one stream; going back opens the source again and skips what was sent. It remembers its own failure: a file that
 * changed or cannot be read is not a fault of the network, which would be tried again.
 */
export class UploadSource {
  /** Why the content could not be had; undefined when whatever failed was not the source. */
  error: unknown;
  #stream: Readable | undefined;
  #raw: Readable | undefined;
  #chunks: AsyncIterator<Buffer> | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** Where the next byte of the open stream belongs. */
  #position = 0;

  constructor(
    private readonly expected: Descriptor,
    private readonly open: OpenSource,
    private readonly options: TransferOptions,
  ) {}

  /** How many bytes were handed out, counted from the beginning of the content. */
  get position(): number {
    return this.#position;
  }

  /** The bytes from `start`, `length` of them. */
  async part(start: number, length: number): Promise<AsyncIterable<Uint8Array>> {
    // A stream that was read to its end may have its last bytes here.
    const isOpen = this.#stream !== undefined && (!this.#stream.destroyed || this.#stream.readableEnded);
    if (!isOpen || this.#position !== start) await this.#seek(start);
    this.options.onProgress?.(start);
    return this.#read(length);
  }

  /** Lets go of what is open. */
  close(): void {
    this.#stream?.destroy();
    this.#raw?.destroy();
    this.#stream = undefined;
  }

  async #seek(start: number): Promise<void> {
    this.close();
    try {
      this.#raw = await this.open();
      const stream = verified(this.#raw, this.expected);
      this.#stream = stream;
      // Iterating gives its errors; without a listener, one that comes before would end the process.
      stream.on('error', () => {});
      this.#chunks = stream[Symbol.asyncIterator]();
      this.#rest = Buffer.alloc(0);
      this.#position = 0;
      for await (const _ of this.#take(start));
    } catch (error) {
      this.error ??= error;
      throw error;
    }
  }

  async *#read(length: number): AsyncIterable<Buffer> {
    for await (const chunk of this.#take(length)) {
      yield chunk;
      this.options.onProgress?.(this.#position);
    }
  }

  /** The stream is read to its end: its last bytes come with the proof that all of it was right. */
  async *#take(length: number): AsyncIterable<Buffer> {
    let left = length;
    while (left > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#next();
        if (next === undefined || next.done) return;
        this.#rest = next.value;
      }
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      this.#position += chunk.length;
      yield chunk;
    }
    if (this.#position === this.expected.size) await this.#next();
  }

  /** A failure here is one of the source; the end of a part from outside is not. */
  async #next(): Promise<IteratorResult<Buffer> | undefined> {
    const stream = this.#stream;
    try {
      return await this.#chunks?.next();
    } catch (error) {
      if (stream === this.#stream) this.error ??= error;
      throw error;
    }
  }
}
