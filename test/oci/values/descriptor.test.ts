import { expect, it, describe as suite } from 'vitest';
import { checkShape, parseJson } from '../../../src/oci/text/json.js';
import { describe, embeddedData } from '../../../src/oci/values/descriptor.js';
import { entrySchema, parseDescriptor } from '../../../src/oci/values/descriptor-schema.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { bytesOf, layer, raw, SHA256_ABC, SHA512_ABC } from '../support/documents.js';
import { faultOf } from '../support/fault.js';

const { mediaType: _type, ...untyped } = raw;
const { digest: _digest, ...undigested } = raw;
const { size: _size, ...unsized } = raw;

suite('parseDescriptor', () => {
  it.each([
    ['A1', { ...raw, mediaType: 'application/vnd.x+json' }],
    ['A2 case', { ...raw, mediaType: 'Text/Plain' }],
    ['A8', { ...raw, digest: 'sha256+b64u:abc' }],
    ['A8', { ...raw, digest: 'constructor:abc' }],
    ['A10', { ...raw, size: 0 }],
    ['A11', { ...raw, size: Number.MAX_SAFE_INTEGER }],
    ['A14', { ...raw, urls: ['https://example.com/x?y#z', 'urn:isbn:0451450523'] }],
    ['A14 A15', { ...raw, urls: [] }],
    ['A16', { ...raw, annotations: { k: '' } }],
    ['A16', { ...raw, annotations: {} }],
    ['A17', { ...raw, data: 'YWJj' }],
    ['A17', { ...raw, data: 'e30=' }],
    ['A17', { ...raw, data: 'YQ==' }],
    ['A17', { ...raw, data: '' }],
    ['A22', { ...raw, artifactType: 'application/spdx+json' }],
    [
      'A24',
      { ...raw, platform: { architecture: 'amd64', os: 'windows', 'os.version': '10', 'os.features': ['win32k'] } },
    ],
    ['A24', { ...raw, platform: { architecture: 'unknown', os: 'unknown', features: ['reserved'] } }],
    ['A25', { ...raw, unknown: { deep: [1, null] }, more: null }],
  ])('%s takes %j and changes nothing', (_id, document) => {
    expect(parseDescriptor(document)).toEqual(document);
  });

  it.each([
    ['A1', untyped, 'mediaType: wanted a string, got nothing'],
    ['A1', { ...raw, mediaType: '' }, 'mediaType: wanted a media type (RFC 6838, without parameters), got ""'],
    [
      'A1',
      { ...raw, mediaType: 'foo/.bar' },
      'mediaType: wanted a media type (RFC 6838, without parameters), got "foo/.bar"',
    ],
    ['A1', { ...raw, mediaType: 7 }, 'mediaType: wanted a string, got a number'],
    [
      'A2',
      { ...raw, mediaType: 'a/b; c=d' },
      'mediaType: wanted a media type (RFC 6838, without parameters), got "a/b; c=d"',
    ],
    ['A3', undigested, 'digest: wanted a digest, got nothing'],
    ['A3', { ...raw, digest: 'sha256' }, 'digest: wanted a digest, got "sha256"'],
    ['A3', { ...raw, digest: ['sha256:a'] }, 'digest: wanted a digest, got an array'],
    ['A4', { ...raw, digest: 'sha256:AB' }, 'digest: wanted a digest, got "sha256:AB"'],
    ['A10', unsized, 'size: wanted a number of bytes from 0 to 2^53-1, got nothing'],
    ['A10', { ...raw, size: '7682' }, 'size: wanted a number of bytes from 0 to 2^53-1, got "7682"'],
    ['A10', { ...raw, size: -1 }, 'size: wanted a number of bytes from 0 to 2^53-1, got -1'],
    ['A10', { ...raw, size: 1.5 }, 'size: wanted a number of bytes from 0 to 2^53-1, got 1.5'],
    ['A10', { ...raw, size: null }, 'size: wanted a number of bytes from 0 to 2^53-1, got null'],
    ['A10', { ...raw, size: Number.NaN }, 'size: wanted a number of bytes from 0 to 2^53-1, got NaN'],
    ['A14', { ...raw, urls: ['https://x', 'value'] }, 'urls[1]: wanted a URI, got "value"'],
    ['A14', { ...raw, urls: ['https://a b'] }, 'urls[0]: wanted a URI, got "https://a b"'],
    ['A14', { ...raw, urls: 'https://x' }, 'urls: wanted an array, got a string'],
    ['A16', { ...raw, annotations: { k: 1 } }, 'annotations.k: wanted a string, got a number'],
    ['A16 B25', { ...raw, annotations: null }, 'annotations: wanted an object, got null'],
    ['A17', { ...raw, data: 'e30' }, 'data: wanted base64 (RFC 4648 §4, with padding), got "e30"'],
    ['A17', { ...raw, data: '_-8=' }, 'data: wanted base64 (RFC 4648 §4, with padding), got "_-8="'],
    ['A17', { ...raw, data: 'e3\n0=' }, 'data: wanted base64 (RFC 4648 §4, with padding), got "e3\\n0="'],
    ['A17', { ...raw, data: 'a===' }, 'data: wanted base64 (RFC 4648 §4, with padding), got "a==="'],
    ['A17', { ...raw, data: 'YQ==YQ==' }, 'data: wanted base64 (RFC 4648 §4, with padding), got "YQ==YQ=="'],
    [
      'A22',
      { ...raw, artifactType: 'foo/.bar' },
      'artifactType: wanted a media type (RFC 6838, without parameters), got "foo/.bar"',
    ],
    ['A24', { ...raw, platform: { os: 'linux' } }, 'platform.architecture: wanted a string, got nothing'],
    ['A24', { ...raw, platform: { architecture: 'arm' } }, 'platform.os: wanted a string, got nothing'],
    [
      'A24',
      { ...raw, platform: { architecture: 'arm', os: 'linux', 'os.features': 'a' } },
      'platform.os.features: wanted an array, got a string',
    ],
    ['A1', null, 'document: wanted an object, got null'],
    ['A1', [raw], 'document: wanted an object, got an array'],
    ['A1', 'sha256:a', 'document: wanted an object, got a string'],
  ])('%s refuses %j', (_id, document, complaint) => {
    const fault = faultOf(() => parseDescriptor(document, 'layer'));
    expect(fault).toMatchObject({ code: 'MALFORMED', message: `layer is not well formed: ${complaint}` });
  });

  it.each(['9007199254740992', '9007199254740993', '9223372036854775807', '1e400', '-1e400', '1e-5'])(
    'A11 refuses the size %s: it is never rounded',
    (size) => {
      const json = `{"mediaType":"a/b","digest":"a:b","size":${size}}`;
      expect(faultOf(() => parseDescriptor(parseJson(bytesOf(json), 'x'))).code).toBe('MALFORMED');
    },
  );

  it('A25 a name of Object.prototype is a field like any other and changes no object', () => {
    const json =
      '{"mediaType":"a/b","digest":"a:b","size":1,"__proto__":{"data":"e30="},"constructor":{"prototype":1}}';
    const descriptor = parseDescriptor(parseJson(bytesOf(json), 'x'));
    expect(descriptor.data).toBeUndefined();
    expect(embeddedData(descriptor)).toBeUndefined();
    expect(Object.getPrototypeOf(descriptor)).toBe(Object.prototype);
  });

  it('A17 takes megabytes of data, and refuses them without a crash', () => {
    const data = 'AAAA'.repeat(4_000_000);
    expect(parseDescriptor({ ...raw, data }).data).toBe(data);
    const fault = faultOf(() => parseDescriptor({ ...raw, data: `${data}AAA!` }));
    expect(fault.message.length).toBeLessThan(400);
  });
});

