import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import { keepSecret } from '../../io/redact.js';
import type { ConnectionFlags } from '../flags/connection.js';
import { readSecret } from '../flags/connection.js';
import { printable } from '../output/text.js';

/** The flags that name the user. */
type LoginFlags = Pick<ConnectionFlags, 'username' | 'password-stdin' | 'identity-token-stdin'>;

/** A user name with its password, or an identity token. */
type LoginCredential =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string; readonly username?: string | undefined };

/** The streams for questions. Questions go to stderr, so that stdout holds only the result. */
interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/**
 * Reads the credential to log in with: from standard input if a flag says so, else on the terminal.
 *
 * @throws RemoraError `INVALID_ARGUMENT` without a terminal, `INTERRUPTED`
 */
export async function askCredential(registry: string, flags: LoginFlags, terminal: Terminal): Promise<LoginCredential> {
  const { stdin, stderr } = terminal;
  if (flags['identity-token-stdin']) {
    return { identityToken: await readSecret(stdin, '--identity-token-stdin'), username: flags.username };
  }
  if (flags['password-stdin'] && flags.username !== undefined)
    return { username: flags.username, password: await readSecret(stdin, '--password-stdin') };
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new RemoraError('INVALID_ARGUMENT', 'login has no terminal to ask for a user name and a password', {
      hint: `Write it into a pipe: echo "$PASSWORD" | remora login --username NAME --password-stdin ${registry}`,
    });
  }
  // Load before the first question: the terminal would show a password that is typed meanwhile.
  const { default: askHidden } = await import('@inquirer/password');
  const username = flags.username ?? (await askName(registry, terminal));
  if (username === '') {
    throw new RemoraError('INVALID_ARGUMENT', 'the user name is empty', {
      hint: 'Write it at the question, or with --username NAME',
    });
  }
  const password = await askHidden(
    { message: `Password of ${printable(username)}`, validate: (text) => text !== '' || 'The password is empty' },
    { input: stdin, output: stderr, signal: terminal.signal },
  ).catch((cause: unknown) => {
    // Ctrl-C arrives here as a key, not as a signal.
    if (cause instanceof Error && cause.name.endsWith('PromptError')) throw notAnswered(cause);
    throw cause;
  });
  keepSecret(password);
  return { username, password };
}

async function askName(registry: string, { stdin, stderr, signal }: Terminal): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  const stop = new AbortController();
  lines.once('SIGINT', () => stop.abort());
  // Ctrl-D closes the input, and the question would never be answered.
  const closed = handled(
    once(lines, 'close', { signal: stop.signal }).then(() => {
      throw notAnswered(undefined);
    }),
  );
  try {
    const question = lines.question(`User name at ${registry}: `, { signal: AbortSignal.any([signal, stop.signal]) });
    return (await Promise.race([question, closed])).trim();
  } catch (error) {
    throw error instanceof Error && error.name === 'AbortError' ? notAnswered(error) : error;
  } finally {
    lines.close();
  }
}

function notAnswered(cause: unknown): RemoraError {
  return new RemoraError('INTERRUPTED', 'login was interrupted: nothing was stored', { cause });
}
