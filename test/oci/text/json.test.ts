import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkShape, listOf, parseJson } from '../../../src/oci/text/json.js';
import { faultOf, settle } from '../support/fault.js';

const parse = (json: string | Uint8Array) => parseJson(Buffer.from(json), 'index.json');
const MIB = 1024 * 1024;

describe('duplicate names', () => {
  it.each([
    ['at the top', '{"digest":1,"digest":2}'],
    ['of equal values', '{"a":1,"a":1}'],
    ['not next to each other', '{"a":1,"b":{},"a":2}'],
    ['around an object with the same name', '{"a":{"a":1},"a":2}'],
    ['below', '{"x":{"y":{"a":1,"a":2}}}'],
    ['in an array', '[[{"a":1},{"a":1,"a":2}]]'],
    ['written differently', '{"digest":1,"\\u0064igest":2}'],
    ['written with escapes alone', '{"/":1,"\\/":2}'],
    ['empty', '{"":1,"":2}'],
    ['__proto__', '{"__proto__":1,"__proto__":2}'],
    ['beyond the plane', '{"🙂":1,"\\ud83d\\ude42":2}'],
  ])('A28 B23 are refused: %s', (_what, json) => {
    JSON.parse(json);
    expect(faultOf(() => parse(json))).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(/^index\.json has the name ".*" twice in one object$/),
    });
  });

  it.each(['{"a":{"a":{"a":1}}}', '[{"a":1},{"a":2}]', '{"a":1,"A":2,"a ":3}', '{"é":1,"e\\u0301":2}'])(
    'A28 %s has none',
    (json) => {
      expect(parse(json)).toEqual(JSON.parse(json));
    },
  );

  it('A28 are refused wherever an object gets one', () => {
    const escaped = (name: string) =>
      `"${[...name].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
    const plain = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '/', '\n') });
    fc.assert(
      fc.property(plain, fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (name, rest, below) => {
        const { [name]: _removed, ...others } = rest;
        const members = JSON.stringify(others).slice(1, -1);
        const object = `{${JSON.stringify(name)}:1,${members}${members === '' ? '' : ','}${escaped(name)}:2}`;
        expect(faultOf(() => parse(below ? `{"x":[${object}]}` : object)).message).toMatch(/twice/);
      }),
    );
  });
});

describe('parseJson', () => {
  it('A28 agrees with JSON.parse', () => {
    const names = fc.constantFrom('__proto__', 'constructor', 'toString', 'a', '');
    const documents = fc.oneof(
      fc.json(),
      fc.dictionary(names, fc.jsonValue()).map((value) => JSON.stringify(value, null, '\t')),
      fc.jsonValue().map((value) => ` \r\n${JSON.stringify(value, null, 2)}\n`),
    );
    fc.assert(
      fc.property(documents, (json) => {
        expect(JSON.stringify(parse(json))).toBe(JSON.stringify(JSON.parse(json)));
      }),
    );
  });

  it('A28 takes nothing that JSON.parse does not', () => {
    const part = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '0',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
    );
    const comment = fc.constantFrom(
      '//',
      '/*',
      '*/',
      "'a'",
      'NaN',
      'Infinity',
      '\\',
      '\u2028',
      '\ufeff',
      '\t',
      '\u0000',
    );
    const texts = fc
      .array(fc.oneof({ arbitrary: part, weight: 9 }, comment), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const outcome = settle(() => parse(text));
        const reference = (() => {
          try {
            return { value: JSON.parse(text.replace(/^\ufeff/, '')) };
          } catch {
            return undefined;
          }
        })();
        if ('value' in outcome) expect(outcome).toEqual(reference);
        else {
          expect(outcome.fault.code).toBe('MALFORMED');
          if (reference !== undefined) expect(outcome.fault.message).toMatch(/twice/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['A28 Latin 1', [0x22, 0xe4, 0x22]],
    ['A28 overlong', [0x22, 0xc0, 0xaf, 0x22]],
    ['A28 surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['A28 cut', [0x22, 0xe2, 0x82, 0x22]],
    ['A28 above U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['A28 UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('%s is not UTF-8', (_id, bytes) => {
    expect(faultOf(() => parse(Uint8Array.from(bytes)))).toMatchObject({
      code: 'MALFORMED',
      message: 'index.json is not UTF-8',
    });
  });

  it.each([
    ['', 'index.json is not JSON: got nothing (line 1, column 1)'],
    [' \n', 'index.json is not JSON: got nothing (line 2, column 1)'],
    ['<!DOCTYPE html>\n<html>', 'index.json is not JSON: got a web page or XML (line 1, column 1)'],
    ['{"a":\n  1', 'index.json is not JSON: got a document that ends too early (line 2, column 4)'],
    ['{"a":\n  x}', 'index.json is not JSON: got other text (line 2, column 3)'],
    ['{"a":1,}', 'index.json is not JSON: got other text (line 1, column 8)'],
    ['{} {}', 'index.json is not JSON: got other text (line 1, column 4)'],
    ['{/* no */}', 'index.json is not JSON: got other text (line 1, column 2)'],
    ['\ufeff\ufeff{}', 'index.json is not JSON: got other text (line 1, column 1)'],
    ['{"auth":"c2VjcmV0" "x":1}', 'index.json is not JSON: got other text (line 1, column 20)'],
    ['["\u001b[2J"]', 'index.json is not JSON: got other text (line 1, column 2)'],
  ])('says where %j is wrong and shows none of it', (text, message) => {
    expect(faultOf(() => parse(text))).toMatchObject({ code: 'MALFORMED', message });
  });

  it('cuts a hostile name in a message', () => {
    const name = `\u001b[2J${'x'.repeat(MIB)}`;
    const { message } = faultOf(() => parse(`{${JSON.stringify(name)}:1,${JSON.stringify(name)}:2}`));
    expect(message.length).toBeLessThan(300);
    expect(message).not.toContain('\u001b');
  });
});

describe('hostile documents end in MALFORMED, or in their value', () => {
  it.each([
    ['4 MiB of [', '['.repeat(4 * MIB), /nested more than 1000 levels/],
    ['8 MiB of [ and ]', '['.repeat(4 * MIB) + ']'.repeat(4 * MIB), /nested more than 1000 levels/],
    ['objects in objects', `${'{"a":'.repeat(MIB)}1${'}'.repeat(MIB)}`, /nested more than 1000 levels/],
    ['1001 levels', '['.repeat(1001) + ']'.repeat(1001), /nested more than 1000 levels/],
    ['8 MiB of {', '{'.repeat(8 * MIB), /not JSON/],
    ['8 MiB of a web page', '<p>'.repeat(2 * MIB), /web page/],
    ['8 MiB of "', '"'.repeat(8 * MIB), /not JSON/],
    ['8 MiB of zeros', '0'.repeat(8 * MIB), /not JSON/],
  ])('%s', (_what, text, message) => {
    expect(faultOf(() => parse(text))).toMatchObject({ code: 'MALFORMED', message: expect.stringMatching(message) });
  });

  it('takes 1000 levels, a million objects or arrays, and numbers of any length', () => {
    parse('['.repeat(1000) + ']'.repeat(1000));
    expect(parse(`[${'{},'.repeat(MIB)}{}]`)).toHaveLength(MIB + 1);
    expect(parse(`[${'[],'.repeat(MIB)}[]]`)).toHaveLength(MIB + 1);
    expect(parse(`[${'9'.repeat(MIB)}]`)).toEqual([Number.POSITIVE_INFINITY]);
  });

  it('never pollutes a prototype', () => {
    const value = parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor']);
    expect('polluted' in {}).toBe(false);
  });
});

describe('checkShape', () => {
  const schema = z.looseObject({
    version: z.literal('1.0.0').optional(),
    secrets: z.record(z.string(), z.looseObject({ auth: z.string() })).optional(),
    list: z.optional(listOf(z.looseObject({ n: z.int() }))),
  });
  const complaint = (value: unknown) => faultOf(() => checkShape(schema, value, 'file')).message;

  it.each([
    [{ version: '2' }, 'file is not well formed: version: wanted 1.0.0, got "2"'],
    [7, 'file is not well formed: document: wanted an object, got a number'],
    [{ list: {} }, 'file is not well formed: list: wanted an array, got an object'],
    [{ list: [{ n: 1 }, { n: 'x' }, {}] }, 'file is not well formed: list[1].n: wanted a number, got a string'],
  ])('names the first bad field of %j', (value, message) => {
    expect(complaint(value)).toBe(message);
  });

  it('shows no value of a field without a grammar of its own: it may be a password', () => {
    expect(complaint({ secrets: { 'ghcr.io': 'hunter2' } })).toBe(
      'file is not well formed: secrets.ghcr.io: wanted an object, got a string',
    );
    expect(complaint({ secrets: { 'ghcr.io': { auth: 12345678 } } })).toBe(
      'file is not well formed: secrets.ghcr.io.auth: wanted a string, got a number',
    );
  });

  it('stops at the first of millions of bad elements', () => {
    const before = process.memoryUsage().heapUsed;
    const list = new Array(3_000_000).fill({});
    expect(complaint({ list })).toMatch(/list\[0\]\.n: /);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * MIB);
  });
});
