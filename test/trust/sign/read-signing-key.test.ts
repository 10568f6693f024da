import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/trust/keys/public-key.js';
import { readSigningKey } from '../../../src/trust/sign/read-signing-key.js';
import { isOwnSignature, signBytes } from '../../../src/trust/sign/signing-key.js';
import { makeAuthority } from '../../support/certificates.js';
import { cosignPemOf, KEY_KINDS, newKey, pemOf, publicPemOf } from '../../support/signing-keys.js';

const DATA = Buffer.from('data');
const PASSPHRASE = 'kettle-of-11-fish';

describe.each(Object.keys(KEY_KINDS))('a key of %s', (kind) => {
  const pair = newKey(kind);
  const fingerprint = fingerprintOf(pair.publicKey);

  it.each<[string, Parameters<typeof readSigningKey>]>([
    ['PKCS #8', [pemOf(pair)]],
    ['bytes of PKCS #8', [Buffer.from(pemOf(pair))]],
    ['PKCS #8, encrypted', [pemOf(pair, PASSPHRASE), { passphrase: PASSPHRASE }]],
    ['a key file of cosign', [cosignPemOf(pair, PASSPHRASE), { passphrase: async () => PASSPHRASE }]],
    ["a key file of cosign's first versions", [cosignPemOf(pair, '', { label: 'COSIGN' }), { passphrase: '' }]],
    ['a key of node:crypto', [pair.privateKey]],
    ['PKCS #8 behind a text and a certificate', [`Key of Ann\n${publicPemOf(pair)}${pemOf(pair)}`]],
  ])('signs from %s', async (_what, [source, options]) => {
    const key = await readSigningKey(source, options);
    expect(key.fingerprint).toBe(fingerprint);
    const signature = signBytes(key, DATA);
    expect(isOwnSignature(key, DATA, signature)).toBe(true);
    expect(isOwnSignature(key, Buffer.from('other'), signature)).toBe(false);
    expect(isOwnSignature(key, DATA, Buffer.from('junk'))).toBe(false);
  });
});

describe('a private key in an older form', () => {
  it.each([
    ['SEC 1', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' })],
    [
      'PKCS #1',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }),
    ],
  ])('signs from %s', async (_what, pem) => {
    const key = await readSigningKey(pem.toString());
    expect(isOwnSignature(key, DATA, signBytes(key, DATA))).toBe(true);
  });
});

it('asks for no passphrase where the key is not encrypted', async () => {
  const passphrase = () => Promise.reject(new Error('asked'));
  await expect(readSigningKey(pemOf(newKey()), { passphrase })).resolves.toBeDefined();
});

describe('refuses with what it is', () => {
  const pair = newKey();
  const encrypted = pemOf(pair, PASSPHRASE);
  const ofCosign = cosignPemOf(pair, PASSPHRASE);
  const ec = (namedCurve: string) => pemOf(generateKeyPairSync('ec', { namedCurve }));
  const certificate = async () => (await makeAuthority()).ca;
  it.each<[string, () => Parameters<typeof readSigningKey>[0] | Promise<string>, string, RegExp]>([
    ['a public key', () => publicPemOf(pair), '', /^key is a public key, wanted a private key/],
    ['a public key of node:crypto', () => pair.publicKey, '', /is a public key/],
    ['a certificate', certificate, '', /is a certificate, wanted a private key/],
    ['an empty file', () => ' \n', '', /is empty/],
    ['text', () => 'hello', '', /is not PEM/],
    ['half a block', () => pemOf(pair).slice(0, 80), '', /not complete/],
    ['two keys', () => pemOf(pair) + pemOf(newKey()), '', /several private keys/],
    ['a broken key', () => pemOf(pair).replace(/\n[A-Za-z0-9+/]{64}\n/, '\nAAAA\n'), '', /cannot be read/],
    [
      'a key of SSH',
      () => '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
      '',
      /"OPENSSH PRIVATE KEY", wanted PRIVATE KEY/,
    ],
    [
      "OpenSSL's own encryption",
      () =>
        '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n',
      '',
      /before PKCS #8/,
    ],
    ['another curve', () => ec('secp256k1'), '', /ECDSA key on secp256k1/],
    ['Ed448', () => pemOf(generateKeyPairSync('ed448')), '', /type ed448/],
    ['a short RSA key', () => pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 })), '', /1024 bits/],
    ['a wrong passphrase', () => encrypted, 'ladder-of-12-rungs', /cannot be decrypted with this passphrase/],
    [
      "a wrong passphrase of cosign's",
      () => ofCosign,
      'ladder-of-12-rungs',
      /cannot be decrypted with this passphrase/,
    ],
    ['billions of rounds', () => withRounds(encrypted), PASSPHRASE, /too many rounds/],
    ['more memory than cosign takes', () => cosignPemOf(pair, '', { N: 2 ** 30 }), '', /N=1073741824, r=8.*too much/],
    ['more time than cosign takes', () => cosignPemOf(pair, '', { N: 2 ** 30, r: 1, p: 4096 }), '', /too much/],
    ['rounds that scrypt does not have', () => cosignPemOf(pair, '', { N: 2 ** 29 - 1 }), '', /too much/],
    ['a short nonce', () => cosignPemOf(pair, '', { nonce: Buffer.from('short') }), '', /nonce of 5 bytes/],
    ['another cipher', () => ofCosignWith('nacl/secretbox', 'nacl/other'), '', /wanted nacl\/secretbox/],
    ['a cosign block without JSON', () => ofCosign.replace(/\n[^-]+\n/, '\nAAAA\n'), '', /is not/],
    ['a large file', () => Buffer.alloc(2 ** 20 + 1), '', /1048577 bytes/],
  ])('%s', async (_what, source, passphrase, message) => {
    await expect(readSigningKey(await source(), { passphrase })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });

  /** The 2048 rounds of PBKDF2 (02 02 08 00) with two bytes of the salt before them, as 2 billion. */
  function withRounds(pem: string): string {
    const [, body = ''] = /-----\n([^-]+)-----/.exec(pem) ?? [];
    const der = Buffer.from(body, 'base64');
    const at = der.indexOf(Buffer.from('02020800', 'hex'));
    expect(at).toBeGreaterThan(0);
    // The salt before it becomes two bytes shorter, so that all lengths around it stay.
    const salt = [8, 16]
      .map((length) => at - length - 2)
      .find((place) => der[place] === 0x04 && der[place + 1] === at - place - 2);
    if (salt === undefined) throw new Error('the salt stands elsewhere');
    const shorter = Buffer.concat([
      der.subarray(0, salt),
      Buffer.from([0x04, (der[salt + 1] ?? 0) - 2]),
      der.subarray(salt + 2, at - 2),
      Buffer.from('02047fffffff', 'hex'),
      der.subarray(at + 4),
    ]);
    return pem.replace(body, `${shorter.toString('base64')}\n`);
  }

  function ofCosignWith(from: string, to: string): string {
    const [, body = ''] = /-----\n([^-]+)-----/.exec(ofCosign) ?? [];
    const json = Buffer.from(body, 'base64').toString().replace(from, to);
    return ofCosign.replace(body, `${Buffer.from(json).toString('base64')}\n`);
  }

  it('an encrypted key without a passphrase', async () => {
    await expect(readSigningKey(encrypted, { name: 'ann.pem' })).rejects.toThrow('ann.pem is encrypted, and no');
  });

  it('without a word of the key or the passphrase', async () => {
    const failure = await readSigningKey(ofCosign, { passphrase: 'ladder-of-12-rungs' }).catch(String);
    expect(failure).not.toMatch(/kettle|ladder|AAAA/);
  });
});
