import { quote } from '../../oci/text/quote.js';
import { Refusal } from '../values/refusal.js';
import { type Certificate, isIssuedBy, isSelfSigned, type Usage } from './certificate.js';

/** For what the first certificate of a chain is. */
export type Purpose = 'codeSigning' | 'timestamping';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const ANY_PURPOSE = '2.5.29.37.0';

/** Purposes that a certificate for code signing must not have, beside none or others. */
const FOREIGN = [SERVER_AUTH, CLIENT_AUTH, EMAIL_PROTECTION, TIME_STAMPING, OCSP_SIGNING, ANY_PURPOSE];

/** Bits that the key usage of a signer may not have. */
const FOREIGN_USAGES: readonly Usage[] = [
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

/**
 * Checks that a chain is complete, from the signer to a certificate that signed itself, and that each certificate may do
 * what it does there (signature-specification.md, "Certificate Requirements"). Neither trust nor time is looked at.
 *
 * @throws Refusal
 */
export function checkChain(chain: readonly Certificate[], purpose: Purpose): void {
  for (const [place, certificate] of chain.entries()) {
    if (!certificate.isSignedStrongly) throw refused(certificate, 'is signed with an algorithm other than SHA-2');
    checkIssuer(certificate, chain[place + 1], chain.length);
    if (place === 0) checkSigner(certificate, purpose);
    else checkAuthority(certificate, place - 1, purpose);
  }
}

function checkIssuer(certificate: Certificate, issuer: Certificate | undefined, length: number): void {
  if (issuer === undefined) {
    if (!isSelfSigned(certificate)) throw refused(certificate, 'is the last of the chain, and not signed by itself');
    return;
  }
  if (!isIssuedBy(certificate, issuer)) {
    throw refused(certificate, `is not issued by the next of its chain of ${length}, ${quote(issuer.subject)}`);
  }
  if (isSelfSigned(certificate)) throw refused(certificate, 'is signed by itself, and not the last of the chain');
}

function checkSigner(certificate: Certificate, purpose: Purpose): void {
  const { basicConstraints, keyUsage, extendedKeyUsage } = certificate;
  if (basicConstraints?.isCa) throw refused(certificate, 'is of an authority, wanted one of a signer');
  checkKeyUsage(certificate, purpose);
  if (!keyUsage?.usages.includes('digitalSignature'))
    throw refused(certificate, 'lacks the key usage digitalSignature');
  const foreign = FOREIGN_USAGES.find((usage) => keyUsage.usages.includes(usage));
  if (foreign !== undefined) throw refused(certificate, `has the key usage ${foreign}`);
  const purposes = extendedKeyUsage?.purposes ?? [];
  if (purpose === 'timestamping') {
    const isOnly = purposes.length === 1 && purposes[0] === TIME_STAMPING && extendedKeyUsage?.isCritical === true;
    if (!isOnly) throw refused(certificate, 'lacks timeStamping as its only, critical extended key usage');
  } else {
    const other = purposes.find((one) => FOREIGN.includes(one));
    if (other !== undefined) throw refused(certificate, `is for the purpose ${other}, wanted code signing`);
  }
}

function checkAuthority(certificate: Certificate, below: number, purpose: Purpose): void {
  const { basicConstraints, keyUsage, extendedKeyUsage } = certificate;
  if (!basicConstraints?.isCa) throw refused(certificate, 'issued another, and is not of an authority');
  if (basicConstraints.pathLength !== undefined && basicConstraints.pathLength < below) {
    throw refused(certificate, `allows ${basicConstraints.pathLength} authorities below it, got ${below}`);
  }
  checkKeyUsage(certificate, purpose);
  if (!keyUsage?.usages.includes('keyCertSign')) throw refused(certificate, 'lacks the key usage keyCertSign');
  const purposes = extendedKeyUsage?.purposes ?? [];
  if (
    purpose === 'timestamping' &&
    purposes.length > 0 &&
    ![TIME_STAMPING, ANY_PURPOSE].some((one) => purposes.includes(one))
  ) {
    throw refused(certificate, 'issued a certificate for timestamps, and is for other purposes');
  }
}

function checkKeyUsage(certificate: Certificate, purpose: Purpose): void {
  if (certificate.keyUsage === undefined) throw refused(certificate, 'has no key usage');
  // Authorities for timestamps leave it out, and notation does not ask them for it.
  if (purpose === 'codeSigning' && !certificate.keyUsage.isCritical) {
    throw refused(certificate, 'has a key usage that is not critical');
  }
}

function refused(certificate: Certificate, complaint: string): Refusal {
  return new Refusal('wrong', 'certificate', `certificate ${quote(certificate.subject)} ${complaint}`);
}

/** A time with how far it may be off, milliseconds. */
export interface Moment {
  readonly time: Date;
  readonly accuracy: number;
}

/**
 * Checks that all certificates of a chain were in their time for the whole of a moment.
 *
 * @param what says of the moment, for messages, like `time of verification`
 * @throws Refusal
 */
export function checkTime(chain: readonly Certificate[], { time, accuracy }: Moment, what: string): void {
  for (const { subject, notBefore, notAfter } of chain) {
    if (time.getTime() - accuracy < notBefore.getTime() || time.getTime() + accuracy > notAfter.getTime()) {
      throw new Refusal(
        'wrong',
        'expired',
        `certificate ${quote(subject)} holds from ${iso(notBefore)} to ${iso(notAfter)}; the ${what} is ${iso(time)}`,
      );
    }
  }
}

/** RFC 3339 in UTC, without fractions where there are none. */
export function iso(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
