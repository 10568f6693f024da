import { describe, expect, it } from 'vitest';
import { firstLook } from '../../../src/formats/recognise/first-look.js';
import { recognise } from '../../../src/formats/recognise/recognise.js';

const CDX = '{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"name":"Müller 日本 😀"}}}';
const xml = (encoding: string) =>
  `<?xml version='1.0' encoding='${encoding}'?>\n<!-- é -->\n<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><a>Müller</a></bom>`;

const swapped = (bytes: Buffer, unit: number) => {
  const copy = Buffer.from(bytes);
  return unit === 2 ? copy.swap16() : copy.swap32();
};
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const utf32 = (text: string) => {
  const points = [...text].map((char) => char.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(points.length * 4);
  for (const [n, point] of points.entries()) bytes.writeUInt32LE(point, n * 4);
  return bytes;
};
const CODINGS: readonly (readonly [string, (text: string) => Buffer])[] = [
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16LE with a mark', (text) => utf16(`\ufeff${text}`)],
  ['UTF-16BE with a mark', (text) => swapped(utf16(`\ufeff${text}`), 2)],
  ['UTF-16LE', utf16],
  ['UTF-16BE', (text) => swapped(utf16(text), 2)],
  ['UTF-32LE with a mark', (text) => utf32(`\ufeff${text}`)],
  ['UTF-32BE with a mark', (text) => swapped(utf32(`\ufeff${text}`), 4)],
  ['UTF-32LE', utf32],
  ['UTF-32BE', (text) => swapped(utf32(text), 4)],
];
const TEXTS: readonly (readonly [string, string])[] = [
  ['application/vnd.cyclonedx+json', CDX],
  ['application/vnd.cyclonedx+json', `\r\n ${CDX}\r\n`],
  ['application/vnd.cyclonedx+xml', xml('utf-16')],
  ['text/spdx', 'SPDXVersion: SPDX-2.3\r\nDataLicense: CC0-1.0\r\nSPDXID: SPDXRef-DOCUMENT\r\n'],
];

describe.each(CODINGS)('a document in %s', (_name, encode) => {
  it.each(TEXTS)('is recognised: %s', (mediaType, text) => {
    const isXml = text.startsWith('<');
    const bytes = encode(isXml && encode === CODINGS[0]?.[1] ? xml('UTF-8') : text);
    expect(recognise(bytes, { complete: true })).toMatchObject({ mediaType });
    expect(recognise(bytes.subarray(0, -1), { complete: false })?.mediaType ?? mediaType).toBe(mediaType);
  });

  it('that is not recognised is not called broken or binary', () => {
    const { seen } = firstLook(encode('{"some":"thing","ü":1}'), true);
    expect(seen).toMatch(/^it is JSON with the names "some", "ü"(, in UTF-(16|32)[LB]E)?$/);
  });
});

describe('XML in the encoding that it declares', () => {
  it.each(['ISO-8859-1', 'iso-8859-15', 'windows-1252', 'US-ASCII', 'latin1'])('is recognised: %s', (encoding) => {
    const bytes = Buffer.from(xml(encoding), 'latin1');
    expect(recognise(bytes, { complete: true })).toMatchObject({ mediaType: 'application/vnd.cyclonedx+xml' });
  });

  it.each(['EBCDIC-CP-US', 'UTF-7', 'x-unknown'])('that is not read is named: %s', (encoding) => {
    const bytes = Buffer.from(xml(encoding), 'latin1');
    expect(recognise(bytes, { complete: true })).toBeUndefined();
    expect(firstLook(bytes, true)).toMatchObject({
      seen: expect.stringContaining(encoding.toUpperCase()),
      hint: expect.stringContaining('UTF-8'),
    });
  });
});

describe('what is not in the encoding that it should be in', () => {
  it.each([
    ['JSON in Latin 1', Buffer.from('{"name":"Müller"}', 'latin1'), 'not valid UTF-8'],
    ['XML that declares UTF-8', Buffer.from(xml('UTF-8'), 'latin1'), 'not valid UTF-8'],
    ['text in code page 850', Buffer.from([0x4d, 0x81, 0x6c, 0x6c, 0x65, 0x72]), 'not valid UTF-8'],
  ])('is text: %s', (_what, bytes, words) => {
    expect(firstLook(bytes, true)).toMatchObject({ seen: expect.stringContaining(words), hint: expect.any(String) });
  });

  it('is binary where it is', () => {
    for (const bytes of [Buffer.from([1, 2, 3, 0xff]), Buffer.from([0xff, 0, 1, 0xd8, 0, 7])])
      expect(firstLook(bytes, true).seen).toBe('it is binary data');
  });
});
