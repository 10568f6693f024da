import { isRemoraError } from '../../errors.js';
import { isInterruption } from '../../io/async/interrupt.js';

/** Failures about content alone: it is missing, damaged, or not taken. */
const ODD: readonly string[] = [
  'NOT_FOUND',
  'MALFORMED',
  'DIGEST_MISMATCH',
  'SIZE_MISMATCH',
  'UNSUPPORTED',
  'REJECTED',
  'AMBIGUOUS',
  'INVALID_ARGUMENT',
  'NO_MATCH',
];

/** More of these, and the place itself is the trouble: the rest would only wait for its retries. */
const MAX_SILENT = 8;

/** Whether a failure is about the content that was asked for, and says nothing about other content. */
export function isOdd(error: unknown): boolean {
  return isRemoraError(error) && ODD.includes(error.code);
}

/** Tells the failures of one root, which do not end a copy of several, from those of a place. */
export class Tolerance {
  readonly #ofSource = new WeakSet<object>();
  readonly #silent = new Set<unknown>();

  /** @param several whether any failure is tolerated */
  constructor(private readonly several: boolean) {}

  /** Notes that reading the source failed: any failure but an interruption may be about that content alone. */
  async ofSource<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (error instanceof Error) this.#ofSource.add(error);
      throw error;
    }
  }

  allows(error: unknown): boolean {
    if (!this.several || isInterruption(error)) return false;
    if (isOdd(error)) return true;
    if (!(error instanceof Error) || !this.#ofSource.has(error)) return false;
    if (isSilent(error)) this.#silent.add(error);
    return this.#silent.size <= MAX_SILENT;
  }
}

function isSilent(error: unknown): boolean {
  return isRemoraError(error) && (['UNREACHABLE', 'TIMEOUT'].includes(error.code) || error.status === 429);
}
