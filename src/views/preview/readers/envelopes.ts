import { fromBase64 } from '../../../formats/recognise/base64.js';
import { isObject } from '../../../oci/text/lenient.js';
import { certificateParts } from '../content/certificates.js';
import type { Note, Part } from '../model/preview.js';
import { facts, type Reader, type Within } from '../model/reader.js';
import { UNVERIFIED } from '../model/unverified.js';
import { at, joined, listAt, textAt } from '../model/values.js';

/** A DSSE envelope (secure-systems-lab/dsse, envelope.md). */
export const envelope: Reader = (document, within) => {
  if (textAt(document, 'payloadType') === '' || typeof document.payload !== 'string') return undefined;
  return { what: 'a DSSE envelope', notes: [UNVERIFIED], parts: envelopeParts(document, within) };
};

function envelopeParts(document: unknown, within: Within): readonly Part[] {
  const signatures = listAt(document, 'signatures');
  return [
    ...facts('Envelope', [
      ['Payload type', textAt(document, 'payloadType')],
      ['Signatures', String(signatures.length)],
      ['Keys', joined(signatures.map((one) => textAt(one, 'keyid')))],
    ]),
    ...payload(textAt(document, 'payload'), within),
  ];
}

/** The document that an envelope signs, in base64. */
export function payload(base64: string, within: Within): readonly Part[] {
  const content = fromBase64(base64);
  if (content !== undefined) return [{ type: 'inner', title: 'Payload', preview: within.signed(content) }];
  const notes: readonly Note[] = [{ level: 'warning', text: 'The payload is not base64.' }];
  return [{ type: 'inner', title: 'Payload', preview: { what: 'unreadable', notes, parts: [] } }];
}

/** A Sigstore bundle (protobuf-specs, sigstore_bundle.proto). */
export const sigstoreBundle: Reader = (document, within) => {
  if (!textAt(document, 'mediaType').startsWith('application/vnd.dev.sigstore.bundle')) return undefined;
  const { dsseEnvelope, messageSignature: message } = document;
  const digest = fromBase64(textAt(message, 'messageDigest', 'digest'));
  return {
    what: 'a Sigstore bundle',
    notes: [UNVERIFIED],
    parts: [
      ...facts('Bundle', [
        ['Type', textAt(document, 'mediaType')],
        ['Log entries', String(listAt(document, 'verificationMaterial', 'tlogEntries').length)],
        ['Timestamps', countOf(at(document, 'verificationMaterial', 'timestampVerificationData', 'rfc3161Timestamps'))],
        ['Digest of the file', digest === undefined || digest.length === 0 ? '' : Buffer.from(digest).toString('hex')],
      ]),
      ...(isObject(dsseEnvelope) ? envelopeParts(dsseEnvelope, within) : []),
    ],
  };
};

function countOf(list: unknown): string {
  return Array.isArray(list) ? String(list.length) : '';
}

/** A JWS in JSON (RFC 7515 §7.2), as notation writes it (signature-envelope-jws.md). */
export const jws: Reader = (document, within) => {
  if (typeof document.payload !== 'string' || typeof document.protected !== 'string') return undefined;
  const header = jsonOf(fromBase64(document.protected));
  if (textAt(header, 'alg') === '') return undefined;
  return {
    what: 'a JWS (JSON)',
    notes: [UNVERIFIED],
    parts: [
      ...facts('Signature', [
        ['Algorithm', textAt(header, 'alg')],
        ['Payload type', textAt(header, 'cty')],
        ['Scheme', textAt(header, 'io.cncf.notary.signingScheme')],
        ['Expires', textAt(header, 'io.cncf.notary.expiry')],
      ]),
      ...payload(document.payload, within),
      ...certificateParts(listAt(document, 'header', 'x5c').map((one) => fromBase64(textAt(one)) ?? new Uint8Array())),
    ],
  };
};

function jsonOf(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
