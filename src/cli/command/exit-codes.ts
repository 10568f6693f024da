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
  MALFORMED: 5,
  UNREACHABLE: 6,
  TIMEOUT: 6,
  BUSY: 6,
  EXISTS: 7,
  CHANGED: 7,
  AMBIGUOUS: 7,
  UNSUPPORTED: 1,
  REJECTED: 1,
  IO: 1,
  INTERRUPTED: 130,
};

/** The exit code for an error, or for an entry of `incomplete` in a result; 1 for any other value. */
export function exitCodeFor(error: unknown): number {
  if (isRemoraError(error)) return EXIT_CODES[error.code];
  if (typeof error !== 'object' || error === null || error instanceof Error || !('code' in error)) return 1;
  return Object.entries(EXIT_CODES).find(([code]) => code === error.code)?.[1] ?? 1;
}
