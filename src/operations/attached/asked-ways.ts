import { errorFields } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { given } from '../../oci/values/given.js';
import type { Via, WayAnswer } from '../../store/interfaces/store.js';
import type { AskedWay, Unasked } from '../results/incomplete.js';

/** Counts the answers of each way, and keeps the failure of each way that did not answer. */
export class AskedWays {
  readonly #ways = new Map<Via, AskedWay>();
  readonly #incomplete = new Map<string, Unasked>();
  /** The first failure, for the exit code. */
  failure: unknown;

  answered({ via, found, unsupported }: WayAnswer): void {
    const before = this.#ways.get(via);
    const lacking = (before?.unsupported ?? 0) + (unsupported ? 1 : 0);
    this.#ways.set(via, {
      via,
      subjects: (before?.subjects ?? 0) + 1,
      found: (before?.found ?? 0) + found,
      ...given({ unsupported: lacking || undefined }),
    });
  }

  /** @throws RemoraError `INTERRUPTED`: an interruption is not a failure of a way */
  failed(way: string, error: unknown): void {
    if (isInterruption(error)) throw error;
    this.failure ??= error;
    this.#incomplete.set(way, { way, error: errorFields(error) });
  }

  /** True when the store has none of the ways: no way answered, and none failed. */
  get isSilent(): boolean {
    return this.#incomplete.size === 0 && this.ways.every(({ subjects, unsupported }) => unsupported === subjects);
  }

  get ways(): readonly AskedWay[] {
    return [...this.#ways.values()].sort((a, b) => (a.via < b.via ? -1 : 1));
  }

  get incomplete(): readonly Unasked[] {
    return [...this.#incomplete.values()];
  }
}
