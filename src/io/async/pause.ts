import { setTimeout as sleep } from 'node:timers/promises';
import { interruptedOr } from './interrupt.js';
import { onAbort } from './on-abort.js';

/** @throws RemoraError `INTERRUPTED` at once when the signal is aborted meanwhile */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw interruptedOr(error, signal);
  });
}

/** The same for either signal. AbortSignal.any would hold on to each pause for as long as the longest of them lives. */
export async function pauseEither(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const either = new AbortController();
  const abort = () => either.abort(signals.find((signal) => signal?.aborted)?.reason);
  const ends = signals.map((signal) => onAbort(signal, abort));
  if (signals.some((signal) => signal?.aborted)) abort();
  try {
    await pause(ms, either.signal);
  } finally {
    for (const end of ends) end();
  }
}
