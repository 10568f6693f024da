import { giveBack } from '../streams/lent.js';

/** undici waits until the socket has taken a chunk that is as large as its buffer, which is 64 KiB at most. */
const AWAITED_BYTES = 64 * 1024;

/**
 * The body of a request, with a time limit: a server that stops reading must not hold up the caller. The limit counts
 * from the last byte that was taken; after the end of the body it is for the answer.
 */
export class WatchedBody {
  /** The reason for an early end of the body: the failure of its source, or the time limit. */
  failure: unknown;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param timeout milliseconds */
  constructor(
    private readonly source: AsyncIterable<Uint8Array>,
    private readonly timeout: number,
  ) {}

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @param answer milliseconds that the answer may take beyond the limit */
  async *chunks(answer: number): AsyncGenerator<Uint8Array> {
    this.#watch(this.timeout);
    try {
      for await (const chunk of this.source) {
        // The same timer counts anew: another one for each chunk is work for nothing.
        if (!this.#isStopped) this.#timer?.refresh();
        yield chunk;
        if (chunk.length >= AWAITED_BYTES) giveBack(chunk);
      }
    } catch (error) {
      this.failure ??= error;
      throw error;
    }
    this.#watch(this.timeout + answer);
  }

  /** Ends the watch for good: reading on, as after an early answer, does not start another. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #watch(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.failure ??= Object.assign(new Error('no byte was taken in time'), { code: 'ETIMEDOUT' });
      this.#controller.abort();
    }, milliseconds);
  }
}
