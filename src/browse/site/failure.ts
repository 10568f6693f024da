import type { RemoraErrorCode } from '../../errors.js';
import { isRemoraError } from '../../errors.js';
import { systemCode } from '../../io/files/system-error.js';
import { Refusal } from '../../serve/answer.js';

const STATUS: Readonly<Record<RemoraErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  NO_MATCH: 404,
  // 401 would make a browser ask for a password of this server.
  UNAUTHORIZED: 403,
  FORBIDDEN: 403,
  AMBIGUOUS: 409,
  CHANGED: 409,
  EXISTS: 409,
  BUSY: 503,
  TIMEOUT: 504,
  DIGEST_MISMATCH: 502,
  SIZE_MISMATCH: 502,
  NOT_VERIFIED: 502,
  MALFORMED: 502,
  UNREACHABLE: 502,
  REJECTED: 502,
  INCOMPLETE: 502,
  UNSUPPORTED: 501,
  INTERRUPTED: 503,
  IO: 500,
};

/** A path that the address names, and the system refuses to follow. */
const PATH_STATUS: Readonly<Record<string, number>> = {
  ENAMETOOLONG: 404,
  ENOTDIR: 404,
  ELOOP: 404,
  EISDIR: 404,
  EACCES: 403,
  EPERM: 403,
};

/** The status of the page that tells an error (RFC 9110, section 15): a registry's failure is that of a gateway. */
export function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  if (!isRemoraError(error)) return 500;
  const path = error.code === 'IO' ? PATH_STATUS[systemCode(error.cause) ?? ''] : undefined;
  return path ?? STATUS[error.code];
}
