import { throwIfInterrupted } from '../async/interrupt.js';
import { onAbort } from '../async/on-abort.js';
import { pauseEither } from '../async/pause.js';

/** So many answers without a 429 raise the limit by one. */
const GOOD_ANSWERS = 10;

/**
 * How many requests may be under way to one host. A 429 halves the number and answers of other kinds raise it again,
 * one by one; a host that asks to wait gets no request for that long.
 */
export class HostGate {
  #limit: number;
  #running = 0;
  #good = 0;
  #closedUntil = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param closing ends each wait, beside the signal of its caller */
  constructor(
    private readonly max: number,
    private readonly closing?: AbortSignal,
  ) {
    this.#limit = max;
  }

  /** How many may pass at a time now. */
  get limit(): number {
    return this.#limit;
  }

  /** Waits for a turn, which {@link leave} gives back. */
  async enter(signal?: AbortSignal): Promise<void> {
    try {
      for (;;) {
        throwIfInterrupted(signal);
        throwIfInterrupted(this.closing);
        const closed = this.#closedUntil - performance.now();
        if (closed > 0) await pauseEither(closed, signal, this.closing);
        else if (this.#running < this.#limit) break;
        else await this.#turn(signal);
      }
    } catch (error) {
      // A caller that goes away may have been woken for a turn: the next caller gets it.
      this.#wake(this.#limit - this.#running);
      throw error;
    }
    this.#running++;
  }

  /** Ends a turn. */
  leave(status: number | undefined): void {
    this.#running--;
    if (status === 429) {
      this.#limit = Math.max(1, Math.floor(this.#limit / 2));
      this.#good = 0;
    } else if (status !== undefined && this.#limit < this.max && ++this.#good >= GOOD_ANSWERS) {
      this.#limit++;
      this.#good = 0;
    }
    this.#wake(Math.max(1, this.#limit - this.#running));
  }

  /** Lets no request pass for so many milliseconds. */
  closeFor(milliseconds: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, performance.now() + milliseconds);
  }

  #wake(count: number): void {
    for (const wake of this.#waiting.splice(0, Math.max(0, count))) wake();
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        for (const end of ends) end();
        // Woken by a signal it is still in the queue, where it would take the turn of another.
        const index = this.#waiting.indexOf(wake);
        if (index >= 0) this.#waiting.splice(index, 1);
        resolve();
      };
      const ends = [signal, this.closing].map((each) => onAbort(each, wake));
      this.#waiting.push(wake);
    });
  }
}
