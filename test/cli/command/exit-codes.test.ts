import { describe, expect, it } from 'vitest';
import { exitCodeFor } from '../../../src/cli/command/exit-codes.js';
import { RemoraError, type RemoraErrorCode } from '../../../src/errors.js';

/** The promise to scripts, written down a second time: 0 is done, and these are the failures. */
const CODES: Readonly<Record<RemoraErrorCode, number>> = {
  IO: 1,
  INCOMPLETE: 6,
  UNSUPPORTED: 1,
  REJECTED: 1,
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
  INTERRUPTED: 130,
};

const all = Object.keys(CODES).filter((code): code is RemoraErrorCode => code in CODES);

describe('exitCodeFor', () => {
  it.each(all)('%s', (code) => {
    expect(exitCodeFor(new RemoraError(code, 'something'))).toBe(CODES[code]);
  });

  it.each([[new Error('unforeseen')], ['a string'], [undefined], [null]])('is 1 for %s', (error) => {
    expect(exitCodeFor(error)).toBe(1);
  });
});
