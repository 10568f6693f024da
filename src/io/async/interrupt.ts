import { isRemoraError, RemoraError } from '../../errors.js';

/** The error for a caller's signal that was aborted. */
export function interrupted(signal: AbortSignal): RemoraError {
  return new RemoraError('INTERRUPTED', 'interrupted', { cause: signal.reason });
}

/** @throws RemoraError `INTERRUPTED` when the signal was aborted */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted(signal);
}

/**
 * The value of work that others wait for as well: an abort ends the waiting, and not the work.
 *
 * @throws RemoraError `INTERRUPTED`, and as the work
 */
export async function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  throwIfInterrupted(signal);
  return new Promise((resolve, reject) => {
    const stop = () => reject(interrupted(signal));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The error to throw: the interruption where the signal was aborted, since it caused the other. */
export function interruptedOr(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? interrupted(signal) : error;
}

/** Whether the caller ended the work: an interruption does not count as a failure of it. */
export function isInterruption(error: unknown): boolean {
  return isRemoraError(error) && error.code === 'INTERRUPTED';
}
