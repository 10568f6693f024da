import { isRemoraError, RemoraError } from '../../errors.js';

/** The error for a caller's signal that was aborted. */
export function interrupted(signal: AbortSignal): RemoraError {
  return new RemoraError('INTERRUPTED', 'interrupted', { cause: signal.reason });
}

/** @throws RemoraError `INTERRUPTED` when the signal was aborted */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted(signal);
}

/** Whether something ended since its caller wanted it to: that is no failure of what was asked. */
export function isInterruption(error: unknown): boolean {
  return isRemoraError(error) && error.code === 'INTERRUPTED';
}
