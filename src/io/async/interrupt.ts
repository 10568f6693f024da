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
