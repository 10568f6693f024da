import { createHash, type KeyObject, verify } from 'node:crypto';
import type { ASN1Obj } from '@sigstore/core';
import { Refusal } from '../values/refusal.js';
import { derOf, memberOf, parseDer } from './asn1.js';
import { type Certificate, readCertificate } from './certificate.js';
import type { Moment } from './chain.js';

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
/** The policy whose times are off by a second at most (RFC 3628, 5.2). */
const BASELINE_POLICY = '0.4.0.2023.1.1';

const HASHES: ReadonlyMap<string, string> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

/** Signature algorithms of a token: for which keys, and the hash where the algorithm says it. */
const SIGNATURES: ReadonlyMap<string, { readonly type: 'rsa' | 'ec'; readonly hash?: string }> = new Map([
  ['1.2.840.113549.1.1.1', { type: 'rsa' }],
  ['1.2.840.113549.1.1.11', { type: 'rsa', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { type: 'rsa', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { type: 'rsa', hash: 'sha512' }],
  ['1.2.840.10045.4.3.2', { type: 'ec', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { type: 'ec', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { type: 'ec', hash: 'sha512' }],
]);

/** Certificates in a token. */
const MAX_CERTIFICATES = 20;

/** A token of a timestamp authority whose parts belong together; whether the authority is trusted is not looked at. */
export interface TimestampToken {
  readonly moment: Moment;
  readonly signer: Certificate;
  /** All certificates of the token. */
  readonly certificates: readonly Certificate[];
}

/**
 * Reads a TimeStampToken over some bytes, and checks that the certificate that it names signed it (RFC 3161, 2.4.2; RFC
 * 5652, 5; RFC 5816).
 *
 * @throws Refusal, and errors for a structure that is another
 */
export function readTimestampToken(token: Uint8Array, stamped: Uint8Array): TimestampToken {
  const outer = parseDer(token);
  if (memberOf(outer, 0).toOID() !== SIGNED_DATA) throw new Error('it is not signed data');
  const signedData = memberOf(outer, 1, 0);
  const content = memberOf(signedData, 2);
  if (memberOf(content, 0).toOID() !== TST_INFO) throw new Error('its content is not a timestamp');
  const encoded = memberOf(content, 1, 0).value;
  const certificates = certificatesOf(signedData);
  const infos = memberOf(signedData, signedData.subs.length - 1).subs;
  const [info] = infos;
  if (info === undefined || infos.length > 1) throw new Error(`it has ${infos.length} signatures, wanted one`);
  const signer = checkSignerInfo(info, encoded, certificates);
  return { moment: momentOf(parseDer(encoded), stamped), signer, certificates };
}

function certificatesOf(signedData: ASN1Obj): Certificate[] {
  const list = signedData.subs.find(({ tag }) => tag.isContextSpecific(0))?.subs ?? [];
  if (list.length > MAX_CERTIFICATES)
    throw new Error(`it has ${list.length} certificates, wanted at most ${MAX_CERTIFICATES}`);
  return list.map((one) => readCertificate(derOf(one)));
}

function momentOf(info: ASN1Obj, stamped: Uint8Array): Moment {
  if (memberOf(info, 0).toInteger() !== 1n) throw new Error('its version is not 1');
  const hash = hashOf(memberOf(info, 2, 0));
  if (!memberOf(info, 2, 1).value.equals(createHash(hash).update(stamped).digest())) {
    throw refused('timestamp is of another signature');
  }
  const time = timeOf(memberOf(info, 4));
  const accuracy = accuracyOf(info.subs[5]);
  const isBaseline = memberOf(info, 1).toOID() === BASELINE_POLICY;
  return { time, accuracy: accuracy === 0 && isBaseline ? 1000 : accuracy };
}

/** GeneralizedTime in UTC; any number of digits may stand behind the point. */
function timeOf({ tag, value }: ASN1Obj): Date {
  const text = tag.isGeneralizedTime() ? value.toString('latin1') : '';
  const [, year, month, day, hour, minute, second, fraction = ''] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  if (Number.isNaN(time.getTime())) throw new Error('its time is not a time in UTC');
  return time;
}

/** Milliseconds, rounded up. */
function accuracyOf(accuracy: ASN1Obj | undefined): number {
  if (accuracy === undefined || !accuracy.tag.isUniversal() || accuracy.tag.number !== 0x10) return 0;
  const [seconds, millis, micros] = [
    accuracy.subs.find(({ tag }) => tag.isInteger())?.value,
    ...[0, 1].map((number) => accuracy.subs.find(({ tag }) => tag.isContextSpecific(number))?.value),
  ].map((bytes) => (bytes === undefined ? 0 : Number.parseInt(bytes.toString('hex'), 16)));
  return (seconds ?? 0) * 1000 + (millis ?? 0) + Math.ceil((micros ?? 0) / 1000);
}

function checkSignerInfo(info: ASN1Obj, content: Buffer, certificates: readonly Certificate[]): Certificate {
  const attributes = info.subs.find(({ tag }) => tag.isContextSpecific(0));
  if (attributes === undefined) throw new Error('it has no signed attributes');
  const attribute = (id: string) => {
    const all = attributes.subs.filter((one) => memberOf(one, 0).toOID() === id);
    const [first] = all;
    if (first === undefined || all.length > 1) throw new Error(`it has ${all.length} attributes ${id}, wanted one`);
    return memberOf(first, 1, 0);
  };
  if (attribute(CONTENT_TYPE).toOID() !== TST_INFO) throw new Error('it was signed for another type of content');
  const hash = hashOf(memberOf(info, 2));
  if (!attribute(MESSAGE_DIGEST).value.equals(createHash(hash).update(content).digest())) {
    throw refused('timestamp has another content than was signed');
  }
  const signer = certificates.find((one) => isNamedBy(one, attribute(SIGNING_CERTIFICATE_V2), memberOf(info, 1)));
  if (signer === undefined) throw refused('timestamp lacks the certificate of its signer');
  // The attributes are signed as a set, and stand in the token with another tag (RFC 5652, 5.4).
  const signed = derOf(attributes);
  signed[0] = 0x31;
  checkTokenSignature(memberOf(info, 4), hash, signer.publicKey, signed, memberOf(info, 5).value);
  return signer;
}

/** Whether the signed attribute names a certificate by its hash, and the signer's issuer and serial number are its own. */
function isNamedBy(certificate: Certificate, attribute: ASN1Obj, id: ASN1Obj): boolean {
  const [first, second] = memberOf(attribute, 0, 0).subs;
  if (first === undefined) throw new Error('it names no certificate');
  const [hash, wanted] = first.tag.isOctetString() ? ['sha256', first] : [hashOf(first), second];
  return (
    wanted?.value.equals(createHash(hash).update(certificate.raw).digest()) === true &&
    memberOf(id, 0).value.equals(certificate.issuerBytes) &&
    memberOf(id, 1).value.equals(certificate.serialNumber)
  );
}

function checkTokenSignature(
  algorithm: ASN1Obj,
  hash: string,
  key: KeyObject,
  signed: Buffer,
  signature: Buffer,
): void {
  const id = memberOf(algorithm, 0).toOID();
  const known = SIGNATURES.get(id);
  if (known === undefined || known.type !== key.asymmetricKeyType || (known.hash ?? hash) !== hash) {
    throw refused(`timestamp is signed by the algorithm ${id}, which this version does not take for its key and hash`);
  }
  if (!verify(hash, signed, key, signature)) throw refused('signature of the timestamp does not fit its certificate');
}

function hashOf(algorithm: ASN1Obj): string {
  const id = memberOf(algorithm, 0).toOID();
  const hash = HASHES.get(id);
  if (hash === undefined) throw new Error(`its hash ${id} is not SHA-256, SHA-384 or SHA-512`);
  return hash;
}

function refused(message: string): Refusal {
  return new Refusal('wrong', 'timestamp', message);
}
