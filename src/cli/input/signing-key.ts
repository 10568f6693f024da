import { RemoraError } from '../../errors.js';
import { readArgumentFile, readKeyArgument } from '../../io/files/argument-file.js';
import { keepSecret } from '../../io/redact.js';
import type { SigningOptions } from '../../operations/sign/signing-with.js';
import { printable } from '../output/text.js';

/** The streams for the question, and the variables that may hold the passphrase. */
interface KeyEnvironment {
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** More than any passphrase. */
const MAX_BYTES = 1024 * 1024;
/** cosign's own variable comes second: who sets both means remora with the first. */
const VARIABLES = ['REMORA_KEY_PASSWORD', 'COSIGN_PASSWORD'] as const;

/**
 * Reads the key that a flag names; its passphrase is asked for where it is needed: from the file, a variable, or on the
 * terminal.
 *
 * @param location a path, or `env://NAME` as cosign has it
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function signingKey(
  location: string,
  passwordFile: string | undefined,
  environment: KeyEnvironment,
): Promise<SigningOptions> {
  const key = await readKeyArgument(location, 'private key', environment.env);
  return { key, keyName: location, passphrase: () => passphraseFor(location, passwordFile, environment) };
}

async function passphraseFor(
  location: string,
  file: string | undefined,
  { stdin, stderr, env, signal }: KeyEnvironment,
): Promise<string> {
  if (file !== undefined) return secret((await readArgumentFile(file, MAX_BYTES)).toString().replace(/\r?\n$/, ''));
  const variable = VARIABLES.map((name) => env[name]).find((value) => value !== undefined);
  if (variable !== undefined) return secret(variable);
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `${location} is encrypted, and a terminal to ask for its passphrase is missing`,
      {
        hint: `Set ${VARIABLES[0]}, or give --key-password-file FILE`,
      },
    );
  }
  const { default: askHidden } = await import('@inquirer/password');
  const typed = await askHidden(
    { message: `Passphrase of ${printable(location)}` },
    { input: stdin, output: stderr, signal },
  ).catch((cause: unknown) => {
    // Ctrl-C arrives here as a key, not as a signal.
    if (cause instanceof Error && cause.name.endsWith('PromptError'))
      throw new RemoraError('INTERRUPTED', 'signing was interrupted: nothing was written', { cause });
    throw cause;
  });
  return secret(typed);
}

function secret(value: string): string {
  keepSecret(value);
  return value;
}
