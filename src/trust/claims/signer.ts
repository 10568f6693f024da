import { X509Certificate } from 'node:crypto';
import { readCertificate } from '../notation/certificate.js';
import { readLeaf } from '../sigstore/leaf.js';
import type { ClaimedSigner } from '../values/claimed.js';
import { bytesOf, ifReadable } from './lenient.js';

/** The signer that a certificate of Sigstore's names, DER or PEM: of Fulcio's the identity, of others the subject. */
export function signerOfCertificate(certificate: Uint8Array | string): ClaimedSigner | undefined {
  return ifReadable(() => readLeaf(Buffer.from(new X509Certificate(certificate).raw)).signer);
}

/** The signer that a certificate of Notary Project's names, DER. */
export function signerOfAuthority(certificate: Uint8Array): ClaimedSigner | undefined {
  return ifReadable(() => ({ type: 'certificate', subject: readCertificate(certificate).subject }));
}

/** The signer that a hint names: a hint of cosign's is the digest of the key, in base64. */
export function signerOfHint(hint: string): ClaimedSigner {
  if (/^[0-9a-f]{64}$/.test(hint)) return { type: 'key', fingerprint: hint };
  const bytes = bytesOf(hint);
  return bytes?.length === 32 ? { type: 'key', fingerprint: bytes.toString('hex') } : { type: 'hint', hint };
}
