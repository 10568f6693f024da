import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outlineJson } from '../../../src/formats/recognise/json-outline.js';
import { recognise } from '../../../src/formats/recognise/recognise.js';
import { corpus } from './support/corpus.js';
import { spdxDocument } from './support/documents.js';

const MIB = 1024 * 1024;
const vectors = await corpus();
const vector = fc.constantFrom(...vectors);

describe('whatever the bytes are', () => {
  const magic = fc.constantFrom(
    '',
    '{"',
    '<',
    '\x1f\x8b\x08',
    '\x00asm',
    '\xd2\x84',
    '-----BEGIN ',
    'SPDXVersion: ',
    '---\n',
  );
  const bytes = fc
    .tuple(magic, fc.uint8Array({ maxLength: 200 }))
    .map(([head, tail]) => Buffer.concat([Buffer.from(head, 'latin1'), tail]));

  it('nothing is thrown', () => {
    fc.assert(
      fc.property(bytes, fc.boolean(), (input, complete) => {
        recognise(input, { complete });
      }),
      { numRuns: 2000 },
    );
  });

  it('nothing is thrown for documents with bytes changed, and an answer is well formed', () => {
    fc.assert(
      fc.property(
        vector,
        fc.nat(),
        fc.uint8Array({ maxLength: 4 }),
        fc.nat(),
        fc.boolean(),
        (of, at, put, end, complete) => {
          const changed = Buffer.from(of.bytes);
          changed.set(put, at % Math.max(1, changed.length - 4));
          const found = recognise(changed.subarray(0, end % (changed.length + 1)), { complete });
          if (found !== undefined) expect(Object.values(found).every((value) => value !== undefined)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('a document keeps its type wherever it is cut', () => {
    fc.assert(
      fc.property(vector, fc.nat(), ({ bytes: whole, is }, cut) => {
        const found = recognise(whole.subarray(0, cut % whole.length), { complete: false });
        expect([is.artifactType, undefined]).toContain(found?.artifactType);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('JSON without the names that tell a format', () => {
  const name = fc.string().filter((text) => !['payload', 'protected', '@context', 'mediaType'].includes(text));
  const tempting = fc.constantFrom(
    'version',
    'name',
    'metadata',
    'document',
    'schema',
    'runs',
    'artifacts',
    'signatures',
  );
  const value = fc.dictionary(fc.oneof(name, tempting), fc.jsonValue());

  it('is not recognised', () => {
    fc.assert(
      fc.property(value, fc.boolean(), (document, complete) => {
        expect(recognise(Buffer.from(JSON.stringify(document)), { complete })).toBeUndefined();
      }),
    );
  });

  it('is not recognised for what it holds deeper down', () => {
    const inner = fc.constantFrom(...vectors.filter(({ bytes }) => bytes[0] === 0x7b));
    fc.assert(
      fc.property(value, tempting, inner, fc.boolean(), (document, key, { bytes }, inList) => {
        const found: unknown = JSON.parse(Buffer.from(bytes).toString());
        const around = { ...document, [key]: inList ? [found] : { result: found } };
        expect(recognise(Buffer.from(JSON.stringify(around)), { complete: true })).toBeUndefined();
      }),
    );
  });
});

describe('the outline of a document', () => {
  it('is there for each object that JSON.parse takes, and for no text that it refuses', () => {
    const part = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"b"', '1', '-', 'true', 'null', ' ', '//', '\\');
    const texts = fc.oneof(
      fc.array(part, { maxLength: 9 }).map((parts) => `{${parts.join('')}`),
      fc.dictionary(fc.string(), fc.jsonValue()).map((object) => JSON.stringify(object)),
    );
    const parses = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(texts, (text) => {
        expect(outlineJson(text, true) !== undefined).toBe(parses(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('of a beginning has no value that is not there in the whole', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())), fc.nat(), (object, cut) => {
        const text = JSON.stringify(object);
        const outline = outlineJson(text.slice(0, 1 + (cut % text.length)), false);
        for (const [name, value] of outline?.root ?? []) expect(value).toBe(object[name]);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Each as long as a beginning may be, and whole where a value counts only whole. A bound of seconds tells linear from quadratic, which takes minutes, on any machine. */
describe('hostile beginnings take time in proportion to their length', () => {
  const fill = (text: string, length = MIB - 200) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
  const schema = '/anchore/syft/';
  it.each<[string, string]>([
    ['brackets', fill('[')],
    ['objects in objects', fill('{"a":')],
    ['arrays in an object', `{"a":${fill('[')}`],
    ['a long text', `{"a":"${fill('x')}`],
    ['a text of escapes', `{"a":"${fill('\\"')}`],
    ['broken escapes', `{"a":"${fill('\\u')}`],
    ['a long number', `{"a":${fill('9')}`],
    ['many names', `{${fill('"spdxVersion":"SPDX-2.3",')}`],
    ['many different names', `{${Array.from({ length: 80_000 }, (_, n) => `"n${n}":{}`).join(',')}`],
    ['a long list', `{"@graph":[${fill('{"type":"CreationInfo"},')}`],
    ['a schema again and again', `{"schema":{"url":"${fill(schema)}"}}`],
    ['a payload that is no base64', `{"payloadType":"x","payload":"${fill('A')}!"}`],
    ['a payload of brackets', `{"payload":"${Buffer.from(fill('{"a":', MIB / 2)).toString('base64')}`],
    ['tags of XML', fill('<a ')],
    ['comments of XML', fill('<!-- - ')],
    ['attributes', `<bom ${fill('a="" ')}`],
    ['blanks in XML', `<bom xmlns="http://cyclonedx.org/schema/bom/1.5">${fill('<metadata>   ')}`],
    ['blanks', fill(' ')],
    ['blanks behind a tag', `SPDXVersion: SPDX-2.3\nSPDXID: x\nCreated:${fill(' ')}`],
    ['dates', `SPDXVersion: SPDX-2.3\nSPDXID: x\n${fill('Created: x\n')}`],
    ['comments', fill('#\n')],
    ['names of YAML', fill('a: b\n')],
    ['blanks in YAML', `creationInfo:\n${fill(' ')}`],
    ['one word', fill('a')],
    ['words with dots', fill('a.')],
    ['PEM', fill('-----BEGIN CERTIFICATE-----\nMIIB\n')],
  ])('%s', (_what, text) => {
    const started = performance.now();
    recognise(Buffer.from(text), { complete: false });
    recognise(Buffer.from(text), { complete: true });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('a gzip bomb is not unpacked', () => {
    const bomb = gzipSync(Buffer.alloc(256 * MIB), { level: 9 });
    const before = process.memoryUsage().arrayBuffers;
    const started = performance.now();
    expect(recognise(bomb, { complete: true })).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(5000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB);
  });

  it('the first of two equal names counts, as in whatever was read before a cut', () => {
    const text = JSON.stringify(spdxDocument).replace('{', '{"SPDXID":"SPDXRef-DOCUMENT","SPDXID":{},');
    expect(recognise(Buffer.from(text), { complete: true })?.artifactType).toBe('application/spdx+json');
  });

  it('names of JavaScript mean nothing', () => {
    const text =
      '{"__proto__":{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"},"constructor":{"a":1},"toString":1}';
    expect(recognise(Buffer.from(text), { complete: true })).toBeUndefined();
  });
});
