import { errorFields, isRemoraError, RemoraError } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { given } from '../../oci/values/given.js';
import type { WayAnswer } from '../../store/interfaces/store.js';
import type { AskedWay, Unasked } from '../results/incomplete.js';

/** Counts the answers of each way, and keeps the failure of each way that did not answer. */
export class AskedWays {
  readonly #ways = new Map<string, AskedWay>();
  readonly #failures = new Map<string, unknown>();

  answered({ via, found, unsupported, place }: WayAnswer): void {
    const key = `${via} ${place ?? ''}`;
    const before = this.#ways.get(key);
    const lacking = (before?.unsupported ?? 0) + (unsupported ? 1 : 0);
    this.#ways.set(key, {
      via,
      ...given({ place }),
      subjects: (before?.subjects ?? 0) + 1,
      found: (before?.found ?? 0) + found,
      ...given({ unsupported: lacking || undefined }),
    });
  }

  /** @throws RemoraError `INTERRUPTED`: an interruption is not a failure of a way */
  failed(way: string, error: unknown): void {
    if (isInterruption(error)) throw error;
    if (!this.#failures.has(way)) this.#failures.set(way, error);
  }

  /** @throws RemoraError `INCOMPLETE` where a way could not be asked; its cause is a refusal, or else the first failure */
  checkComplete(): void {
    const failures = [...this.#failures];
    const worst = failures.find(([, error]) => isRefusal(error)) ?? failures[0];
    if (worst === undefined) return;
    const [way, cause] = worst;
    const { message, hint } = errorFields(cause);
    const more = failures.length === 1 ? '' : `, and ${failures.length - 1} more`;
    throw new RemoraError('INCOMPLETE', `could not ask ${way}${more}: ${message}`, { cause, ...given({ hint }) });
  }

  /** Tells a listener each failure. */
  forward(onUnasked: (way: string, error: unknown) => void): void {
    for (const [way, error] of this.#failures) onUnasked(way, error);
  }

  /** True when the store has none of the ways: no way answered, and none failed. */
  get isSilent(): boolean {
    return this.#failures.size === 0 && this.ways.every(({ subjects, unsupported }) => unsupported === subjects);
  }

  get ways(): readonly AskedWay[] {
    return [...this.#ways.values()].sort((a, b) => (a.via < b.via ? -1 : 1));
  }

  get incomplete(): readonly Unasked[] {
    return [...this.#failures].map(([way, error]) => ({ way, error: errorFields(error) }));
  }
}

function isRefusal(error: unknown): boolean {
  return isRemoraError(error) && (error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN');
}
