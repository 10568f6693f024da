import { type KeyObject, X509Certificate } from 'node:crypto';
import { RemoraError } from '../../errors.js';
import type { Annotations } from '../../oci/values/annotations.js';
import { given } from '../../oci/values/given.js';
import type { EnvelopeSignature } from '../dsse/envelope.js';
import { pemBlocks } from '../keys/pem.js';
import type { Evidence } from '../sigstore/evidence.js';
import { judgeEvidence } from '../sigstore/judge-evidence.js';
import { type LogEntry, namesSigner } from '../sigstore/log-entry.js';
import { type Claims, type Judgement, verified } from '../values/judgement.js';
import type { JudgeOptions } from '../values/options.js';
import type { Trust } from '../values/trust.js';
import { CosignAnnotation } from './annotations.js';
import { readRekorBundle, readTimestamp } from './rekor-bundle.js';

/** Signatures of bytes, and what stands beside them, which is not trusted. */
export interface Detached extends Pick<Evidence, 'covered' | 'payload' | 'envelope'> {
  readonly signatures: readonly EnvelopeSignature[];
  readonly annotations: Annotations;
  /** The payload names the target. */
  readonly claims: Claims;
}

/**
 * Judges each signature with what the annotations say: the certificate, the log's promise, the timestamp. The chain is left
 * aside, since a trusted root has the authorities that issue for it.
 *
 * @throws RemoraError `MALFORMED` where an annotation cannot be read
 */
export function judgeDetached(detached: Detached, options: JudgeOptions): Judgement {
  const { signatures, annotations, claims, ...bytes } = detached;
  const entries = present(annotations[CosignAnnotation.bundle]).map(readRekorBundle);
  const [certificate] = present(annotations[CosignAnnotation.certificate]).map(certificateIn);
  const timestamps = present(annotations[CosignAnnotation.timestamp]).map(readTimestamp);
  const judgements = signatures.map(({ sig: signature, keyid }) => {
    const hint = keyid ?? signerIn(entries, options.trust);
    const evidence = { ...bytes, signature, entries, timestamps, ...given({ certificate, hint }) };
    return judgeEvidence(evidence, claims, options);
  });
  return bestOf(judgements, claims, options.trust);
}

/** An annotation without a value is left out. */
function present(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : [text];
}

/** The given key that an entry names: it tells an altered signature of a trusted key from one of a foreign key. */
function signerIn(entries: readonly LogEntry[], trusts: readonly Trust[]): string | undefined {
  const keys = trusts.filter((trust) => trust.type === 'key');
  return keys.find(({ key }) => entries.some((entry) => names(entry, key)))?.fingerprint;
}

function names(entry: LogEntry, key: KeyObject): boolean {
  try {
    return namesSigner(entry, key);
  } catch (error) {
    // OpenSSL has a code for each way in which bytes are not a key; the entry is judged elsewhere.
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

function bestOf(judgements: readonly Judgement[], claims: Claims, trusts: readonly Trust[]): Judgement {
  const all = judgements.flatMap(({ proofs }) => proofs);
  // Two signatures by one key prove it once.
  const proofs = trusts.flatMap((trust) => all.find((proof) => proof.trust === trust) ?? []);
  if (proofs.length > 0) return verified(proofs, claims);
  const worst = judgements.find(({ verdict }) => verdict === 'wrong') ?? judgements[0];
  if (worst === undefined) throw new RemoraError('MALFORMED', 'DSSE envelope has no signature, wanted one or more');
  return worst;
}

function certificateIn(text: string): Buffer<ArrayBuffer> {
  const what = `annotation ${CosignAnnotation.certificate}`;
  const [block, second] = pemBlocks(text);
  if (block?.label !== 'CERTIFICATE' || second !== undefined) {
    throw new RemoraError('MALFORMED', `${what} is not PEM of one certificate`);
  }
  try {
    return Buffer.from(new X509Certificate(block.text).raw);
  } catch (cause) {
    // OpenSSL has a code for each way in which bytes are odd.
    if (!(cause instanceof Error)) throw cause;
    throw new RemoraError('MALFORMED', `${what} cannot be read: ${cause.message}`, { cause });
  }
}
