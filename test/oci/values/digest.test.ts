import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  algorithmOf,
  checkDigest,
  digestFromHash,
  digestOf,
  encodedOf,
  hasherFor,
  isDigest,
  parseDigest,
} from '../../../src/oci/values/digest.js';
import { SHA256_ABC, SHA512_ABC } from '../support/documents.js';
import { faultOf, settle } from '../support/fault.js';

const hex = (length: number, digit = 'a') => digit.repeat(length);
const abc = Buffer.from('abc');

describe('grammar', () => {
  it.each([
    ['A3', 'multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8'],
    ['A3', 'sha256+b64u.unknownlength:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564='],
    ['A3', 'a.b_c-d+e:0'],
    ['A4', `sha256:${hex(64)}`],
    ['A5', `sha512:${hex(128, '0')}`],
    ['A6', `blake3:${hex(64, 'f')}`],
    ['A8', 'sha256+b64u:abc'],
    ['A8 a name of Object.prototype', 'constructor:abc'],
  ])('%s takes %s', (_id, text) => {
    expect(isDigest(text)).toBe(true);
    expect(parseDigest(text)).toBe(text);
  });

  it.each([
    ['A3', ''],
    ['A3', 'sha256'],
    ['A3', 'sha256:'],
    ['A3', ':abc'],
    ['A3', `SHA256:${hex(64)}`],
    ['A3', 'sha256+foo+-b:abc'],
    ['A3', '+sha256:abc'],
    ['A3', 'sha256+:abc'],
    ['A3', 'md5:a:b'],
    ['A3', 'md5:a b'],
    ['A3', 'md5:a\n'],
    ['A3', ` sha256:${hex(64)}`],
    ['A3', `sha256:${hex(64)}\n`],
    ['A3', 'md5:é'],
    ['D15', 'sha256:../../etc/passwd'],
    ['D15', '../x:abc'],
    ['D15', 'md5:..'],
    ['A4', `sha256:${hex(63)}`],
    ['A4', `sha256:${hex(65)}`],
    ['A4', `sha256:${hex(64, 'A')}`],
    ['A4', `sha256:${hex(64, 'g')}`],
    ['A5', `sha512:${hex(64)}`],
    ['A5', `sha512:${hex(127)}`],
    ['A5', `sha512:${hex(129)}`],
    ['A5', `sha512:${hex(128, 'F')}`],
    ['A6', `blake3:${hex(64, 'F')}`],
    ['A6', `blake3:${hex(128)}`],
  ])('%s refuses %j', (_id, text) => {
    expect(isDigest(text)).toBe(false);
    expect(faultOf(() => parseDigest(text))).toMatchObject({ code: 'INVALID_ARGUMENT', found: text });
  });

  it.each([
    ['sha256', 'digest "sha256" is not well formed: there is no ":" between algorithm and value'],
    ['sha256:ab', 'digest "sha256:ab" is not well formed: sha256 needs 64 hexadecimal digits, got 2 characters'],
    ['sha512:', 'digest "sha512:" is not well formed: sha512 needs 128 hexadecimal digits, got 0 characters'],
    [
      `sha256:${hex(64, 'A')}`,
      `digest "sha256:${hex(64, 'A')}" is not well formed: sha256 needs lower-case hexadecimal digits`,
    ],
    ['md5:?', 'digest "md5:?" is not well formed: algorithm or value has characters that a digest cannot have'],
    [
      'constructor:?',
      'digest "constructor:?" is not well formed: algorithm or value has characters that a digest cannot have',
    ],
  ])('says what is wrong with %j', (text, message) => {
    expect(faultOf(() => parseDigest(text)).message).toBe(message);
  });

  it('A3 never throws anything else', () => {
    const part = fc.constantFrom(
      'sha256',
      'sha512',
      ':',
      '+',
      '-',
      '.',
      'constructor',
      '__proto__',
      'a',
      'A',
      '\n',
      '=',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const outcome = settle(() => parseDigest(text));
        if ('fault' in outcome) expect(outcome.fault.code).toBe('INVALID_ARGUMENT');
        else expect(`${algorithmOf(outcome.value)}:${encodedOf(outcome.value)}`).toBe(text);
      }),
    );
  });
});

describe('hashing', () => {
  it.each([
    ['A7', 'sha256', 'abc', SHA256_ABC],
    ['A7', 'sha512', 'abc', SHA512_ABC],
    ['A30', 'sha256', '', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ] as const)('%s %s of %j', (_id, algorithm, content, digest) => {
    expect(digestOf(Buffer.from(content), algorithm)).toBe(digest);
    expect(digestFromHash(algorithm, hasherFor(parseDigest(digest)).update(content))).toBe(digest);
  });

  it('A9 is sha256 unless asked otherwise', () => {
    expect(digestOf(abc)).toBe(SHA256_ABC);
  });

  it.each([
    ['A6', `blake3:${hex(64)}`, 'blake3'],
    ['A8', 'sha256+b64u:abc', 'sha256+b64u'],
    ['A8', 'constructor:abc', 'constructor'],
  ])('%s content of %s is never "verified"', (_id, text, algorithm) => {
    const digest = parseDigest(text);
    const expected = { code: 'UNSUPPORTED', expected: 'sha256 or sha512', found: algorithm };
    expect(faultOf(() => hasherFor(digest))).toMatchObject(expected);
    expect(faultOf(() => checkDigest(abc, digest, 'blob'))).toMatchObject(expected);
  });

  it.each([SHA256_ABC, SHA512_ABC])('A7 checks bytes against %s', (text) => {
    const digest = parseDigest(text);
    checkDigest(abc, digest, 'blob');
    const fault = faultOf(() => checkDigest(Buffer.from('abd'), digest, 'blob'));
    expect(fault).toMatchObject({ code: 'DIGEST_MISMATCH', expected: text, found: expect.stringMatching(/^sha/) });
    expect(fault.message).toBe(`blob has other content: its digest is ${fault.found}`);
  });
});
