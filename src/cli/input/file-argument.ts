import { RemoraError } from '../../errors.js';
import type { ContentInput } from '../../operations/pack/content.js';

/** The flags that read standard input themselves. */
export interface SecretFlags {
  readonly 'password-stdin': boolean;
  readonly 'identity-token-stdin': boolean;
}

/**
 * The file that an argument names, or standard input for `-`.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for standard input that is a terminal or holds the password
 */
export function inputOf(argument: string, flags: SecretFlags, stdin: NodeJS.ReadStream): ContentInput {
  if (argument !== '-') return argument;
  const flag = (['password-stdin', 'identity-token-stdin'] as const).find((name) => flags[name]);
  if (flag !== undefined) {
    throw new RemoraError('INVALID_ARGUMENT', `- and --${flag} both read standard input, which can be read once`, {
      hint: 'Write the content into a file, or log in first',
    });
  }
  if (stdin.isTTY) {
    throw new RemoraError('INVALID_ARGUMENT', 'standard input is a terminal, wanted a file or a pipe', {
      hint: 'Pipe something into the command',
    });
  }
  return { content: () => stdin, name: argument };
}
