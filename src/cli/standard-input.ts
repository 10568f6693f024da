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
