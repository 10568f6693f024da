import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoff, retryAfter } from '../../../src/io/http/retry.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

it('reads any number of seconds', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('', ' '), (seconds, blank) => {
      expect(retryAfter(`${blank}${seconds}${blank}`, NOW)).toBe(seconds * 1000);
    }),
  );
});

it('reads any HTTP date; one that has passed asks for no wait', () => {
  const date = fc.date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('9999-12-30'), noInvalidDate: true });
  fc.assert(
    fc.property(date, (when) => {
      const whole = Math.floor(when.getTime() / 1000) * 1000;
      expect(retryAfter(new Date(whole).toUTCString(), NOW)).toBe(Math.max(0, whole - NOW));
    }),
  );
});

it('is never negative and never NaN, whatever the header says', () => {
  const noise = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('0', '9', '-', '+', '.', 'e', ' ', ',', 'Sun, ', 'GMT', ':'), maxLength: 40 }),
    fc.constantFrom('-1', '1.5', '1e3', '0x10', 'Infinity', 'NaN', 'Sun', 'Sunday, 99 Foo', '9'.repeat(400), '1, 2'),
  );
  fc.assert(
    fc.property(fc.option(noise, { nil: undefined }), fc.integer(), (header, now) => {
      const wait = retryAfter(header, now);
      if (wait !== undefined) expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).not.toBeNaN();
    }),
    { numRuns: 1000 },
  );
});

it('waits longer after each attempt, within limits, and never for the same time twice', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 10_000 }), (attempt, first) => {
      const middle = Math.min(10_000, first * 2 ** (attempt - 1));
      const waits = Array.from({ length: 5 }, () => backoff(attempt, first));
      for (const wait of waits) {
        expect(wait).toBeGreaterThanOrEqual(middle * 0.5);
        expect(wait).toBeLessThanOrEqual(middle * 1.5);
      }
      expect(new Set(waits).size).toBeGreaterThan(1);
    }),
  );
});
