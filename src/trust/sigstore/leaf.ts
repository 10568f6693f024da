import { type KeyObject, X509Certificate as NodeCertificate } from 'node:crypto';
import { ASN1Obj, X509Certificate } from '@sigstore/core';
import { quote } from '../../oci/text/quote.js';
import type { Signer } from '../values/judgement.js';
import { isWrong, refuseErrors } from './refusal.js';

/** A signer's certificate, not verified yet. */
export interface Leaf {
  readonly certificate: X509Certificate;
  readonly der: Buffer<ArrayBuffer>;
  readonly key: KeyObject;
  readonly signer: Signer;
}

const Oid = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  /** Fulcio's, https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
  issuer: '1.3.6.1.4.1.57264.1.8',
  oldIssuer: '1.3.6.1.4.1.57264.1.1',
  username: '1.3.6.1.4.1.57264.1.7',
} as const;

/** The extensions that a certificate may call critical: the verifier knows them. */
const KNOWN: readonly string[] = [Oid.keyUsage, Oid.subjectAltName, Oid.basicConstraints, Oid.extendedKeyUsage];

/**
 * Reads a signer's certificate.
 *
 * @throws Refusal where it cannot be read
 */
export function readLeaf(der: Buffer<ArrayBuffer>): Leaf {
  try {
    const own = new NodeCertificate(der);
    const certificate = X509Certificate.parse(der);
    return { certificate, der, key: own.publicKey, signer: signerOf(certificate, own) };
  } catch (error) {
    // OpenSSL and the reader of ASN.1 have an error for each way in which bytes are odd.
    if (!(error instanceof Error)) throw error;
    throw isWrong('certificate', `certificate cannot be read: ${error.message}`);
  }
}

/**
 * Checks what the verifier leaves out (RFC 5280, section 4.2): the use of the key, extensions that nobody knows, and those
 * that stand twice, of which two readers may take two.
 *
 * @throws Refusal
 */
export function checkUse({ certificate, der }: Leaf): void {
  const oids = refuseErrors(() => certificate.extensions.map(({ subs }) => subs[0]?.toOID() ?? ''));
  const twice = oids.find((oid, index) => oids.indexOf(oid) !== index);
  if (twice !== undefined) throw isWrong('certificate', `certificate has the extension ${twice} twice`);
  const unknown = oids.find((oid) => !KNOWN.includes(oid) && certificate.extension(oid)?.critical);
  if (unknown !== undefined) throw isWrong('certificate', `certificate has the unknown critical extension ${unknown}`);
  const { keyUsage: uses, ca } = new NodeCertificate(der);
  if (ca) throw isWrong('certificate', 'certificate is one of an authority, wanted one of a signer');
  if (!uses?.includes(Oid.codeSigning)) throw isWrong('certificate', 'certificate is not one for signing code');
  if (certificate.extKeyUsage?.digitalSignature === false) {
    throw isWrong('certificate', 'certificate is not one for signatures');
  }
}

function signerOf(certificate: X509Certificate, { subject }: NodeCertificate): Signer {
  const identity = identityIn(certificate);
  const issuer = issuerIn(certificate);
  if (identity !== undefined && issuer !== undefined) return { type: 'identity', identity, issuer };
  return { type: 'certificate', subject: (subject ?? '').split('\n').toReversed().join(',') };
}

/** The only subject alternative name: of two, a policy could look at one and a reader at the other. */
function identityIn(certificate: X509Certificate): string | undefined {
  const [name, second] = certificate.extension(Oid.subjectAltName)?.valueObj.subs[0]?.subs ?? [];
  if (name === undefined || second !== undefined) return undefined;
  if (name.tag.isContextSpecific(1) || name.tag.isContextSpecific(6)) return ascii(name.value);
  if (!name.tag.isContextSpecific(0)) return undefined;
  const [type, value] = name.subs;
  return type?.toOID() === Oid.username && value?.subs[0] !== undefined ? utf8Of(value.subs[0]) : undefined;
}

function issuerIn(certificate: X509Certificate): string | undefined {
  const issuer = certificate.extension(Oid.issuer)?.value;
  if (issuer !== undefined) return utf8Of(ASN1Obj.parseBuffer(Buffer.from(issuer)));
  const old = certificate.extension(Oid.oldIssuer)?.value;
  return old === undefined ? undefined : ascii(old);
}

const UTF8_STRING = 0x0c;

function utf8Of({ tag, value }: ASN1Obj): string {
  if (!tag.isUniversal() || tag.number !== UTF8_STRING) throw new Error('name is not a UTF8String');
  return plain(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value));
}

/** Node.js's `ascii` drops the highest bit: another name would become the one that is trusted. */
function ascii(bytes: Buffer): string {
  if (bytes.some((byte) => byte > 0x7e)) throw new Error('name is not ASCII');
  return plain(bytes.toString('latin1'));
}

function plain(text: string): string {
  if (text === '' || /\p{Cc}/u.test(text)) throw new Error(`name ${quote(text)} is empty or has control characters`);
  return text;
}
