import { createInterface } from 'node:readline/promises';
import { RemoraError } from '../../errors.js';

type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** The streams for question and answer. */
interface ConfirmEnvironment {
  readonly stdin: Input;
  readonly stderr: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/**
 * Checks that a question can be answered: by `--yes`, or on a terminal.
 *
 * @throws RemoraError `INVALID_ARGUMENT` without either
 */
export function requireAnswer(what: string, { yes }: { readonly yes: boolean }, stdin: Input): void {
  if (yes || stdin.isTTY) return;
  throw new RemoraError('INVALID_ARGUMENT', `${what} asks for a confirmation, but standard input is not a terminal`, {
    hint: 'Give --yes to do it without being asked',
  });
}

/** Asks on the terminal; every answer except `y` and `yes` is a no, the end of the input too. */
export async function confirm(question: string, { stdin, stderr, signal }: ConfirmEnvironment): Promise<boolean> {
  // `terminal: false` keeps the system's own line editing, and with it Ctrl-C as a signal.
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
