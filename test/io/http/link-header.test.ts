import { expect, it } from 'vitest';
import { nextLink } from '../../../src/io/http/link-header.js';

it.each<[string, string | undefined]>([
  ['</v2/a/tags/list?n=1&last=a>; rel="next"', '/v2/a/tags/list?n=1&last=a'],
  ['</b>;rel=next', '/b'],
  ['<https://reg.example/b?x=1,2;3>; rel = "next"', 'https://reg.example/b?x=1,2;3'],
  ['</a>; rel="prev", </b>; rel="NEXT"', '/b'],
  ['</b>; rel="prev next last"', '/b'],
  ['</b>; title="a, \\"b\\"; <c>"; REL=next; x', '/b'],
  ['</b>; rel=next; rel=prev', '/b'],
  ['</b>; rel=prev; rel=next', undefined],
  ['</b>; x; rel=next ;', '/b'],
  ['<>; rel="next"', ''],
  ['</a>, </b>; rel="next",', '/b'],
  ['</b>; rel="nextpage"', undefined],
  ['</b>; title="rel=next"', undefined],
  ['', undefined],
])('finds the next page in %s', (header, address) => {
  expect(nextLink(header)).toBe(address);
});

it.each([
  'nonsense',
  '</b',
  '</b> rel=next',
  '</b>; rel="next',
  ', </b>; rel=next',
  '</b>; rel=next, x',
  '<a></b>; rel=next',
])('does not take %s for a list without a next page', (header) => {
  expect(() => nextLink(header)).toThrow('Link header cannot be read');
});
