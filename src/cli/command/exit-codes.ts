import { isRemoraError, type RemoraErrorCode } from '../../errors.js';

/** Exit codes by error code. Scripts rely on these numbers. */
const EXIT_CODES: Readonly<Record<RemoraErrorCode, number>> = {
  INVALID_ARGUMENT: 2,
  NOT_FOUND: 3,
  NO_MATCH: 3,
  UNAUTHORIZED: 4,
  FORBIDDEN: 4,
  DIGEST_MISMATCH: 5,
  SIZE_MISMATCH: 5,
  NOT_VERIFIED: 5,
  MALFORMED: 5,
  UNREACHABLE: 6,
  TIMEOUT: 6,
  BUSY: 6,
  EXISTS: 7,
  CHANGED: 7,
  AMBIGUOUS: 7,
  INCOMPLETE: 6,
  UNSUPPORTED: 1,
  REJECTED: 1,
  IO: 1,
  INTERRUPTED: 130,
};

/** A failure, as an error or as an entry of a result has it. */
interface Failure {
  readonly code: string;
}

/** The exit code for an error, or for a failure in a result; 1 for any other value. */
export function exitCodeFor(error: unknown): number {
  if (isRemoraError(error) && error.code === 'INCOMPLETE')
    return exitCodeForIncomplete(isFailure(error.cause) ? [error.cause] : []);
  if (isRemoraError(error)) return EXIT_CODES[error.code];
  if (!isFailure(error) || error instanceof Error) return 1;
  return Object.entries(EXIT_CODES).find(([code]) => code === error.code)?.[1] ?? 1;
}

/** The exit code for a list that lacks what these failures hide: 4 where access was refused, else 6. */
export function exitCodeForIncomplete(failures: readonly Failure[]): number {
  return failures.some((failure) => exitCodeFor(failure) === 4) ? 4 : 6;
}

/** The exit code of a command that did a part of its work: the first failure's. 3 becomes 6, as work was done. */
export function exitCodeForPart([first]: readonly Failure[]): number {
  const code = exitCodeFor(first);
  return code === 3 ? 6 : code;
}

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
}
