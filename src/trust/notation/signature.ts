import { constants, type KeyObject, verify } from 'node:crypto';
import { quote } from '../../oci/text/quote.js';
import { Refusal } from '../values/refusal.js';
import type { Envelope } from './envelope.js';

interface Algorithm {
  readonly name: string;
  readonly hash: string;
  /** Bytes of a signature by a curve. */
  readonly length?: number;
}

/** The one algorithm of each key: RSA by its bits, EC by its curve (signature-specification.md, "Algorithm Selection"). */
const ALGORITHMS: ReadonlyMap<string | number, Algorithm> = new Map<string | number, Algorithm>([
  [2048, { name: 'PS256', hash: 'sha256' }],
  [3072, { name: 'PS384', hash: 'sha384' }],
  [4096, { name: 'PS512', hash: 'sha512' }],
  ['prime256v1', { name: 'ES256', hash: 'sha256', length: 64 }],
  ['secp384r1', { name: 'ES384', hash: 'sha384', length: 96 }],
  ['secp521r1', { name: 'ES512', hash: 'sha512', length: 132 }],
]);

/**
 * Checks the signature with the key of the signer's certificate.
 *
 * @throws Refusal
 */
export function checkSignature(envelope: Envelope, key: KeyObject): void {
  const algorithm = algorithmFor(key);
  if (envelope.algorithm !== algorithm.name) {
    throw wrong(
      `envelope names the algorithm ${quote(envelope.algorithm)}, and its certificate needs ${algorithm.name}`,
    );
  }
  const { hash, length } = algorithm;
  const { signature } = envelope;
  const holds =
    length === undefined
      ? verify(hash, envelope.signedBytes, { key, ...PSS }, signature)
      : signature.length === length &&
        verify(hash, envelope.signedBytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
  if (!holds) throw wrong('signature does not fit the envelope and its certificate');
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

function algorithmFor(key: KeyObject): Algorithm {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const size = key.asymmetricKeyType === 'rsa' ? modulusLength : namedCurve;
  const algorithm = ALGORITHMS.get(size ?? '');
  if (algorithm !== undefined) return algorithm;
  const found = [key.asymmetricKeyType, size].filter((one) => one !== undefined).join(' ');
  throw wrong(`certificate has a key ${found}, wanted RSA of 2048, 3072 or 4096 bits, or P-256, P-384 or P-521`);
}

function wrong(message: string): Refusal {
  return new Refusal('wrong', 'signature', message);
}
