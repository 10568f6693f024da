import { string } from '@oclif/core/flags';
import type { WaitOptions } from '../../operations/wait/wait.js';

/** How long a command asks again for what is not there yet; {@link waitFrom} turns it into options. */
export const waitFlag = {
  wait: string({
    summary: 'Wait up to this long until it is there, like 60s or 10m; a number is seconds',
    helpValue: 'TIME',
  }),
};

/**
 * Turns the flag into options that tell on standard error what is waited for.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function waitFrom(text: string, note: (text: string) => void): Promise<WaitOptions> {
  const { parseWait } = await import('./span.js');
  const wait = parseWait('--wait', text);
  const time = `${Math.round(wait / 1000)} s`;
  let words = `waiting up to ${time}`;
  return {
    wait,
    onWait: ({ reason, left }) => {
      note(left > 0 ? `${words}: ${reason}` : `waited ${time} in vain`);
      words = 'still waiting';
    },
  };
}
