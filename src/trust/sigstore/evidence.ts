import { hash } from 'node:crypto';
import type { SignedEntity } from '@sigstore/verify';
import { isSignedBy } from '../keys/public-key.js';
import type { LogEntry } from './log-entry.js';

/** A signature and its proofs, not trusted yet. */
export interface Evidence {
  readonly signature: Uint8Array;
  /** The bytes that the signature covers: those of the subject, or the encoding of a DSSE envelope. */
  readonly covered: Uint8Array;
  /** The same bytes, or the envelope's payload: logs have the digest of one or the other. */
  readonly payload: Uint8Array;
  /** The envelope as it was sent to a log that has its digest; absent where it is part of a bundle. */
  readonly envelope?: Uint8Array;
  /** The signer's certificate, DER. Absent for signatures by a key. */
  readonly certificate?: Buffer<ArrayBuffer>;
  /** The name that the signer gave to the key. */
  readonly hint?: string;
  readonly entries: readonly LogEntry[];
  /** Answers of RFC 3161 authorities, DER. */
  readonly timestamps: readonly Buffer<ArrayBuffer>[];
}

/** Algorithms by the length of their digests: entries of logs name either. */
const ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [32, 'sha256'],
  [48, 'sha384'],
  [64, 'sha512'],
]);

/**
 * The signature as the verifier asks about it. The verifier's own takes a bundle's word for the digest of a message; here
 * each digest is one of the bytes.
 */
export function signatureContent({ signature, covered, payload }: Evidence): SignedEntity['signature'] {
  const own = Buffer.from(signature);
  return {
    signature: own,
    compareSignature: (other) => own.equals(other),
    compareDigest: (digest) => isDigestOf(digest, payload),
    compareSignedDigest: (digest) => isDigestOf(digest, covered),
    verifySignature: (key) => isSignedBy(key, covered, own),
  };
}

function isDigestOf(digest: Buffer, bytes: Uint8Array): boolean {
  const algorithm = ALGORITHMS.get(digest.length);
  return algorithm !== undefined && hash(algorithm, bytes, 'hex') === digest.toString('hex');
}
