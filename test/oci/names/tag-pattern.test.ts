import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { checkTagPatterns, matchesTag } from '../../../src/oci/names/tag-pattern.js';

it.each([
  ['v1.*', 'v1.2', true],
  ['v1.*', 'v12', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['?', 'a', true],
  ['?', '', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['*-alpine', '3.20-alpine', true],
  ['*-alpine', '3.20-alpine-1', false],
  ['*a*b*', 'xxaxxbxx', true],
  ['*a*b*', 'xxbxxaxx', false],
  ['a**b', 'ab', true],
  ['[v]1', 'v1', false],
  ['[v]1', '[v]1', true],
  ['v1.0+x', 'v1.0+x', true],
  ['(v1|v2)', 'v1', false],
  ['?', '🐟', true],
])('%j and %j: %j', (pattern, tag, fits) => {
  expect(matchesTag(pattern, tag)).toBe(fits);
});

it('takes no time that doubles with each star', () => {
  const tag = 'a'.repeat(128);
  const timeOf = (stars: number) => {
    const begin = performance.now();
    const pattern = `${'*a'.repeat(stars)}*b`;
    let fits = 0;
    for (let round = 0; round < 3_000; round++) fits += matchesTag(pattern, tag) ? 1 : 0;
    expect(fits).toBe(0);
    return performance.now() - begin;
  };
  timeOf(10);
  // Twice the stars: twice the work, and not a million times as much.
  expect(timeOf(40) / timeOf(20)).toBeLessThan(20);
});

it.each([
  ['[0-9]*', 'has "["'],
  ['v{1,2}', 'has "{"'],
  ['v1,v2', 'has ","'],
  ['!v1', 'has "!"'],
  ['', 'is empty'],
])('refuses %j, which would match no tag without a word', (pattern, fault) => {
  expect(() => checkTagPatterns(['v*', pattern])).toThrow(fault);
  expect(() => checkTagPatterns(['v1.?-*_rc', 'ghcr.io/acme/app:v1+x'])).not.toThrow();
});
