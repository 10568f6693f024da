import { X509Certificate } from 'node:crypto';
import { X509Certificate as ReadCertificate } from '@sigstore/core';
import type { ClaimedSigner } from '../values/claimed.js';
import { bytesOf, ifReadable } from './lenient.js';

/** Fulcio's extensions for the issuer of the login: a DER string, and before 2022 the bare text (Fulcio, oid-info.md). */
const ISSUER = '1.3.6.1.4.1.57264.1.8';
const OLD_ISSUER = '1.3.6.1.4.1.57264.1.1';
/** The name in a certificate for a user without an address. */
const USER_NAME = '1.3.6.1.4.1.57264.1.7';

/** The signer that a certificate names: of Fulcio's the identity and the issuer, of others the subject. */
export function signerOfCertificate(certificate: Buffer<ArrayBuffer> | string): ClaimedSigner | undefined {
  return ifReadable(() => {
    const named = new X509Certificate(certificate);
    return identityOf(Buffer.from(named.raw)) ?? { type: 'certificate', subject: nameText(named.subject) };
  });
}

/** The signer that a hint names: a hint of cosign's is the digest of the key, in base64. */
export function signerOfHint(hint: string): ClaimedSigner {
  if (/^[0-9a-f]{64}$/.test(hint)) return { type: 'key', fingerprint: hint };
  const bytes = bytesOf(hint);
  return bytes?.length === 32 ? { type: 'key', fingerprint: bytes.toString('hex') } : { type: 'hint', hint };
}

function identityOf(der: Buffer<ArrayBuffer>): ClaimedSigner | undefined {
  return ifReadable(() => {
    const certificate = ReadCertificate.parse(der);
    const names = certificate.extSubjectAltName;
    const identity = names?.uri ?? names?.rfc822Name ?? names?.otherName(USER_NAME);
    const issuer =
      certificate.extension(ISSUER)?.valueObj.subs[0]?.value ?? certificate.extension(OLD_ISSUER)?.valueObj.value;
    if (identity === undefined || issuer === undefined) return undefined;
    return { type: 'identity', identity, issuer: issuer.toString('utf8') };
  });
}

/** A distinguished name as RFC 4514 writes it, of one with a line for each part. */
function nameText(lines: string): string {
  return lines.split('\n').reverse().join(',');
}
