import { expect, it } from 'vitest';
import { registryWarnings } from '../../../src/io/http/warning-header.js';

it.each<[string, readonly string[], readonly string[]]>([
  ['one', ['299 - "this tag will be deleted"'], ['this tag will be deleted']],
  ['several in one header', ['299 - "one",299 - "two" , 299 - "three"'], ['one', 'two', 'three']],
  ['several headers', ['299 - "one"', '299 - "two"'], ['one', 'two']],
  ['quoted pairs', [String.raw`299 - "a \"b\" and \\ and \c"`], ['a "b" and \\ and c']],
  ['commas and what looks like another inside of a text', ['299 - "one, 299 - two, three"'], ['one, 299 - two, three']],
  [
    'a text behind a text that looks like it',
    [String.raw`299 - "say \", 299 - \"no", 299 - "yes"`],
    ['say ", 299 - "no', 'yes'],
  ],
  ['an empty text', ['299 - ""'], ['']],
  ['more than one blank', ['299  -  "x"'], ['x']],
  ['other codes, which are about caches', ['110 - "stale", 199 - "misc", 214 proxy "changed", 299 - "ours"'], ['ours']],
  ['another agent', ['299 proxy.example "not of the registry"'], []],
  ['nothing', ['', ','], []],
  ['what is no warning', ['299', '299 -', '299 - unquoted', '299 - "open', '1299 - "x"', '299- "x"'], []],
])('reads %s (E9)', (_, headers, texts) => {
  expect(registryWarnings(headers)).toEqual(texts);
});

it('reads no more than 4096 bytes, and is not slowed down by them', () => {
  expect(registryWarnings([`299 - "${'x'.repeat(5000)}"`])).toEqual([]);
  expect(registryWarnings([`299 - "one", 299 - "${'x'.repeat(5000)}"`])).toEqual(['one']);
  const began = performance.now();
  for (const piece of ['299 - "', '299 - "\\', '\\"', ',', '299 ', ' '])
    registryWarnings([piece.repeat(16_384 / piece.length)]);
  expect(performance.now() - began).toBeLessThan(1_000);
});
