import { interrupted, throwIfInterrupted } from './interrupt.js';

/**
 * Waits for the work of another caller, which has a signal of its own: this one's signal ends the wait alone.
 *
 * @throws RemoraError `INTERRUPTED` when the signal is aborted first
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  throwIfInterrupted(signal);
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(interrupted(signal));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
