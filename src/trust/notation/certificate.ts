import { type KeyObject, X509Certificate } from 'node:crypto';
import type { ASN1Obj } from '@sigstore/core';
import { given } from '../../oci/values/given.js';
import { memberOf, parseDer } from './asn1.js';
import { formatName, type Name, readName } from './distinguished-name.js';

/** The extensions that count (signature-specification.md, "Certificate Requirements"); others are not looked at. */
const KEY_USAGE = '2.5.29.15';
const BASIC_CONSTRAINTS = '2.5.29.19';
const EXTENDED_KEY_USAGE = '2.5.29.37';

/** The bits of the key usage in their order (RFC 5280, 4.2.1.3). */
const USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type Usage = (typeof USAGES)[number];

/** The parts of a certificate that count. */
export interface Certificate {
  /** DER. */
  readonly raw: Buffer;
  readonly publicKey: KeyObject;
  readonly name: Name;
  /** {@link name}, RFC 4514. */
  readonly subject: string;
  /** The names as they stand in the certificate, for comparison. */
  readonly subjectBytes: Buffer;
  readonly issuerBytes: Buffer;
  readonly serialNumber: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whether its issuer signed it with SHA-2 or by Ed25519. */
  readonly isSignedStrongly: boolean;
  readonly basicConstraints?: { readonly isCa: boolean; readonly pathLength?: number };
  readonly keyUsage?: { readonly isCritical: boolean; readonly usages: readonly Usage[] };
  readonly extendedKeyUsage?: { readonly isCritical: boolean; readonly purposes: readonly string[] };
  /** Whether the private part of a key signed it. */
  isSignedBy(key: KeyObject): boolean;
}

/** Reads a certificate, DER. It throws where the bytes are something else. */
export function readCertificate(bytes: Uint8Array): Certificate {
  const x509 = new X509Certificate(bytes);
  // It reads PEM as well, and drops what follows.
  if (!x509.raw.equals(bytes)) throw new Error('certificate is not DER');
  const root = parseDer(bytes);
  const tbs = memberOf(root, 0);
  if (!memberOf(tbs, 0).tag.isContextSpecific(0)) throw new Error('certificate is older than version 3');
  const extensions = extensionsOf(tbs);
  const name = readName(memberOf(tbs, 5));
  return {
    raw: x509.raw,
    publicKey: x509.publicKey,
    name,
    subject: formatName(name),
    subjectBytes: memberOf(tbs, 5).value,
    issuerBytes: memberOf(tbs, 3).value,
    serialNumber: memberOf(tbs, 1).value,
    notBefore: memberOf(tbs, 4, 0).toDate(),
    notAfter: memberOf(tbs, 4, 1).toDate(),
    isSignedStrongly: isStrong(memberOf(root, 1)),
    ...given({
      basicConstraints: basicConstraintsOf(extensions.get(BASIC_CONSTRAINTS)),
      keyUsage: keyUsageOf(extensions.get(KEY_USAGE)),
      extendedKeyUsage: extendedKeyUsageOf(extensions.get(EXTENDED_KEY_USAGE)),
    }),
    isSignedBy: (key) => x509.verify(key),
  };
}

/** Whether a certificate is signed by its own key, and names itself as its issuer. */
export function isSelfSigned(certificate: Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

/** Whether another certificate's key signed a certificate that names it as its issuer. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return certificate.issuerBytes.equals(issuer.subjectBytes) && certificate.isSignedBy(issuer.publicKey);
}

interface Extension {
  readonly isCritical: boolean;
  readonly value: ASN1Obj;
}

function extensionsOf(tbs: ASN1Obj): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  const list = tbs.subs.find(({ tag }) => tag.isContextSpecific(3));
  for (const one of list === undefined ? [] : memberOf(list, 0).subs) {
    const id = memberOf(one, 0).toOID();
    if (extensions.has(id)) throw new Error(`extension ${id} is there twice`);
    if (![BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE].includes(id)) continue;
    const isCritical = one.subs.length === 3 && memberOf(one, 1).toBoolean();
    extensions.set(id, { isCritical, value: parseDer(memberOf(one, one.subs.length - 1).value) });
  }
  return extensions;
}

function basicConstraintsOf(extension: Extension | undefined): Certificate['basicConstraints'] {
  if (extension === undefined) return undefined;
  const [first, second] = extension.value.subs;
  const isCa = first?.tag.isBoolean() === true && first.toBoolean();
  const length = first?.tag.isInteger() ? first : second;
  return { isCa, ...given({ pathLength: length === undefined ? undefined : Number(length.toInteger()) }) };
}

function keyUsageOf(extension: Extension | undefined): Certificate['keyUsage'] {
  if (extension === undefined) return undefined;
  const bits = extension.value.toBitString();
  return { isCritical: extension.isCritical, usages: USAGES.filter((_, place) => bits[place] === 1) };
}

function extendedKeyUsageOf(extension: Extension | undefined): Certificate['extendedKeyUsage'] {
  if (extension === undefined) return undefined;
  return { isCritical: extension.isCritical, purposes: extension.value.subs.map((one) => one.toOID()) };
}

const STRONG_SIGNATURES = new Set([
  ...['1.2.840.113549.1.1.11', '1.2.840.113549.1.1.12', '1.2.840.113549.1.1.13'],
  ...['1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3', '1.2.840.10045.4.3.4'],
  '1.3.101.112',
]);
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const SHA2 = new Set(['2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.2', '2.16.840.1.101.3.4.2.3']);

/** "Any certificate in the certificate chain MUST NOT use SHA1WithRSA and ECDSAWithSHA1 signatures." */
function isStrong(algorithm: ASN1Obj): boolean {
  const id = memberOf(algorithm, 0).toOID();
  if (id !== RSASSA_PSS) return STRONG_SIGNATURES.has(id);
  const hash = algorithm.subs[1]?.subs.find(({ tag }) => tag.isContextSpecific(0));
  return hash !== undefined && SHA2.has(memberOf(hash, 0, 0).toOID());
}
