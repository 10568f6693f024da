import * as z from 'zod/mini';
import { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import { readBase64 } from './base64.js';
import { parseSignedJson, readMembers } from './signed-json.js';

/** A DSSE envelope (secure-systems-lab/dsse, envelope.md), with 1 to 100 signatures. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

/** A signature of an envelope; nobody signed its `keyid`. */
export interface EnvelopeSignature {
  readonly keyid?: string;
  readonly sig: Uint8Array;
}

/** More signatures than anybody needs, and few enough to try each with each key. */
const MAX_SIGNATURES = 100;

const envelopeSchema = z.object({ payloadType: z.string(), payload: z.string(), signatures: z.array(z.unknown()) });
const signatureSchema = z.object({ keyid: z.optional(z.string()), sig: z.string() });

/**
 * Reads a DSSE envelope.
 *
 * @throws RemoraError `MALFORMED`; `UNSUPPORTED` above the limit of signatures
 */
export function readEnvelope(bytes: Uint8Array): Envelope {
  return envelopeOf(parseSignedJson(bytes, 'DSSE envelope'));
}

/**
 * Reads a DSSE envelope from its parsed JSON.
 *
 * @throws RemoraError as {@link readEnvelope}
 */
export function envelopeOf(value: unknown): Envelope {
  const what = 'DSSE envelope';
  const document = readMembers(envelopeSchema, ['payloadType', 'payload', 'signatures'], value, what);
  const { length } = document.signatures;
  if (length === 0) throw new RemoraError('MALFORMED', `${what} has no signature, wanted one or more`);
  if (length > MAX_SIGNATURES) {
    throw new RemoraError('UNSUPPORTED', `${what} has ${length} signatures, wanted at most ${MAX_SIGNATURES}`);
  }
  return {
    payloadType: document.payloadType,
    payload: readBase64(document.payload, 'payload of the DSSE envelope'),
    signatures: document.signatures.map(signatureOf),
  };
}

function signatureOf(value: unknown): EnvelopeSignature {
  const what = 'signature of the DSSE envelope';
  const { keyid, sig } = readMembers(signatureSchema, ['keyid', 'sig'], value, what);
  if (sig === '') throw new RemoraError('MALFORMED', `${what} is empty`);
  // An unset field is treated as an empty one (envelope.md, "Parsing rules").
  return { sig: readBase64(sig, what), ...given({ keyid: keyid === '' ? undefined : keyid }) };
}

/** The bytes that a signature of an envelope covers (DSSE, protocol.md, "Pre-Authentication Encoding"). */
export function preAuthEncoding({ payloadType, payload }: Pick<Envelope, 'payloadType' | 'payload'>): Uint8Array {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}
