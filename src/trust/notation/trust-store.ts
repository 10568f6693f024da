import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { type Certificate, isSelfSigned, readCertificate } from './certificate.js';

/** Certificates of one store, and of one file. */
export const MAX_CERTIFICATES = 1000;

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

/**
 * Reads certificates that may stand in a trust store: of authorities, or signed by themselves (trust-store-trust-policy.md,
 * "Trust Store").
 *
 * @param content DER, or PEM with one certificate or more
 * @returns DER
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function readTrustedCertificates(content: string | Uint8Array, what: string): readonly Uint8Array[] {
  const ders = dersOf(content, what);
  if (ders.length > MAX_CERTIFICATES) {
    throw invalid(`${what} has ${ders.length} certificates, wanted at most ${MAX_CERTIFICATES}`);
  }
  return ders.map((der) => trusted(der, what).raw);
}

function dersOf(content: string | Uint8Array, what: string): Uint8Array[] {
  if (typeof content !== 'string' && content[0] === 0x30) return [content];
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
  if (text.includes('PRIVATE KEY-----')) throw invalid(`${what} has a private key, wanted certificates`);
  const ders = [...text.matchAll(PEM)].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
  // A block that is cut would be a certificate that is not trusted, and nobody would know.
  if (ders.length !== text.split('-----BEGIN').length - 1) throw invalid(`${what} has PEM that is not a certificate`);
  if (ders.length === 0) throw invalid(`${what} is not a certificate, wanted PEM or DER`);
  return ders;
}

function trusted(der: Uint8Array, what: string): Certificate {
  const certificate = certificateOf(der, what);
  if (certificate.basicConstraints?.isCa || isSelfSigned(certificate)) return certificate;
  throw invalid(
    `${what} has the certificate ${quote(certificate.subject)}, which is not of an authority, nor signed by itself`,
    'Put the root of its chain there',
  );
}

function certificateOf(der: Uint8Array, what: string): Certificate {
  try {
    return readCertificate(der);
  } catch (error) {
    throw invalid(
      `${what} has a certificate that cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  }
}

function invalid(message: string, hint?: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', message, hint === undefined ? {} : { hint });
}
