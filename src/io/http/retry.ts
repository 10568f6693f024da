import { isRemoraError, type RemoraErrorCode } from '../../errors.js';
import { isPermanent, networkCode } from './network-error.js';

/** Statuses after which the same request can succeed. */
const RETRYABLE: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/** Milliseconds before the second attempt. */
const RETRY_DELAY = 200;
const MAX_MS = 10_000;

/** Attempts of a request by how it failed: what waits for its time limit is given up sooner. */
const ATTEMPTS: Readonly<Partial<Record<RemoraErrorCode, number>>> = { UNREACHABLE: 5, TIMEOUT: 3, BUSY: 5 };
/** A host that refuses connections may be starting, but not for long. */
const REFUSED_ATTEMPTS = 3;

/** Whether an answer with this status is worth another attempt. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.includes(status);
}

/** Whether a host serves, and refuses this client for a while. */
export function isRefusal(status: number, asked: number | undefined): boolean {
  return isRetryableStatus(status) && (status === 429 || asked !== undefined);
}

/** Whether the same request may be sent again after the attempt of this number failed so. */
export function mayRetry(error: unknown, attempt: number): boolean {
  if (!isRemoraError(error)) return false;
  const cause = networkCode(error.cause);
  if (isPermanent(cause)) return false;
  return attempt < (cause === 'ECONNREFUSED' ? REFUSED_ATTEMPTS : (ATTEMPTS[error.code] ?? 0));
}

/** Whether an answer with a retryable status may be asked for again; who says when to come back is asked more often. */
export function mayRetryStatus(attempt: number, asked: boolean): boolean {
  return attempt < (asked ? 20 : 5);
}

/** Milliseconds before the next attempt: doubled each time, with jitter, so that many clients do not come back at once. */
export function backoff(attempt: number, first = RETRY_DELAY): number {
  return Math.min(MAX_MS, first * 2 ** (attempt - 1)) * (0.5 + Math.random());
}

/**
 * Milliseconds that `Retry-After` asks for: seconds or an HTTP date (RFC 9110 §10.2.3). Undefined when there is none, or
 * it is neither.
 */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // The oldest of its forms names no zone, and Date.parse would take that for the zone of this machine.
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
