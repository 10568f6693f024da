import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { kindOf, kindRow } from '../../../src/formats/kinds/kind-of.js';
import { toUtc } from '../../../src/formats/recognise/date.js';
import { recognise } from '../../../src/formats/recognise/recognise.js';
import { isMediaType } from '../../../src/oci/values/media-types.js';
import { corpus } from './support/corpus.js';
import * as documents from './support/documents.js';

const vectors = await corpus();
const CUT = 4096;

describe.each(vectors)('$id', ({ bytes, is }) => {
  it('is recognised as a whole', () => {
    expect(recognise(bytes, { complete: true })).toEqual(is);
  });

  it('is recognised by its first 4 KiB', () => {
    const found = recognise(bytes.subarray(0, CUT), { complete: bytes.length <= CUT });
    expect(found).toMatchObject({ artifactType: is.artifactType, mediaType: is.mediaType });
    // A date may stand behind the cut; what is there must not differ.
    expect([is.created, undefined]).toContain(found?.created);
  });

  it('is known to the table under the types that it gets, as the same kind', () => {
    expect([isMediaType(is.artifactType), isMediaType(is.mediaType)]).toEqual([true, true]);
    const row = kindRow('type', is.artifactType);
    expect(row).toBeDefined();
    const { predicateType } = is;
    const { kind } = kindOf({
      artifactType: is.artifactType,
      predicateTypes: predicateType === undefined ? [] : [predicateType],
    });
    // Only the bundle itself tells that it has the signature of a file and no statement.
    expect(is.artifactType.includes('sigstore.bundle') && is.kind === 'signature' ? 'attestation' : is.kind).toBe(kind);
    expect(is.format ?? row?.format).toBe(row?.format);
  });

  it('keeps its type from the shortest beginning that tells it', () => {
    let first: string | undefined;
    const step = Math.max(1, Math.ceil(bytes.length / 400));
    for (let length = 0; length < bytes.length; length += step) {
      const found = recognise(bytes.subarray(0, length), { complete: false });
      first ??= found?.artifactType;
      expect(found?.artifactType).toBe(first);
      if (found?.predicateType !== undefined) expect(found.predicateType).toBe(is.predicateType);
      if (found?.created !== undefined) expect(found.created).toBe(is.created);
    }
    if (first !== undefined) expect(first).toBe(is.artifactType);
  });
});

describe('what tools do to documents', () => {
  it.each(vectors.filter(({ bytes }) => /^[{<#S-]/.test(Buffer.from(bytes.subarray(0, 1)).toString())))(
    'a byte order mark and white space go before $id',
    ({ bytes, is }) => {
      const marked = Buffer.concat([Buffer.from('\ufeff\r\n \t'), bytes]);
      expect(recognise(marked, { complete: true })).toEqual(is);
    },
  );

  it.each(vectors.filter(({ bytes }) => bytes[0] === 0x7b))('the names of $id come in any order', ({ bytes, is }) => {
    const entries = Object.entries<unknown>(JSON.parse(Buffer.from(bytes).toString()));
    const reversed = Buffer.from(JSON.stringify(Object.fromEntries(entries.reverse())));
    expect(recognise(reversed, { complete: true })).toEqual(is);
  });

  it.each(['SPDX tag-value', 'SPDX YAML', 'certificate'])('lines of %s end as on Windows', (id) => {
    const vector = vectors.find((candidate) => candidate.id === id);
    const text = Buffer.from(vector?.bytes ?? []).toString();
    expect(recognise(Buffer.from(text.replaceAll('\n', '\r\n')), { complete: true })).toEqual(vector?.is);
  });

  it('a chain has several certificates, as OpenSSL writes them', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'remora' }]);
    expect(recognise(Buffer.from(`${cert}\n${cert}`), { complete: true })).toEqual({
      artifactType: 'application/pem-certificate-chain',
      mediaType: 'application/pem-certificate-chain',
      kind: 'certificate',
      what: 'certificates (PEM)',
    });
  });

  it('a beginning is cut within a character', () => {
    const text = Buffer.from(JSON.stringify({ ...documents.spdxDocument, name: '🐟'.repeat(200) }));
    for (let length = 300; length < 310; length += 1) {
      expect(recognise(text.subarray(0, length), { complete: false })?.artifactType).toBe('application/spdx+json');
    }
  });

  it('more than a MiB is given', () => {
    const long = Buffer.from(JSON.stringify({ ...documents.spdxDocument, files: new Array(300_000).fill('"\\') }));
    expect(recognise(long, { complete: true })).toMatchObject({ kind: 'sbom', created: '2023-01-29T18:30:22Z' });
  });
});

describe('dates', () => {
  it.each([
    ['2026-11-22T09:20:01Z', '2026-11-22T09:20:01Z'],
    ['2026-11-22t09:20:01.5z', '2026-11-22T09:20:01.500Z'],
    ['2026-11-22T09:20:01.123456789+05:30', '2026-11-22T03:50:01.123Z'],
    ['2026-11-22 09:20:01+00:00', '2026-11-22T09:20:01Z'],
    ['2024-02-29T23:59:59-08:00', '2024-03-01T07:59:59Z'],
  ])('%s is %s', (text, utc) => {
    expect(toUtc(text)).toBe(utc);
  });

  it.each([
    ['no zone', '2026-11-22T09:20:01'],
    ['a day alone', '2026-11-22'],
    ['no such day', '2026-02-31T00:00:00Z'],
    ['no such month', '2026-13-01T00:00:00Z'],
    ['no such hour', '2026-01-01T24:00:00Z'],
    ['no such zone', '2026-01-01T00:00:00+99:99'],
    ['the zero time of Go', '0001-01-01T00:00:00Z'],
    ['the epoch', '1970-01-01T00:00:00Z'],
    ['far away', '9999-12-31T23:59:59Z'],
    ['words', 'yesterday'],
    ['nothing', ''],
    ['a date in other words', 'Sun, 22 Nov 2026 12:29:01 GMT'],
  ])('%s is none: %s', (_what, text) => {
    expect(toUtc(text)).toBeUndefined();
  });

  it('a document without a date that can be is recognised without one', () => {
    const document = { ...documents.spdxDocument, creationInfo: { created: '2026-02-31T00:00:00Z' } };
    const found = recognise(Buffer.from(JSON.stringify(document)), { complete: true });
    expect(found).toMatchObject({ kind: 'sbom' });
    expect(found).not.toHaveProperty('created');
  });
});
