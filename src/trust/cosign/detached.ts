import type { Annotations } from '../../oci/values/annotations.js';
import type { EnvelopeSignature } from '../dsse/envelope.js';
import { isSignedBy } from '../keys/public-key.js';
import { type Claims, type Judgement, type Proof, unchecked, verified, wrong } from '../values/judgement.js';
import type { JudgeOptions } from '../values/options.js';
import type { KeyTrust, Trust } from '../values/trust.js';

/** Signatures of bytes, and what stands beside them. */
export interface Detached {
  /** The bytes that a signature covers. */
  readonly covered: Uint8Array;
  /** The payload: the same, or that of the envelope. */
  readonly payload: Uint8Array;
  /** The envelope, whole. */
  readonly envelope?: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
  readonly annotations: Annotations;
  readonly claims: Claims;
}

/** Judges signatures whose payload names the target. */
export async function judgeDetached(detached: Detached, options: JudgeOptions): Promise<Judgement> {
  const { claims, signatures } = detached;
  const keys = options.trust.filter(isKey);
  const proofs = keys.filter((trust) => signatures.some(({ sig }) => isSignedBy(trust.key, detached.covered, sig)));
  if (proofs.length > 0) return verified(proofs.map(keyProof), claims);
  const named = keys.find(({ fingerprint }) => signatures.some(({ keyid }) => keyid === fingerprint));
  if (named !== undefined) {
    return wrong('signature', `signature names the key ${named.name} and does not fit it and the payload`, { claims });
  }
  return unchecked('untrusted', 'no given key made the signature, or the payload was altered', { claims });
}

function isKey(trust: Trust): trust is KeyTrust {
  return trust.type === 'key';
}

function keyProof(trust: KeyTrust): Proof {
  return { trust, signer: { type: 'key', fingerprint: trust.fingerprint }, times: [] };
}
