import { hash } from 'node:crypto';
import { crypto, json } from '@sigstore/core';
import type { TrustMaterial } from '@sigstore/verify';
import * as z from 'zod/mini';
import { parseSignedJson } from '../dsse/signed-json.js';
import { Refusal } from '../values/refusal.js';
import type { Evidence } from './evidence.js';
import { type LogEntry, promisedTime } from './log-entry.js';
import { isWrong } from './refusal.js';

const bodySchema = z.object({
  spec: z.object({
    content: z.object({ hash: z.object({ algorithm: z.literal('sha256'), value: z.string() }) }),
  }),
});

/** Whether an entry is of the kind intoto 0.0.1, with which cosign logged attestations until 2.1. The verifier does not read it. */
export function isOldIntoto({ kindVersion }: LogEntry): boolean {
  return kindVersion?.kind === 'intoto' && kindVersion.version === '0.0.1';
}

/**
 * Verifies such an entry: the log's promise, and that the entry is of the envelope, byte for byte.
 *
 * @throws Refusal
 */
export function checkOldIntoto(entry: LogEntry, { envelope }: Evidence, { tlogs }: TrustMaterial): void {
  if (envelope === undefined) {
    throw new Refusal('unchecked', 'unsupported', 'log entry is of the kind intoto 0.0.1, which no bundle has');
  }
  if (!isPromised(entry, tlogs)) throw isWrong('log', 'log entry does not hold: its promise is not of a trusted log');
  const body = z.safeParse(bodySchema, parseSignedJson(entry.canonicalizedBody, 'log entry'));
  const named = body.success ? body.data.spec.content.hash.value : undefined;
  if (named === hash('sha256', envelope, 'hex')) return;
  throw isWrong('log', 'log entry does not hold: it is of another envelope');
}

/** Rekor signs the canonical JSON (RFC 8785) of these four members. */
function isPromised(entry: LogEntry, tlogs: TrustMaterial['tlogs']): boolean {
  const { canonicalizedBody, integratedTime, logIndex, logId, inclusionPromise } = entry;
  const time = promisedTime(entry);
  if (time === undefined || logId === undefined || inclusionPromise === undefined) return false;
  const promise = json.canonicalize({
    body: canonicalizedBody.toString('base64'),
    integratedTime: Number(integratedTime),
    logIndex: Number(logIndex),
    logID: logId.keyId.toString('hex'),
  });
  return tlogs.some(
    ({ logID, publicKey, validFor: { start, end } }) =>
      logID.equals(logId.keyId) &&
      start <= time &&
      time <= end &&
      crypto.verify(Buffer.from(promise), publicKey, inclusionPromise.signedEntryTimestamp),
  );
}
