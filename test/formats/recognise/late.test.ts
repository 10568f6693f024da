import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonCondenser } from '../../../src/formats/recognise/condense-json.js';
import { lateLook, recognise } from '../../../src/formats/recognise/recognise.js';
import { corpus } from './support/corpus.js';

const vectors = (await corpus()).filter(({ bytes }) => bytes[0] === 0x7b);
const MIB = 1024 * 1024;
const filler = (length: number, make: (n: number) => object) => Array.from({ length }, (_, n) => make(n));
const comment = `<!-- ${'comment '.repeat(MIB / 4)} -->`;

/** Looks as a file is looked at: first its beginning, then all of it in parts. */
function look(bytes: Buffer, size = 64 * 1024) {
  const late = lateLook(bytes.subarray(0, MIB));
  if (late === undefined) return undefined;
  for (let at = 0; at < bytes.length; at += size) if (!late.push(bytes.subarray(at, at + size))) break;
  return late.end();
}

const packages = filler(20_000, (n) => ({
  name: `p${n}`,
  deep: { licenses: [['a', { b: n }]], text: 'say "hi" \\ {[' },
}));

describe('what tells a format behind the first MiB', () => {
  it.each<[string, string, string | undefined, string]>([
    [
      'SARIF 2.2 whose version stands last',
      'application/sarif+json',
      undefined,
      JSON.stringify({ runs: [{ results: packages, tool: { driver: { name: 'x' } } }], version: '2.2' }),
    ],
    [
      'CycloneDX, sorted backwards',
      'application/vnd.cyclonedx+json',
      '2026-01-02T03:04:05Z',
      JSON.stringify({
        version: 1,
        components: packages,
        specVersion: '1.6',
        metadata: { timestamp: '2026-01-02T03:04:05Z' },
        bomFormat: 'CycloneDX',
      }),
    ],
    [
      'SPDX 2 behind its packages',
      'application/spdx+json',
      '2026-01-02T03:04:05Z',
      JSON.stringify(
        {
          packages,
          creationInfo: { created: '2026-01-02T03:04:05Z' },
          SPDXID: 'SPDXRef-DOCUMENT',
          spdxVersion: 'SPDX-2.3',
        },
        undefined,
        2,
      ),
    ],
    [
      'SPDX 3 whose context stands behind the graph',
      'application/spdx3+json',
      undefined,
      JSON.stringify({ '@graph': packages, '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld' }),
    ],
    [
      'OpenVEX behind its statements',
      'application/vnd.openvex+json',
      undefined,
      JSON.stringify({ statements: packages, '@context': 'https://openvex.dev/ns/v0.2.0' }),
    ],
    [
      'CycloneDX in XML behind a comment',
      'application/vnd.cyclonedx+xml',
      undefined,
      `<?xml version="1.0"?>${comment}<bom xmlns="http://cyclonedx.org/schema/bom/1.5"></bom>`,
    ],
    [
      'SPDX in RDF whose document stands last',
      'application/spdx+rdf',
      '2026-01-02T03:04:05Z',
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#">${'<spdx:Package/>'.repeat(200_000)}<spdx:SpdxDocument rdf:about="x"><spdx:created>2026-01-02T03:04:05Z</spdx:created></spdx:SpdxDocument></rdf:RDF>`,
    ],
  ])('is found: %s', (_what, mediaType, created, text) => {
    const bytes = Buffer.from(text);
    expect(bytes.length).toBeGreaterThan(MIB);
    expect(recognise(bytes, { complete: true })).toBeUndefined();
    const found = look(bytes);
    expect(found).toMatchObject({ mediaType });
    expect(found?.created).toBe(created);
    expect(look(Buffer.from(`\ufeff${text}`, 'utf16le'), 9999)).toEqual(found);
  });

  it.each([
    ['a list of other things', JSON.stringify({ packages, version: '2.1.0' })],
    ['a quoted mark', JSON.stringify({ packages, text: '"bomFormat":"CycloneDX","specVersion":"1.6"' })],
    ['a mark deeper down', JSON.stringify({ packages, inner: { bomFormat: 'CycloneDX', specVersion: '1.6' } })],
    ['a mark behind the end', `${JSON.stringify({ packages })}{"bomFormat":"CycloneDX","specVersion":"1.6"}`],
    [
      'a document that ends too early',
      JSON.stringify({ packages, bomFormat: 'CycloneDX', specVersion: '1' }).slice(0, -1),
    ],
    [
      'XML of another kind',
      `<html>${'<p/>'.repeat(MIB)}<bom xmlns="http://cyclonedx.org/schema/bom/1.5"></bom></html>`,
    ],
  ])('is not found in %s', (_what, text) => {
    expect(look(Buffer.from(text))).toBeUndefined();
  });

  it('is not looked for in text and in what is broken', () => {
    for (const text of [
      'plain '.repeat(MIB),
      `{"a": ${'x '.repeat(MIB)}`,
      Buffer.alloc(2 * MIB, 0xff).toString('latin1'),
    ])
      expect(lateLook(Buffer.from(text).subarray(0, MIB))).toBeUndefined();
  });
});

describe('a shortened document', () => {
  const condensed = (text: string, size: number) => {
    const condenser = new JsonCondenser();
    for (let at = 0; at < text.length; at += size) condenser.push(text.slice(at, at + size));
    return condenser;
  };

  it('is well formed however it comes in parts, and shorter documents stay what they are', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 12 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (value, size, indents) => {
          const text = JSON.stringify({ value }, undefined, indents ? 2 : undefined);
          const short = condensed(text, size).condensed;
          expect(condensed(text, text.length).condensed).toBe(short);
          const parsed: unknown = JSON.parse(short);
          if (value === null || typeof value !== 'object') expect(parsed).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('cuts long texts between characters', () => {
    for (let shift = 0; shift < 12; shift += 1) {
      const text = JSON.stringify({ a: `${'x'.repeat(65_530 + shift)}\u0001\u0002"\\ü${'y'.repeat(1000)}`, b: 1 });
      for (const size of [7, 1000, text.length])
        expect(JSON.parse(condensed(text, size).condensed)).toMatchObject({ a: expect.any(String), b: 1 });
    }
  });

  it('takes little memory for any document, or is given up', () => {
    const wide = condensed(JSON.stringify(filler(100_000, (n) => ({ [`k${n}`]: n }))), MIB);
    expect(wide.condensed.length).toBeLessThan(MIB);
    const nested = condensed(`{"a":${'[['.repeat(MIB)}`, MIB);
    expect(nested.condensed.length).toBeLessThan(100);
    const names = condensed(`{${'"'.concat('x'.repeat(60_000), '":1,').repeat(250)}`, MIB);
    expect(names.isTooLong).toBe(true);
    expect(names.condensed.length).toBeLessThan(6 * MIB);
  });

  it.each(vectors)('tells the same: $id', ({ bytes, is }) => {
    const { artifactType, mediaType } = is;
    const short = Buffer.from(condensed(bytes.toString(), 1000).condensed);
    expect(recognise(short, { complete: true })).toMatchObject({ artifactType, mediaType });
  });
});
