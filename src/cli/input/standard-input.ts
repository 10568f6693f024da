import { RemoraError } from '../../errors.js';

/** Precedes `-:NAME`, so that oclif does not read it as a flag. Arguments of a process cannot hold it. */
const GUARD = '\0';

/** Hides `-:NAME` from the parser of flags. */
export function guardStandardInput(argv: readonly string[]): string[] {
  return argv.map((word) => (word.startsWith('-:') ? `${GUARD}${word}` : word));
}

/** The argument as it was typed. */
export function unguarded(argument: string): string {
  return argument.startsWith(GUARD) ? argument.slice(GUARD.length) : argument;
}

/** Whether a file is `-`, `-:NAME` or `-:NAME:TYPE`. */
export function isStandardInput(argument: string): boolean {
  return argument === '-' || argument.startsWith('-:');
}

/**
 * Refuses two readers of standard input: each would get a part of it.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function checkStandardInput(files: readonly string[], name: string | undefined): void {
  const count = files.filter(isStandardInput).length;
  if (count > 1) {
    throw new RemoraError('INVALID_ARGUMENT', `standard input is given ${count} times, but can be read once`, {
      expected: 1,
      found: count,
      hint: 'Write all but one of them into files',
    });
  }
  if (count === 0 && name !== undefined) {
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `--name ${JSON.stringify(name)} names standard input, which is not read`,
      {
        found: name,
        hint: 'Write - among the files to read it',
      },
    );
  }
}
