import { isRemoraError, RemoraError } from '../../errors.js';

/** The error for a caller's signal that was aborted. */
export function interrupted(signal: AbortSignal): RemoraError {
  return new RemoraError('INTERRUPTED', 'interrupted', { cause: signal.reason });
}

/** @throws RemoraError `INTERRUPTED` when the signal was aborted */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted(signal);
}

/** The error to throw: the interruption where the signal was aborted, since it caused the other. */
export function interruptedOr(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? interrupted(signal) : error;
}

/** Whether the caller ended the work: an interruption does not count as a failure of it. */
export function isInterruption(error: unknown): boolean {
  return isRemoraError(error) && error.code === 'INTERRUPTED';
}

/**
 * The outcome of work that others wait for as well, and that goes on when this caller stops.
 *
 * @throws RemoraError `INTERRUPTED` at once when the signal is aborted
 */
export async function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  throwIfInterrupted(signal);
  if (signal === undefined) return work;
  const ended = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(interrupted(signal)), { once: true, signal: ended.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    ended.abort();
  }
}
