import { generateKeyPairSync, type KeyObject, randomBytes, scryptSync } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';

/** A key pair of the test's own. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** All kinds of keys that sign, each made when it is asked for. */
export const KEY_KINDS: Readonly<Record<string, () => KeyPair>> = {
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
  'RSA 2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

export function newKey(kind = 'P-256'): KeyPair {
  const make = KEY_KINDS[kind];
  if (make === undefined) throw new Error(`${kind} is not a kind of key`);
  return make();
}

/** PKCS #8, PEM; with a passphrase encrypted. */
export function pemOf({ privateKey }: KeyPair, passphrase?: string): string {
  const encrypted = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...encrypted }).toString();
}

export function publicPemOf({ publicKey }: KeyPair): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/** A key file as cosign writes it. */
export function cosignPemOf(
  { privateKey }: KeyPair,
  passphrase: string,
  { label = 'SIGSTORE', N = 1024, r = 8, p = 1, nonce = randomBytes(24) } = {},
): string {
  const salt = randomBytes(32);
  const isSane = 128 * N * r < 2 ** 28;
  const secret = isSane ? scryptSync(passphrase, salt, 32, { N, r, p, maxmem: 2 ** 29 }) : randomBytes(32);
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  const ciphertext = nonce.length === 24 ? xsalsa20poly1305(secret, nonce).encrypt(der) : der;
  const document = {
    kdf: { name: 'scrypt', params: { N, r, p }, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(ciphertext).toString('base64'),
  };
  const name = `ENCRYPTED ${label} PRIVATE KEY`;
  const lines = Buffer.from(JSON.stringify(document)).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN ${name}-----\n${lines}\n-----END ${name}-----\n`;
}
