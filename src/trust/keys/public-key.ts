import { constants, createHash, createPublicKey, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';

/** The curves on which ECDSA is verified, as OpenSSL names them, with the hash that fits each best. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'sha256'],
  ['secp384r1', 'sha384'],
  ['secp521r1', 'sha512'],
]);

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 16_384;

/** SHA-256 of the key's SubjectPublicKeyInfo, in hex. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256').update(spkiOf(key)).digest('hex');
}

/** The key's SubjectPublicKeyInfo, DER. */
export function spkiOf(key: KeyObject): Uint8Array {
  return key.export({ type: 'spki', format: 'der' });
}

/** The key of a SubjectPublicKeyInfo, DER; undefined where the bytes are not one. */
export function keyFromSpki(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (error) {
    // OpenSSL has a code for each way in which bytes are odd.
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** Why a key cannot be trusted: its algorithm, curve or size. Undefined where it can. */
export function complaintOf(key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return undefined;
  if (type === 'ec') {
    const curve = details?.namedCurve ?? 'an unnamed curve';
    return HASHES.has(curve) ? undefined : `an ECDSA key on ${curve}, wanted P-256, P-384 or P-521`;
  }
  if (type !== 'rsa') return `a key of type ${type}, wanted ECDSA, Ed25519 or RSA`;
  const bits = details?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS) return `an RSA key of ${bits} bits, wanted ${MIN_RSA_BITS} or more`;
  return bits > MAX_RSA_BITS ? `an RSA key of ${bits} bits, wanted at most ${MAX_RSA_BITS}` : undefined;
}

/**
 * Whether a signature over `data` is one of `key`: ECDSA (DER), Ed25519, RSA PKCS #1 v1.5 or PSS. cosign 3 signs with the
 * hash of the curve's size, cosign 2 with SHA-256 on every curve: both are tried. Its Ed25519ph (RFC 8032) is not, which
 * cosign 3.1 signs with and does not verify.
 */
export function isSignedBy(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  if (complaintOf(key) !== undefined) return false;
  if (key.asymmetricKeyType === 'ed25519') return holds(null, data, { key }, signature);
  if (key.asymmetricKeyType === 'ec') {
    const fitting = HASHES.get(key.asymmetricKeyDetails?.namedCurve ?? '') ?? 'sha256';
    return [...new Set([fitting, 'sha256'])].some((hash) => holds(hash, data, { key }, signature));
  }
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = constants;
  return [...HASHES.values()].some((hash) =>
    [RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING].some((padding) => holds(hash, data, { key, padding }, signature)),
  );
}

function holds(hash: string | null, data: Uint8Array, key: VerifyKeyObjectInput, signature: Uint8Array): boolean {
  try {
    return verify(hash, data, key, signature);
  } catch (error) {
    // OpenSSL has a code for each way in which bytes are not a signature.
    if (!(error instanceof Error)) throw error;
    return false;
  }
}
