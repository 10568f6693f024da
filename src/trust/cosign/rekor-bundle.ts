import * as z from 'zod/mini';
import { parseSignedJson, readMembers } from '../dsse/signed-json.js';
import type { LogEntry } from '../sigstore/log-entry.js';
import { bytesOf } from '../sigstore/proto-json.js';
import { CosignAnnotation } from './annotations.js';

const bundleSchema = z.object({ SignedEntryTimestamp: z.string(), Payload: z.unknown() });
const payloadSchema = z.object({
  body: z.string(),
  integratedTime: z.int().check(z.gt(0)),
  logIndex: z.int().check(z.gte(0)),
  logID: z.string().check(z.regex(/^[a-f0-9]{64}$/)),
});
const bodySchema = z.object({ kind: z.string(), apiVersion: z.string() });

/**
 * Reads the log's promise for an entry, as cosign writes it into an annotation (its SIGNATURE_SPEC.md, "Bundle"). Rekor's
 * public key signs all of it: body, time, index and the log's name.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readRekorBundle(text: string): LogEntry {
  const what = `annotation ${CosignAnnotation.bundle}`;
  const document = parseSignedJson(Buffer.from(text), what);
  const { SignedEntryTimestamp, Payload } = readMembers(
    bundleSchema,
    ['SignedEntryTimestamp', 'Payload'],
    document,
    what,
  );
  const names = ['body', 'integratedTime', 'logIndex', 'logID'];
  const { body, integratedTime, logIndex, logID } = readMembers(payloadSchema, names, Payload, `${what}, Payload`);
  const canonicalizedBody = bytesOf(body, `${what}, body`);
  const { kind, apiVersion } = readMembers(
    bodySchema,
    ['kind', 'apiVersion'],
    parseSignedJson(canonicalizedBody, 'log entry'),
    'log entry',
  );
  return {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logID, 'hex') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp: bytesOf(SignedEntryTimestamp, `${what}, SignedEntryTimestamp`) },
    inclusionProof: undefined,
    canonicalizedBody,
  };
}

const timestampSchema = z.object({ SignedRFC3161Timestamp: z.string() });

/**
 * Reads the answer of an RFC 3161 authority, DER, as cosign writes it into an annotation.
 *
 * @throws RemoraError `MALFORMED`
 */
export function readTimestamp(text: string): Buffer<ArrayBuffer> {
  const what = `annotation ${CosignAnnotation.timestamp}`;
  const names = ['SignedRFC3161Timestamp'];
  const document = readMembers(timestampSchema, names, parseSignedJson(Buffer.from(text), what), what);
  return bytesOf(document.SignedRFC3161Timestamp, what);
}
