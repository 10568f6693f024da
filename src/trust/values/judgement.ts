import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Trust } from './trust.js';

/**
 * `verified`: a trust of the user made it, and it holds; `wrong`: it does not hold, or is of another subject;
 * `unchecked`: no given trust made it.
 */
export const VERDICTS = ['verified', 'wrong', 'unchecked'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Why a signature is wrong or unchecked. */
export const REASONS = [
  // wrong
  /** The signature does not fit the content and the key. */
  'signature',
  /** The bytes have another digest than what was signed. */
  'digest',
  /** It is the signature of another subject. */
  'subject',
  /** A certificate, a signature or a key was out of its time. */
  'expired',
  /** It is not in the transparency log, or its entry does not hold. */
  'log',
  /** A timestamp does not hold, or none is there. */
  'timestamp',
  /** A certificate or its chain does not hold. */
  'certificate',
  /** The envelope is not well formed. */
  'malformed',
  /** A layer is not there. */
  'missing',
  // unchecked
  /** Another key, identity or authority made it than those that are trusted. */
  'untrusted',
  /** It needs what this version lacks: a version, an algorithm, a critical attribute, a plugin. */
  'unsupported',
  /** No signature covers it. */
  'unsigned',
  /** It could not be asked for, or is beyond the limit of signatures. */
  'unread',
] as const;
export type Reason = (typeof REASONS)[number];

/** The maker of a signature; proven only where the verdict is `verified`. */
export type Signer =
  | { readonly type: 'key' /** SHA-256 of the SubjectPublicKeyInfo, in hex. */; readonly fingerprint: string }
  | { readonly type: 'identity'; readonly identity: string; readonly issuer: string }
  | { readonly type: 'certificate' /** Distinguished name, RFC 4514. */; readonly subject: string };

/** When something was signed, and who says so. */
export interface SignedTime {
  /** RFC 3339, UTC. */
  readonly time: string;
  /** `log`: a transparency log; `timestamp`: an RFC 3161 authority; `signer`: only the signer says so. */
  readonly from: 'log' | 'timestamp' | 'signer';
  /** The index in the transparency log. */
  readonly logIndex?: string;
}

/** Facts read from what was signed, never from annotations. */
export interface Claims {
  /** The digests that the payload names as its subjects. */
  readonly subjects: readonly Digest[];
  /** Of an in-toto statement. */
  readonly predicateType?: string;
  /** The payload of the envelope: an in-toto statement, cosign's or notation's payload. Absent for signatures of bytes. */
  readonly payload?: Uint8Array;
}

/** A trust that a signature satisfies. */
export interface Proof {
  readonly trust: Trust;
  readonly signer: Signer;
  /** The proven time, the earliest first; empty for a key's signature without log and timestamp. */
  readonly times: readonly SignedTime[];
}

/** The verdict on one signature, with its reasons. */
export interface Judgement {
  readonly verdict: Verdict;
  /** A proof for each given trust that it satisfies; empty unless `verified`. */
  readonly proofs: readonly Proof[];
  readonly claims?: Claims;
  /** The claimed maker, where that can be told without trust. */
  readonly signer?: Signer;
  readonly reason?: Reason;
  /** The reason as a sentence without a period: what was wanted, what was got. */
  readonly message?: string;
  /** Where it is wrong: a given trust made it, or it names one as its maker. */
  readonly ofTrust?: true;
  /** Facts beside the verdict, such as that a level `permissive` accepted an expired signature. */
  readonly remarks?: readonly string[];
}

/** Facts of a signature beside its verdict. */
export type Facts = Pick<Judgement, 'claims' | 'signer' | 'remarks' | 'ofTrust'>;

export function verified(
  proofs: readonly Proof[],
  claims: Claims,
  facts: Omit<Facts, 'claims' | 'ofTrust'> = {},
): Judgement {
  const signer = facts.signer ?? proofs[0]?.signer;
  return { verdict: 'verified', proofs, claims, ...facts, ...given({ signer }) };
}

export function wrong(reason: Reason, message: string, facts: Facts = {}): Judgement {
  return { verdict: 'wrong', proofs: [], reason, message, ...facts };
}

/** The fact that a given trust made what is wrong for another reason than its signature, such as another subject. */
export function ofTrust({ verdict, ofTrust: isNamed }: Judgement): Pick<Judgement, 'ofTrust'> {
  return verdict === 'verified' || isNamed ? { ofTrust: true } : {};
}

export function unchecked(reason: Reason, message: string, facts: Facts = {}): Judgement {
  return { verdict: 'unchecked', proofs: [], reason, message, ...facts };
}
