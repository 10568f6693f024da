import { createInterface } from 'node:readline/promises';
import { RemoraError } from '../../errors.js';

/** Where answers come from. */
type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Whom to ask. */
interface ConfirmEnvironment {
  readonly stdin: Input;
  readonly stderr: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/**
 * Makes sure that somebody can be asked, before anything else is done.
 *
 * @throws RemoraError `INVALID_ARGUMENT` where nobody sits at a terminal and the answer was not given
 */
export function requireAnswer(what: string, { yes }: { readonly yes: boolean }, stdin: Input): void {
  if (yes || stdin.isTTY) return;
  throw new RemoraError('INVALID_ARGUMENT', `${what} wants a confirmation, and standard input is no terminal`, {
    hint: 'Give --yes to do it without being asked',
  });
}

/** Asks on the terminal; everything but a clear yes is a no, the end of the input too. */
export async function confirm(question: string, { stdin, stderr, signal }: ConfirmEnvironment): Promise<boolean> {
  // As no terminal: the system's own line editing stays, and with it Ctrl-C as a signal.
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    lines.close();
    stdin.pause();
  }
}
