import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { complaintOf, fingerprintOf } from '../keys/public-key.js';

/** A private key that can sign, with what tells it apart. Made by `readSigningKey`. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** SHA-256 of the SubjectPublicKeyInfo, in hex. */
  readonly fingerprint: string;
}

/** @returns the key, or why it cannot sign: its algorithm, curve or size */
export function signingKeyOf(privateKey: KeyObject): SigningKey | { readonly complaint: string } {
  const publicKey = createPublicKey(privateKey);
  const complaint = complaintOf(publicKey);
  return complaint === undefined ? { privateKey, publicKey, fingerprint: fingerprintOf(publicKey) } : { complaint };
}

/**
 * The hash of all signatures but those of Ed25519. cosign 3.1 signs with SHA-384 on P-384 and SHA-512 on P-521, and its
 * `verify --key` then refuses its own signatures: it tries SHA-256 on every curve.
 */
const HASH = 'sha256';

function hashFor({ asymmetricKeyType }: KeyObject): string | null {
  return asymmetricKeyType === 'ed25519' ? null : HASH;
}

/** Signs bytes: ECDSA (DER) and RSA PKCS #1 v1.5 with SHA-256, or Ed25519. */
export function signBytes({ privateKey }: SigningKey, data: Uint8Array): Buffer {
  return sign(hashFor(privateKey), data, privateKey);
}

/** Whether {@link signBytes} can have made the signature. */
export function isOwnSignature({ publicKey }: SigningKey, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(hashFor(publicKey), data, publicKey, signature);
  } catch (error) {
    // OpenSSL has a code for each way in which bytes are not a signature.
    if (!(error instanceof Error)) throw error;
    return false;
  }
}
