import { setTimeout as sleep } from 'node:timers/promises';
import { interruptedOr } from './interrupt.js';

/** @throws RemoraError `INTERRUPTED` at once when the signal is aborted meanwhile */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw interruptedOr(error, signal);
  });
}
