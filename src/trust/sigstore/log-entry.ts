import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { SignedEntity } from '@sigstore/verify';
import * as z from 'zod/mini';
import { RemoraError } from '../../errors.js';
import { checkShape } from '../../oci/text/json.js';
import { pemBlocks } from '../keys/pem.js';
import { spkiOf } from '../keys/public-key.js';
import { bytesOf } from './proto-json.js';

/** An entry of a transparency log with its proof (protobuf-specs, sigstore_rekor.proto). */
export type LogEntry = SignedEntity['tlogEntries'][number];

/** A path in the largest tree has 64 hashes. */
const MAX_HASHES = 64;

/** Numbers of 64 bits are texts in protobuf's JSON form, and zero is left out. */
const integer = z.nullish(z.union([z.string().check(z.regex(/^(0|[1-9]\d{0,18})$/)), z.int().check(z.gte(0))]));

const proofSchema = z.object({
  logIndex: integer,
  rootHash: z.string(),
  treeSize: integer,
  hashes: z.nullish(z.array(z.string()).check(z.maxLength(MAX_HASHES))),
  checkpoint: z.object({ envelope: z.string() }),
});
const entrySchema = z.object({
  logIndex: integer,
  logId: z.object({ keyId: z.string() }),
  kindVersion: z.object({ kind: z.string(), version: z.string() }),
  integratedTime: integer,
  inclusionPromise: z.nullish(z.object({ signedEntryTimestamp: z.string() })),
  inclusionProof: z.nullish(proofSchema),
  canonicalizedBody: z.string(),
});

/**
 * Reads an entry of a bundle.
 *
 * @param isPromised whether it must have the log's promise (v0.1), not a proof of inclusion (v0.2 and later)
 * @throws RemoraError `MALFORMED`
 */
export function logEntryOf(value: unknown, isPromised: boolean): LogEntry {
  const what = 'log entry';
  const { inclusionPromise: promise, inclusionProof: proof, ...entry } = checkShape(entrySchema, value, what);
  if (isPromised && !promise) throw new RemoraError('MALFORMED', `${what} has no inclusion promise`);
  if (!isPromised && !proof) throw new RemoraError('MALFORMED', `${what} has no inclusion proof`);
  return {
    logIndex: String(entry.logIndex ?? 0),
    logId: { keyId: bytesOf(entry.logId.keyId, `${what}'s keyId`) },
    kindVersion: entry.kindVersion,
    integratedTime: String(entry.integratedTime ?? 0),
    inclusionPromise: promise
      ? { signedEntryTimestamp: bytesOf(promise.signedEntryTimestamp, `${what}'s signedEntryTimestamp`) }
      : undefined,
    inclusionProof: proof ? proofOf(proof, what) : undefined,
    canonicalizedBody: bytesOf(entry.canonicalizedBody, `${what}'s canonicalizedBody`),
  };
}

function proofOf(proof: z.infer<typeof proofSchema>, what: string): LogEntry['inclusionProof'] {
  return {
    logIndex: String(proof.logIndex ?? 0),
    rootHash: bytesOf(proof.rootHash, `${what}'s rootHash`),
    treeSize: String(proof.treeSize ?? 0),
    hashes: (proof.hashes ?? []).map((hash) => bytesOf(hash, `${what}'s hash`)),
    checkpoint: proof.checkpoint,
  };
}

/** The time that the log promised; undefined where only a proof is there, which has none. */
export function promisedTime({ inclusionPromise, integratedTime }: LogEntry): Date | undefined {
  if (inclusionPromise === undefined || integratedTime === '0') return undefined;
  const time = new Date(Number(integratedTime) * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** A signed note (C2SP, signed-note.md): text, an empty line, and nothing but signatures. */
const NOTE = /^(?:[^\n]+\n)+\n(?:\u2014 \S+ \S+\n)+$/;

/**
 * Whether the proof's own root hash and size are those of the checkpoint. The verifier takes the checkpoint's, and passes
 * over lines that are not signatures; cosign compares both and refuses such lines: a proof that two readers read differently
 * holds for neither.
 */
export function agreesWithCheckpoint({ inclusionProof }: LogEntry): boolean {
  if (inclusionProof === undefined) return true;
  const { rootHash, treeSize, checkpoint } = inclusionProof;
  const note = checkpoint?.envelope ?? '';
  const [, size, root] = note.split('\n', 3);
  return NOTE.test(note) && size === treeSize && root === rootHash.toString('base64');
}

const pem = z.object({ content: z.string() });
const verifier = z.object({
  verifier: z.object({
    publicKey: z.optional(z.object({ rawBytes: z.string() })),
    x509Certificate: z.optional(z.object({ rawBytes: z.string() })),
  }),
});

const envelopeSchema = z.object({ signatures: z.array(z.object({ publicKey: z.string() })) });

/** The places in which the kinds of entries name the signer. */
const bodySchema = z.object({
  spec: z.object({
    // hashedrekord 0.0.1
    signature: z.optional(z.object({ publicKey: pem })),
    // dsse 0.0.1
    signatures: z.optional(z.array(z.object({ verifier: z.string() }))),
    // intoto 0.0.1
    publicKey: z.optional(z.string()),
    // intoto 0.0.2
    content: z.optional(z.object({ envelope: z.optional(envelopeSchema) })),
    // hashedrekord 0.0.2 and dsse 0.0.2
    hashedRekordV002: z.optional(z.object({ signature: verifier })),
    dsseV002: z.optional(z.object({ signatures: z.array(verifier) })),
  }),
});

/**
 * Whether the entry names this signer: the certificate itself, or else the key. Without it, the entry of somebody else's
 * key that fits the same signature would do. The body must have been verified to be in the log.
 */
export function namesSigner({ canonicalizedBody }: LogEntry, key: KeyObject, certificate?: Uint8Array): boolean {
  const named = signerIn(canonicalizedBody);
  if (named === undefined) return false;
  return named.equals(certificate ?? spkiOf(key));
}

/** DER of a certificate or of a SubjectPublicKeyInfo. */
function signerIn(body: Uint8Array): Buffer | undefined {
  const { success, data } = z.safeParse(bodySchema, JSON.parse(Buffer.from(body).toString('utf8')));
  if (!success) return undefined;
  const { signature, signatures, publicKey, content, hashedRekordV002, dsseV002 } = data.spec;
  const { verifier: named } = hashedRekordV002?.signature ?? dsseV002?.signatures[0] ?? {};
  const raw = named?.x509Certificate ?? named?.publicKey;
  if (raw !== undefined) return Buffer.from(raw.rawBytes, 'base64');
  const inEnvelope = content?.envelope?.signatures[0]?.publicKey ?? publicKey;
  const text = signature?.publicKey.content ?? signatures?.[0]?.verifier ?? inEnvelope;
  const [block] = pemBlocks(Buffer.from(text ?? '', 'base64').toString('latin1'));
  if (block === undefined) return undefined;
  if (block.label === 'CERTIFICATE') return new X509Certificate(block.text).raw;
  return Buffer.from(spkiOf(createPublicKey(block.text)));
}