suite('an entry of a list', () => {
  it.each(['', 'odd', 'a/b; c'])('E74 keeps the artifact type %j', (artifactType) => {
    const entry = { ...raw, artifactType };
    expect(checkShape(entrySchema, entry, 'entry')).toEqual(entry);
  });

  it('E74 checks the rest', () => {
    expect(faultOf(() => checkShape(entrySchema, { ...raw, size: -1 }, 'entry')).code).toBe('MALFORMED');
    expect(faultOf(() => checkShape(entrySchema, { ...raw, artifactType: 1 }, 'entry')).code).toBe('MALFORMED');
  });
});

suite('describe', () => {
  it('A9 A10 counts bytes, not characters', () => {
    expect(describe('text/plain', Buffer.from('äbc'))).toMatchObject({ size: 4 });
    expect(describe('text/plain', Buffer.from('abc'))).toEqual(layer);
  });
});

suite('embeddedData', () => {
  it.each([
    ['A18', SHA256_ABC, 'YWJj', 3, 'abc'],
    ['A18', SHA512_ABC, 'YWJj', 3, 'abc'],
    ['A30', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '', 0, ''],
  ])('%s A19 %s gives its content', (_id, digest, data, size, content) => {
    const bytes = embeddedData({ mediaType: 'text/plain', digest: parseDigest(digest), size, data });
    expect(Buffer.from(bytes ?? 'none').toString()).toBe(content);
  });

  it('A19 is undefined without data', () => {
    expect(embeddedData(layer)).toBeUndefined();
  });

  it.each([
    ['A18', { size: 4, data: 'YWJj' }, 'SIZE_MISMATCH', `data of ${SHA256_ABC} has 3 bytes, wanted 4`],
    [
      'A18 size before digest',
      { size: 3, data: 'eHl6eg==' },
      'SIZE_MISMATCH',
      `data of ${SHA256_ABC} has 4 bytes, wanted 3`,
    ],
    [
      'A18',
      { size: 3, data: 'eHl6' },
      'DIGEST_MISMATCH',
      /^data of sha256:ba78\w+ has other content: its digest is sha256:3608bca1/,
    ],
    ['A18', { size: 3, data: '' }, 'SIZE_MISMATCH', `data of ${SHA256_ABC} has 0 bytes, wanted 3`],
    ['A17', { size: 3, data: 'YWJj=' }, 'MALFORMED', /^data of sha256:ba78\w+ is not base64 /],
    ['A8', { digest: parseDigest('md5:abc'), data: 'YWJj' }, 'UNSUPPORTED', /md5/],
  ])('%s refuses %j', (_id, change, code, message) => {
    const fault = faultOf(() => embeddedData({ ...layer, ...change }));
    expect(fault).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
