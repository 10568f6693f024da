import type { KeyObject } from 'node:crypto';
import { RFC3161Timestamp } from '@sigstore/core';
import { type SignedEntity, type TrustMaterial, Verifier } from '@sigstore/verify';
import { quote } from '../../oci/text/quote.js';
import type { SignedTime } from '../values/judgement.js';
import { Refusal } from '../values/refusal.js';
import { type Evidence, signatureContent } from './evidence.js';
import { agreesWithCheckpoint, type LogEntry, namesSigner, promisedTime } from './log-entry.js';
import { checkOldIntoto, isOldIntoto } from './old-intoto.js';
import { isUntrusted, isWrong, refuseErrors } from './refusal.js';

/** The logs that a signature needs, and how those are taken that the root does not know. */
export interface Strictness {
  readonly needsLog: boolean;
  /** Unknown logs, kinds of entries and authorities are passed over: the signature needs none of them. */
  readonly passesUnknown: boolean;
}

/** A time that a log or an authority proved. */
export interface ProvenTime {
  readonly time: Date;
  readonly signed: SignedTime;
}

/** The verified evidence beside the certificate. */
export interface Proven {
  /** The earliest first. */
  readonly times: readonly ProvenTime[];
  /** For the verifier's look at the certificate. */
  readonly timestamps: SignedEntity['timestamps'];
}

/** The verifier asks for a key by its hint; the hint of a bundle is not trusted. */
const HINT = 'the key that is asked about';

/**
 * Verifies the entries in logs and the timestamps of a signature by `key`.
 *
 * @throws Refusal
 */
export function provenTimes(
  evidence: Evidence,
  key: KeyObject,
  material: TrustMaterial,
  strictness: Strictness,
): Proven {
  const entries = knownEntries(evidence, material, strictness);
  const stamps = knownStamps(evidence, material, strictness);
  const timestamps: SignedEntity['timestamps'] = [
    ...entries
      .filter((entry) => promisedTime(entry) !== undefined)
      .map((tlogEntry) => ({ $case: 'transparency-log', tlogEntry }) as const),
    ...stamps.map((timestamp) => ({ $case: 'timestamp-authority', timestamp }) as const),
  ];
  const signature = signatureContent(evidence);
  const publicKey = () => ({ publicKey: key, validFor: () => true });
  const verifier = new Verifier({ ...material, publicKey }, { tlogThreshold: 0, timestampThreshold: 0 });
  const tlogEntries = entries.filter((entry) => !isOldIntoto(entry));
  refuseErrors(() => verifier.verify({ signature, key: { $case: 'public-key', hint: HINT }, tlogEntries, timestamps }));
  for (const entry of entries) if (isOldIntoto(entry)) checkOldIntoto(entry, evidence, material);
  for (const entry of entries) {
    if (!agreesWithCheckpoint(entry)) throw isWrong('log', "log entry's proof contradicts its checkpoint");
    if (!refuseErrors(() => namesSigner(entry, key, evidence.certificate))) {
      throw isWrong('log', 'log entry is of another signer');
    }
  }
  const times = [...entries.flatMap(timeOfEntry), ...stamps.map(timeOfStamp)].sort((a, b) => +a.time - +b.time);
  for (const entry of entries) checkLogsTime(entry, material, times);
  return { times, timestamps };
}

/** The kinds of entries whose bodies are compared: Rekor v1 and v2. */
const KINDS: readonly string[] = [
  'hashedrekord 0.0.1',
  'dsse 0.0.1',
  'intoto 0.0.1',
  'intoto 0.0.2',
  'hashedrekord 0.0.2',
  'dsse 0.0.2',
];

function knownEntries(
  { entries }: Evidence,
  { tlogs }: TrustMaterial,
  { needsLog, passesUnknown }: Strictness,
): readonly LogEntry[] {
  if (needsLog && entries.length === 0) throw isWrong('log', 'signature is in no transparency log, wanted an entry');
  const known = entries.filter(({ logId }) => tlogs.some(({ logID }) => logId && logID.equals(logId.keyId)));
  const compared = known.filter((entry) => KINDS.includes(kindOf(entry)));
  if (passesUnknown) return compared;
  if (known.length < entries.length) {
    throw isUntrusted('signature is in a transparency log that the trusted root does not know');
  }
  const odd = known.find((entry) => !compared.includes(entry));
  if (odd === undefined) return compared;
  const message = `log entry is of the kind ${quote(kindOf(odd))}, wanted ${KINDS.join(', ')}`;
  throw new Refusal('unchecked', 'unsupported', message);
}

function kindOf({ kindVersion }: LogEntry): string {
  return `${kindVersion?.kind} ${kindVersion?.version}`;
}

const GRANTED: readonly bigint[] = [0n, 1n];

function knownStamps(
  { timestamps }: Evidence,
  { timestampAuthorities }: TrustMaterial,
  { passesUnknown }: Strictness,
): readonly RFC3161Timestamp[] {
  const stamps = timestamps.map((der) => {
    try {
      const stamp = RFC3161Timestamp.parse(der);
      if (!GRANTED.includes(stamp.status)) throw new Error('the authority refused it');
      // Read here, where it may fail.
      rfc3339(stamp.signingTime);
      const isKnown = timestampAuthorities.some(
        ({ certChain: [leaf] }) =>
          leaf?.serialNumber.equals(stamp.signerSerialNumber) && leaf.issuer.equals(stamp.signerIssuer),
      );
      return { stamp, isKnown };
    } catch (error) {
      // The reader of ASN.1 has an error for each way in which bytes are odd.
      if (!(error instanceof Error)) throw error;
      throw isWrong('timestamp', `timestamp cannot be read: ${error.message}`);
    }
  });
  if (!passesUnknown && stamps.some(({ isKnown }) => !isKnown)) {
    throw isUntrusted('timestamp is of an authority that the trusted root does not know');
  }
  return stamps.filter(({ isKnown }) => isKnown).map(({ stamp }) => stamp);
}

/** Only a promise proves a time: nobody signed the time beside a proof of inclusion. */
function timeOfEntry(entry: LogEntry): ProvenTime[] {
  const time = promisedTime(entry);
  if (time === undefined) return [];
  return [{ time, signed: { time: rfc3339(time), from: 'log', logIndex: entry.logIndex } }];
}

function timeOfStamp({ signingTime: time }: RFC3161Timestamp): ProvenTime {
  return { time, signed: { time: rfc3339(time), from: 'timestamp' } };
}

/** A promise is compared with the time of the log's key by the verifier; a proof without one is not. */
function checkLogsTime(entry: LogEntry, { tlogs }: TrustMaterial, times: readonly ProvenTime[]): void {
  if (entry.inclusionPromise !== undefined) return;
  const logs = tlogs.filter(({ logID }) => entry.logId && logID.equals(entry.logId.keyId));
  for (const { time } of times) {
    if (logs.some(({ validFor: { start, end } }) => start <= time && time <= end)) continue;
    throw isWrong('log', `log entry is of a log whose key was not valid at ${rfc3339(time)}, when it was signed`);
  }
}

/** RFC 3339, UTC, in seconds. */
export function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.000Z$/, 'Z');
}
