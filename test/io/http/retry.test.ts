import { describe, expect, it } from 'vitest';
import { RemoraError, type RemoraErrorCode } from '../../../src/errors.js';
import { isRetryableStatus, mayRetry, mayRetryStatus, retryAfter } from '../../../src/io/http/retry.js';

it.each([408, 425, 429, 500, 502, 503, 504])('asks again after %i', (status) => {
  expect(isRetryableStatus(status)).toBe(true);
});

it.each([200, 201, 206, 301, 304, 400, 401, 403, 404, 405, 409, 410, 412, 413, 416, 431, 501, 505, 507])(
  'does not ask again after %i',
  (status) => {
    expect(isRetryableStatus(status)).toBe(false);
  },
);

/** How often an error of this kind, with this cause, is tried in all. */
function attempts(code: RemoraErrorCode, cause?: string): number {
  const options = cause === undefined ? {} : { cause: Object.assign(new Error('it broke'), { code: cause }) };
  const error = new RemoraError(code, 'failed', options);
  let attempt = 1;
  while (mayRetry(error, attempt)) attempt++;
  return attempt;
}

describe('tries', () => {
  it.each<[RemoraErrorCode, string | undefined, number]>([
    ['UNREACHABLE', 'ECONNRESET', 5],
    ['UNREACHABLE', 'EAI_AGAIN', 5],
    ['UNREACHABLE', undefined, 5],
    ['BUSY', undefined, 5],
    ['TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 3],
    ['UNREACHABLE', 'ECONNREFUSED', 3],
    ['UNREACHABLE', 'ENOTFOUND', 1],
    ['UNREACHABLE', 'DEPTH_ZERO_SELF_SIGNED_CERT', 1],
    ['UNREACHABLE', 'ERR_TLS_CERT_ALTNAME_INVALID', 1],
    ['UNREACHABLE', 'CERT_HAS_EXPIRED', 1],
    ['UNREACHABLE', 'UND_ERR_INVALID_ARG', 1],
    ['INTERRUPTED', undefined, 1],
    ['UNAUTHORIZED', undefined, 1],
    ['NOT_FOUND', undefined, 1],
    ['DIGEST_MISMATCH', undefined, 1],
    ['MALFORMED', undefined, 1],
  ])('%s (%s) %i times', (code, cause, times) => {
    expect(attempts(code, cause)).toBe(times);
  });

  it('nothing again that is no error of ours', () => {
    expect(mayRetry(new TypeError('a fault of remora'), 1)).toBe(false);
    expect(mayRetry(undefined, 1)).toBe(false);
  });

  it('an address with several hosts by what its attempts failed with', () => {
    const refused = [1, 2].map(() => Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
    const error = new RemoraError('UNREACHABLE', 'failed', { cause: new AggregateError(refused) });
    expect([mayRetry(error, 2), mayRetry(error, 3)]).toEqual([true, false]);
  });
});

it('asks more often where the host says when to come back', () => {
  expect([mayRetryStatus(4, false), mayRetryStatus(5, false)]).toEqual([true, false]);
  expect([mayRetryStatus(19, true), mayRetryStatus(20, true)]).toEqual([true, false]);
});

describe('Retry-After', () => {
  const now = Date.parse('1994-11-06T08:49:00Z');

  it.each<[string | undefined, number | undefined]>([
    ['0', 0],
    [' 120 ', 120_000],
    // The three forms of RFC 9110 §5.6.7.
    ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
    ['Sun Nov  6 08:49:37 1994', 37_000],
    ['Sun, 06 Nov 1994 08:48:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['2026', 2_026_000],
    ['Sun, 99 Nov 1994 08:49:37 GMT', undefined],
  ])('%s asks for %s ms', (header, wait) => {
    expect(retryAfter(header, now)).toBe(wait);
  });
});
