import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns, fields, formatSize, jsonPieces, jsonText, printable } from '../../../src/cli/output/text.js';

describe('printable', () => {
  it.each([
    ['plain, ünïcödé, 日本, 🎉', 'plain, ünïcödé, 日本, 🎉'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['\u009b2J', '\\u009b2J'],
    ['a\r\n\tb\0', 'a\\u000d\\u000a\\u0009b\\u0000'],
    ['\u007f', '\\u007f'],
    ['\u{e0041}\u{e0042}', '\\udb40\\udc41\\udb40\\udc42'],
    ['\u202eevil\u2066', '\\u202eevil\\u2066'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['\ud800', '\\ud800'],
    ['\u200b\ufeff\u00ad', '\\u200b\\ufeff\\u00ad'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});

describe('jsonText', () => {
  it('is JSON of the same value without what acts on a terminal', () => {
    const value = { 'k\u202e': ['\u001b', '\u009b', '\u007f', '\u2028', '\u{e0001}', 'ü🎉\n'], n: 1 };
    const text = jsonText(value);
    expect(text).toMatch(/^[\n\x20-\x7eü🎉]+$/u);
    expect(JSON.parse(text)).toEqual(value);
  });

  it('is indented by two spaces', () => {
    expect(jsonText({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}');
  });
});

it('gives the same JSON in pieces', () => {
  for (const value of [
    {},
    { a: [], b: {} },
    { a: undefined, b: [undefined, { c: 'x\ny\u202e' }] },
    [1],
    { 'k\u202e': [[]] },
  ])
    expect([...jsonPieces(value)].join('')).toBe(jsonText(value));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect([...jsonPieces(value)].join('')).toBe(jsonText(value));
    }),
  );
  const long = { referrers: Array.from({ length: 1000 }, (_, index) => ({ index })) };
  expect(Math.max(...[...jsonPieces(long)].map(({ length }) => length))).toBeLessThan(100);
});

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1449, '1.4 kB'],
    [99_449, '99.4 kB'],
    [99_500, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1024 ** 3, '1.1 GB'],
    [5e12, '5.0 TB'],
    [9e15, '9000 TB'],
  ])('%i', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

describe('columns', () => {
  it('pads to the widest cell, and leaves no white space at the ends', () => {
    const rows = [
      ['a', 'bbb', 'c'],
      ['aaaa', 'b', ''],
      ['', 'b'],
    ];
    expect(columns(rows)).toBe('a     bbb  c\naaaa  b\n      b');
    expect(columns(rows, ' | ')).toBe('a    | bbb | c\naaaa | b   |\n     | b');
    expect(columns([])).toBe('');
  });
});

describe('fields', () => {
  it('leaves out what has no value, not what is empty', () => {
    const pairs = [
      ['Name', 'x'],
      ['Nothing', undefined],
      ['A longer one', ''],
    ] as const;
    expect(fields(pairs)).toBe('Name:          x\nA longer one:');
    expect(fields([])).toBe('');
  });
});
