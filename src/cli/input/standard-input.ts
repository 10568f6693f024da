import { RemoraError } from '../../errors.js';

/** Before a `-:NAME`, so that oclif does not take it for a flag. No argument of a process can hold it. */
const GUARD = '\0';

/** Hides `-:NAME` from the parser of flags. */
export function guardStandardInput(argv: readonly string[]): string[] {
  return argv.map((word) => (word.startsWith('-:') ? `${GUARD}${word}` : word));
}

/** The argument as it was typed. */
export function unguarded(argument: string): string {
  return argument.startsWith(GUARD) ? argument.slice(GUARD.length) : argument;
}

/** `-`, `-:NAME` or `-:NAME:TYPE` among the files. */
export function isStandardInput(argument: string): boolean {
  return argument === '-' || argument.startsWith('-:');
}

/**
 * Two readers of one stream would each get a part of it, or one of them nothing.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function checkStandardInput(files: readonly string[], name: string | undefined): void {
  const count = files.filter(isStandardInput).length;
  if (count > 1) {
    throw new RemoraError('INVALID_ARGUMENT', `standard input is given ${count} times, and can be read once`, {
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
