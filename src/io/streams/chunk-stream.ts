import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { handled } from '../async/handled.js';

/** The code of Node.js for a stream that closed before its end. */
const PREMATURE_CLOSE = 'ERR_STREAM_PREMATURE_CLOSE';

/**
 * A stream whose `for await` takes each chunk as its source gave it. The iterator of Node.js joins all chunks that wait,
 * which copies them, and another buffer of a stream lies between. All other ways to read a stream work as they do.
 */
export class ChunkStream extends Readable {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #close: (error: Error | undefined) => unknown;
  /** Ends the waiting for a chunk: a source that was closed may never give it. */
  #giveUp: (error: Error) => void = () => {};

  /** @param close lets go of the source, also where no chunk was asked for */
  constructor(chunks: AsyncIterable<Buffer>, close: (error: Error | undefined) => unknown = () => {}) {
    super();
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#close = close;
  }

  override _read(): void {
    this.#chunks.next().then(
      ({ done, value }) => this.push(done ? null : value),
      (error: unknown) => this.destroy(asError(error)),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const closed = async () => {
      await this.#close(error ?? undefined);
      // It waits for the chunk that is on its way, which may take long.
      const left = this.#chunks.return?.();
      if (left !== undefined) handled(left);
    };
    const closing = closed();
    this.#giveUp(error ?? prematureClose());
    closing.then(
      () => done(error),
      (failure: unknown) => done(error ?? asError(failure)),
    );
  }

  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Buffer> {
    const isRead = this.readableDidRead || this.readableFlowing !== null;
    return isRead ? super[Symbol.asyncIterator]() : this.#direct();
  }

  async *#direct(): AsyncGenerator<Buffer, undefined> {
    // The iteration gives the error; without a listener it would end the process as well.
    this.on('error', () => {});
    let isEnded = false;
    try {
      for (;;) {
        if (this.destroyed) throw this.errored ?? prematureClose();
        const { done, value } = await this.#next();
        if (done) break;
        yield value;
      }
      isEnded = true;
      // The stream emits its end, and closes.
      this.push(null);
      this.read();
    } catch (error) {
      this.destroy(asError(error));
      throw this.errored ?? error;
    } finally {
      if (!isEnded) this.destroy();
    }
  }

  #next(): Promise<IteratorResult<Buffer>> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      this.#chunks.next().then(resolve, reject);
    });
  }
}

/** A chunk of any stream: those of a caller can be texts, or bytes without the methods of a Buffer. */
export function bytesOf(chunk: Uint8Array | string): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  return typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The error of Node.js for it. */
export function prematureClose(): Error {
  return Object.assign(new Error('the stream was closed before its end'), { code: PREMATURE_CLOSE });
}

/** The error of a reading; `UNREACHABLE` for that of a stream which closed before its end, without a reason. */
export function cutOff(error: unknown, what: string): unknown {
  const isCut = error instanceof Error && 'code' in error && error.code === PREMATURE_CLOSE;
  return isCut ? new RemoraError('UNREACHABLE', `${what} was cut off before its end`) : error;
}
