import { Readable } from 'node:stream';

/**
 * The body of a request, with a limit for the time in which nothing of it is taken: a server that reads no more would
 * be waited for without end. After the last byte the limit is for the answer.
 */
export class WatchedBody {
  /** What ended the body before its end: the failure of its source, or the time limit. */
  failure: unknown;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param timeout milliseconds */
  constructor(
    private readonly source: Readable,
    private readonly timeout: number,
  ) {
    source.once('error', (error) => {
      this.failure ??= error;
    });
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @param answer milliseconds that the answer may take beyond the limit */
  stream(answer: number): Readable {
    return Readable.from(this.#chunks(answer), { objectMode: false });
  }

  async *#chunks(answer: number): AsyncIterable<Uint8Array> {
    this.#watch(this.timeout);
    for await (const chunk of this.source) {
      this.#watch(this.timeout);
      yield chunk;
    }
    this.#watch(this.timeout + answer);
  }

  /** Ends the watch for good: who still reads, as after an answer that came early, starts no other. */
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
