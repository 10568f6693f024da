/** A client that has tried passwords. */
interface Guesser {
  failures: number;
  /** Guesses that are compared, or whose answer is held back. */
  inHand: number;
  /** When the last one failed, in milliseconds of `performance.now()`. */
  last: number;
}

/** Guesses of a client at a time: an office behind one address logs in at once, a list of passwords takes its time. */
const AT_A_TIME = 4;
/** Mistakes of people, which are answered at once. */
const FREE = 3;
/** The answer to a guess waits so many milliseconds, twice as long after each, and at most {@link LONGEST}. */
const FIRST = 100;
/** A program that waits for the answer to a mistake waits no longer than this. */
const LONGEST = 1_000;
/** Failures are forgotten after a quarter of an hour without another. */
const FORGOTTEN = 15 * 60 * 1000;
/** Clients that are remembered, some 100 bytes each; the one that failed the longest ago makes room. */
const REMEMBERED = 10_000;

/** Slows down clients that guess passwords. */
export class Guesses {
  readonly #guessers = new Map<string, Guesser>();

  /** @param first milliseconds of the first delay */
  constructor(private readonly first = FIRST) {}

  /** Takes a place for a guess; undefined where the client has all of its places taken. */
  begin(client: string): Guess | undefined {
    const known = this.#guessers.get(client);
    const guesser = known ?? { failures: 0, inHand: 0, last: 0 };
    if (guesser.inHand >= AT_A_TIME) return undefined;
    if (performance.now() - guesser.last > FORGOTTEN) guesser.failures = 0;
    guesser.inHand++;
    if (known === undefined) this.#remember(client, guesser);
    return {
      failed: () => {
        guesser.failures++;
        guesser.last = performance.now();
        this.#remember(client, guesser);
        const doubled = guesser.failures - FREE - 1;
        return doubled < 0 ? 0 : Math.min(this.first * 2 ** doubled, LONGEST);
      },
      succeeded: () => {
        guesser.failures = 0;
      },
      end: () => {
        guesser.inHand--;
        if (guesser.inHand === 0 && guesser.failures === 0 && this.#guessers.get(client) === guesser)
          this.#guessers.delete(client);
      },
    };
  }

  /** The clients that are remembered. */
  get size(): number {
    return this.#guessers.size;
  }

  #remember(client: string, guesser: Guesser): void {
    this.#guessers.delete(client);
    this.#guessers.set(client, guesser);
    if (this.#guessers.size <= REMEMBERED) return;
    for (const oldest of this.#guessers.keys()) {
      this.#guessers.delete(oldest);
      break;
    }
  }
}

/** A guess that has begun. */
export interface Guess {
  /** @returns the milliseconds for which the answer is held back */
  failed(): number;
  succeeded(): void;
  /** Gives the place free. */
  end(): void;
}
