import { visit } from 'jsonc-parser';
import { beforeEach, expect, it, vi } from 'vitest';
import { parseJson } from '../../../src/oci/text/json.js';
import { faultOf } from '../support/fault.js';

vi.mock('jsonc-parser', async (original) => {
  const parser = await original<typeof import('jsonc-parser')>();
  return { ...parser, visit: vi.fn(parser.visit) };
});

const parse = (text: string) => parseJson(Buffer.from(text), 'document');

beforeEach(() => void vi.mocked(visit).mockClear());

// The strict parser takes seven times as long.
it.each([
  '{}',
  ' [1, "a:b", {"c": {"d:": null}}] ',
  '{"a\\"b:":"\\\\","c":"\\\\\\":","d":{"a":":"}}',
  '{"__proto__":{"a":1},"constructor":2}',
  '":"',
  '{"1":1,"01":2}',
])('the strict parser does not look at %s', (text) => {
  expect(parse(text)).toEqual(JSON.parse(text));
  expect(visit).not.toHaveBeenCalled();
});

it.each([
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":1}',
  '{"a":1:2}',
  '{"a"',
  '"',
  '"\\',
  '',
  `${'['.repeat(1001)}${']'.repeat(1001)}`,
])('the strict parser tells about %.20s', (text) => {
  expect(faultOf(() => parse(text))).toMatchObject({ code: 'MALFORMED' });
  expect(visit).toHaveBeenCalledOnce();
});
