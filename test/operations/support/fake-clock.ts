import { onTestFinished, vi } from 'vitest';
import { throwIfInterrupted } from '../../../src/io/async/interrupt.js';
import { clock } from '../../../src/operations/wait/clock.js';

/**
 * Lets the running test wait in no time.
 *
 * @param during what happens while someone waits; it is told how often that was
 * @returns the milliseconds of each pause
 */
export function fakeClock(during: (count: number) => unknown = () => {}): readonly number[] {
  const pauses: number[] = [];
  let now = 0;
  const spies = [
    vi.spyOn(clock, 'now').mockImplementation(() => now),
    vi.spyOn(clock, 'pause').mockImplementation(async (ms, signal) => {
      pauses.push(ms);
      now += ms;
      await during(pauses.length);
      throwIfInterrupted(signal);
    }),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return pauses;
}
