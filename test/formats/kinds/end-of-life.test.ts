import { describe, expect, it } from 'vitest';
import { endOfLifeDate, isPast } from '../../../src/formats/kinds/end-of-life.js';

describe('an end of life', () => {
  it.each([
    ['2026-05-01', '2026-04-30T23:59:59Z', false],
    ['2026-05-01', '2026-05-01T23:59:59.999Z', false],
    ['2026-05-01', '2026-05-02T00:00:00Z', true],
    ['2026-05-01T12:00:00Z', '2026-05-01T11:59:59Z', false],
    ['2026-05-01T12:00:00Z', '2026-05-01T12:00:00Z', true],
    ['2026-05-01t12:00:00.5z', '2026-05-01T12:00:01Z', true],
    ['2026-05-01T12:00:00+02:00', '2026-05-01T10:00:00Z', true],
    ['2026-05-01T12:00:00-02:00', '2026-05-01T13:00:00Z', false],
    ['2016-12-31T23:59:60Z', '2026-05-01T13:00:00Z', true],
    ['2026-02-30', '2027-01-01T00:00:00Z', undefined],
    ['2026-5-1', '2027-01-01T00:00:00Z', undefined],
    ['soon', '2027-01-01T00:00:00Z', undefined],
    ['', '2027-01-01T00:00:00Z', undefined],
    ['1777593600', '2027-01-01T00:00:00Z', undefined],
  ])('of %j at %s: past is %j', (date, now, past) => {
    expect(isPast(date, new Date(now))).toBe(past);
  });

  it('is in the annotation of ORAS, or of Microsoft', () => {
    expect(endOfLifeDate({ 'vnd.artifact.lifecycle.end-of-life.date': 'a' })).toBe('a');
    expect(endOfLifeDate({ 'vnd.microsoft.artifact.lifecycle.end-of-life.date': 'b' })).toBe('b');
    expect(endOfLifeDate({ other: 'c' })).toBeUndefined();
    expect(endOfLifeDate(undefined)).toBeUndefined();
  });
});
