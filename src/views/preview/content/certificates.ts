import { X509Certificate } from 'node:crypto';
import type { Part } from '../model/preview.js';
import { facts } from '../model/reader.js';
import { clip } from '../model/values.js';

/** Certificates of a file or a signature that are shown. */
const MAX_CERTIFICATES = 20;

/** Subjects, issuers and dates of certificates, DER or PEM. */
export function certificateParts(certificates: readonly (Uint8Array | string)[]): readonly Part[] {
  const shown = certificates.slice(0, MAX_CERTIFICATES);
  return shown.flatMap((one, index) => {
    const certificate = readable(one);
    const title = certificates.length === 1 ? 'Certificate' : `Certificate ${index + 1} of ${certificates.length}`;
    if (certificate === undefined) return facts(title, [['Certificate', 'cannot be read']]);
    return facts(title, [
      ['Subject', clip(oneLine(certificate.subject))],
      ['Names', clip(certificate.subjectAltName ?? '')],
      ['Issuer', clip(oneLine(certificate.issuer))],
      ['Valid from', dateOf(certificate.validFrom)],
      ['Valid until', dateOf(certificate.validTo)],
      ['Authority', certificate.ca ? 'yes' : ''],
      ['Serial number', clip(certificate.serialNumber)],
      ['SHA-256', certificate.fingerprint256.replaceAll(':', '').toLowerCase()],
    ]);
  });
}

/** The certificates of a text in PEM. */
export function pemBlocks(text: string): readonly string[] {
  const begin = '-----BEGIN CERTIFICATE-----';
  const end = '-----END CERTIFICATE-----';
  const blocks: string[] = [];
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + begin.length)) {
    const found = text.indexOf(end, at);
    blocks.push(text.slice(at, found < 0 ? text.length : found + end.length));
  }
  return blocks;
}

function readable(certificate: Uint8Array | string): X509Certificate | undefined {
  try {
    return new X509Certificate(certificate);
  } catch (error) {
    // OpenSSL has errors of many kinds for bytes that are not a certificate.
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** Node.js writes a part of a name in a line of its own. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

function dateOf(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? clip(text) : date.toISOString().replace('.000Z', 'Z');
}
