import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kindRow } from '../../../src/formats/kinds/kind-of.js';
import { firstLook } from '../../../src/formats/recognise/first-look.js';
import { recognise } from '../../../src/formats/recognise/recognise.js';
import { bundle, envelope, statement } from '../../operations/support/mechanisms.js';

const CDX = '{"bomFormat":"CycloneDX","specVersion":"1.5"}';
const SLSA = 'https://slsa.dev/provenance/v1';
const VSA = 'https://slsa.dev/verification_summary/v1';
const all = { complete: true };

describe('envelopes, one a line', () => {
  it.each([
    ['of one kind', [SLSA, SLSA], '\n', 'provenance'],
    ['of several kinds', [SLSA, VSA, 'https://spdx.dev/Document'], '\n', 'attestation'],
    ['with empty lines and Windows line ends', [SLSA, SLSA], '\r\n\r\n', 'provenance'],
    ['without lines', [SLSA, SLSA], '', 'provenance'],
  ])('are an in-toto bundle: %s', (_what, types, between, kind) => {
    const text = types.map((type) => envelope(statement('{}', type))).join(between);
    const found = recognise(Buffer.from(text), all);
    expect(found).toMatchObject({ mediaType: 'application/vnd.in-toto.bundle', kind, format: 'in-toto' });
    expect(kindRow('type', found?.artifactType ?? '')).toMatchObject({ format: 'in-toto' });
    expect(recognise(Buffer.from(`${text}{"payl`), { complete: false })).toEqual(found);
  });

  it('are not one where a line is something else', () => {
    const text = `${envelope(statement('{}', SLSA))}\n${CDX}\n`;
    expect(recognise(Buffer.from(text), all)).toBeUndefined();
    expect(firstLook(Buffer.from(text), true).seen).toBe('it has 2 JSON documents, one a line or behind the other');
  });
});

describe('several documents', () => {
  const kinds: readonly (readonly [string, string, string])[] = [
    ['Sigstore bundles', bundle(statement('{}', SLSA)), 'a Sigstore bundle (provenance)'],
    ['statements', statement('{}', SLSA).trim(), 'an in-toto statement (provenance)'],
    ['SBOMs', CDX, 'a CycloneDX document (JSON)'],
  ];

  it.each(kinds)('are told, with what they are and how to attach them: %s', (_what, text, noun) => {
    for (const between of ['\n', ' ', '\n\n']) {
      const look = firstLook(Buffer.from([text, text, text].join(between)), true);
      expect(look.seen).toBe(`it has 3 JSON documents, one a line or behind the other, each ${noun}`);
      expect(look.hint).toMatch(/^Write each document into a file of its own/);
    }
    const array = firstLook(Buffer.from(`[${text}, ${text}]`), true);
    expect(array.seen).toBe(`it is a JSON array of 2 documents, each ${noun}`);
    expect(firstLook(Buffer.from(`${text}\n${text}\n{"a`), false).seen).toContain('2 or more');
  });

  it('are not seen in one document, or in what is broken', () => {
    expect(firstLook(Buffer.from('{"a":{},"b":[{},{}]}'), true).seen).toBe('it is JSON with the names "a", "b"');
    expect(firstLook(Buffer.from('{"a":1} trailing {"b":2}'), true).seen).toBe('it begins like JSON, and is broken');
    expect(firstLook(Buffer.from('[1, 2]'), true).seen).toBe('it begins like a JSON array');
    expect(firstLook(Buffer.from('[{"a":1}]'), true).seen).toBe('it begins like a JSON array');
  });
});

it('a packed document is told', () => {
  expect(firstLook(gzipSync(CDX), true)).toMatchObject({
    seen: 'it is gzip data with a CycloneDX document (JSON) inside',
    hint: expect.stringMatching(/^Unpack/),
  });
  expect(firstLook(gzipSync('text'), true)).toEqual({ seen: 'it is gzip data' });
});

describe('SPDX 2 in XML', () => {
  const info = '<creationInfo><creators>x</creators><created>2026-01-02T03:04:05Z</created></creationInfo>';
  const marks = '<SPDXID>SPDXRef-DOCUMENT</SPDXID><spdxVersion>SPDX-2.3</spdxVersion>';
  it('is told by its content', () => {
    const text = `<?xml version="1.0"?>\n<Document>${marks}${info}</Document>`;
    const found = recognise(Buffer.from(text), all);
    expect(found).toMatchObject({ mediaType: 'application/spdx+xml', kind: 'sbom', created: '2026-01-02T03:04:05Z' });
    expect(
      recognise(Buffer.from(text.replace(/<SPDXID>.*?<\/SPDXID>/, '<dataLicense>CC0-1.0</dataLicense>')), all),
    ).toEqual(found);
  });

  it.each([`<Document>${info}</Document>`, `<Doc>${marks}</Doc>`, `<Document xmlns="urn:x">${marks}</Document>`])(
    'is not %s',
    (text) => {
      expect(recognise(Buffer.from(text), all)).toBeUndefined();
    },
  );
});

it.each([
  ['2.2', 'https://docs.oasis-open.org/sarif/sarif/v2.2/schema/sarif-2-2.schema.json'],
  ['2.2', undefined],
  ['2.2.0', undefined],
  ['2.1.0', 'https://json.schemastore.org/sarif-2.1.0.json'],
])('SARIF %s (%s) is a report', (version, $schema) => {
  const text = JSON.stringify({ $schema, version, runs: [{ tool: { driver: { name: 'x' } }, results: [] }] });
  expect(recognise(Buffer.from(text), all)).toMatchObject({ mediaType: 'application/sarif+json' });
});
