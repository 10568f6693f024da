import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedBy } from '../../../src/trust/keys/public-key.js';
import { trustKey } from '../../../src/trust/keys/trust-key.js';
import { makeAuthority } from '../../support/certificates.js';

function ecPair(namedCurve: string) {
  return generateKeyPairSync('ec', { namedCurve });
}

function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

const p256 = ecPair('P-256');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');

describe('a key that can be trusted', () => {
  it.each([
    ['P-256', p256],
    ['P-384', ecPair('P-384')],
    ['P-521', ecPair('P-521')],
    ['Ed25519', ed25519],
    ['RSA', rsa],
  ])('%s', (_name, { publicKey }) => {
    const der = publicKey.export({ type: 'spki', format: 'der' });
    const fingerprint = createHash('sha256').update(der).digest('hex');
    expect(trustKey(spki(publicKey))).toMatchObject({ type: 'key', name: fingerprint, fingerprint });
  });

  it('reads bytes, Windows line ends, and text around the block', () => {
    const text = `the key of the team\r\n${spki(p256.publicKey).replaceAll('\n', '\r\n')}\r\n`;
    expect(trustKey(Buffer.from(text), { name: 'team' })).toMatchObject({ name: 'team' });
  });

  it('reads an RSA key of PKCS #1: the same key', () => {
    const pkcs1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(pkcs1).toContain('BEGIN RSA PUBLIC KEY');
    expect(trustKey(pkcs1).fingerprint).toBe(trustKey(spki(rsa.publicKey)).fingerprint);
  });

  it('takes the key of a certificate', async () => {
    const { cert } = await (await makeAuthority()).client('team');
    expect(trustKey(cert).fingerprint).toBe(trustKey(spki(createPublicKey(cert))).fingerprint);
  });
});

describe('a text that is refused', () => {
  const secret = (options: object) => p256.privateKey.export({ type: 'pkcs8', format: 'pem', ...options }).toString();
  const block = (label: string) => `-----BEGIN ${label}-----\nMTIz\n-----END ${label}-----\n`;
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  it.each([
    ['nothing', '', /it is nothing, wanted a PEM public key/],
    ['no PEM', 'hello', /it is no PEM/],
    ['a DER key', p256.publicKey.export({ type: 'spki', format: 'der' }), /it is no PEM/],
    ['a key of SSH', 'ssh-ed25519 AAAAC3 me', /a public key of SSH/],
    ['a cut block', spki(p256.publicKey).slice(0, 60), /not complete/],
    ['a private key', secret({}), /it is a private key, wanted a public key/],
    ['an encrypted private key', secret({ cipher: 'aes-256-cbc', passphrase: 'x' }), /an encrypted private key/],
    [
      'an encrypted private key of old OpenSSL',
      p256.privateKey.export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
      /an encrypted private key/,
    ],
    ['a cut private key', secret({}).slice(0, 60), /it is a private key, wanted a public key/],
    ["cosign's key", block('ENCRYPTED SIGSTORE PRIVATE KEY'), /cosign's encrypted private key/],
    ["cosign's old key", block('ENCRYPTED COSIGN PRIVATE KEY'), /cosign's encrypted private key/],
    ['a private key beside a public one', spki(p256.publicKey) + secret({}), /a private key/],
    ['two keys', spki(p256.publicKey) + spki(rsa.publicKey), /2 PEM blocks, wanted one/],
    ['a request for a certificate', block('CERTIFICATE REQUEST'), /PEM of "CERTIFICATE REQUEST"/],
    ['damaged base64', block('PUBLIC KEY'), /"PUBLIC KEY" that cannot be read/],
    ['a damaged certificate', block('CERTIFICATE'), /"CERTIFICATE" that cannot be read/],
    ['another curve', spki(ecPair('secp256k1').publicKey), /an ECDSA key on secp256k1/],
    ['another algorithm', spki(generateKeyPairSync('x25519').publicKey), /a key of type x25519/],
    ['a small RSA key', spki(small), /an RSA key of 1024 bits, wanted 2048 or more/],
    ['a text too long', 'x'.repeat(1024 * 1024 + 1), /wanted at most/],
  ])('%s', (_name, pem, message) => {
    expect(() => trustKey(pem)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });

  it('a certificate out of its time, with both times', async () => {
    const { cert } = await (await makeAuthority()).client('team');
    const at = (now: string) => () => trustKey(cert, { name: 'team', now: new Date(now) });
    expect(at('2099-01-01')).toThrow(/^key "team" .* was valid until .*, and now is 2099-01-01T/);
    expect(at('2000-01-01')).toThrow(/^key "team" .* is valid from .*, and now is 2000-01-01T/);
  });
});

describe('isSignedBy', () => {
  const data = Buffer.from('data');
  it.each([
    ['P-256', p256, 'sha256'],
    ['P-384 with its hash', ecPair('P-384'), 'sha384'],
    ['P-384 as cosign signs', ecPair('P-384'), 'sha256'],
    ['P-521 with its hash', ecPair('P-521'), 'sha512'],
    ['RSA', rsa, 'sha256'],
    ['Ed25519', ed25519, null],
  ])('%s', (_name, { publicKey, privateKey }, hash) => {
    const signature = sign(hash, data, privateKey);
    expect(isSignedBy(publicKey, data, signature)).toBe(true);
    expect(isSignedBy(publicKey, Buffer.from('date'), signature)).toBe(false);
    expect(isSignedBy(publicKey, data, Buffer.alloc(0))).toBe(false);
  });

  it('refuses a hash that fits no curve, and a curve that no key may have', () => {
    expect(isSignedBy(p256.publicKey, data, sign('sha1', data, p256.privateKey))).toBe(false);
    const odd = ecPair('secp256k1');
    expect(isSignedBy(odd.publicKey, data, sign('sha256', data, odd.privateKey))).toBe(false);
  });
});
