/** So many answers in a row show that a host serves again. */
const GOOD_ANSWERS = 100;

/**
 * The time that requests to one host may wait together while it refuses them. It runs from a refusal until a wait has
 * helped. When it is over, a refused request does not wait: thousands of them would wait one behind the other.
 */
export class Patience {
  /** The first refusal that no wait has helped since. */
  #since = 0;
  #last = Number.NEGATIVE_INFINITY;
  #isOver = false;
  #good = 0;

  /** @param most milliseconds, also for one request; after so long without a refusal it begins anew */
  constructor(
    readonly most = 60_000,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether a refused request may wait for so many milliseconds. */
  mayWait(milliseconds: number): boolean {
    const now = this.now();
    if (now - this.#last > this.most) {
      this.#since = now;
      this.#isOver = false;
    }
    this.#last = now;
    this.#good = 0;
    if (now - this.#since + milliseconds > this.most) this.#isOver = true;
    return !this.#isOver;
  }

  /** @param hasWaited the same request failed before */
  answered(hasWaited: boolean): void {
    if (hasWaited || ++this.#good >= GOOD_ANSWERS) this.#last = Number.NEGATIVE_INFINITY;
  }
}
