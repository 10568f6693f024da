import { given } from '../../oci/values/given.js';
import { fingerprintOf, isSignedBy } from '../keys/public-key.js';
import { type Claims, type Judgement, type Proof, type Signer, verified, wrong } from '../values/judgement.js';
import type { JudgeOptions } from '../values/options.js';
import { Refusal, refused } from '../values/refusal.js';
import type { IdentityTrust, KeyTrust, Trust } from '../values/trust.js';
import { checkCertificate, issuersOf } from './authority.js';
import type { Evidence } from './evidence.js';
import { checkIdentity } from './identity.js';
import { type Leaf, readLeaf } from './leaf.js';
import { isUntrusted, isWrong } from './refusal.js';
import { provenTimes } from './times.js';
import { materialOf, shippedRoot } from './trusted-root.js';

/**
 * Judges a signature whose payload names the target.
 *
 * A key's signature needs no log, unless `requireLog`: entries and timestamps of logs and authorities that the root does not
 * know are passed over, as they may be private ones. Those of known ones must hold: an entry that was altered, or is of
 * another signature, says that somebody meddled with it. A certificate's signature needs a log, and all must hold.
 */
export function judgeEvidence(evidence: Evidence, claims: Claims, options: JudgeOptions): Judgement {
  const { certificate } = evidence;
  const leaf = certificate === undefined ? undefined : attempt(() => readLeaf(certificate));
  if (leaf instanceof Refusal) return refused(leaf, { claims });
  const signer = leaf?.signer ?? hinted(evidence.hint);
  const facts = { claims, ...given({ signer }) };
  const isNamed = () => options.trust.some((trust) => namesTrust(leaf, trust));
  if (leaf !== undefined && !isSignedBy(leaf.key, evidence.covered, evidence.signature)) {
    const message = 'signature does not fit the payload and the certificate beside it';
    return wrong('signature', message, { ...facts, ...(isNamed() && { ofTrust: true }) });
  }
  const outcomes = options.trust.flatMap((trust) => outcomeBy(trust, evidence, leaf, options) ?? []);
  const proofs = outcomes.filter((outcome): outcome is Proof => !(outcome instanceof Refusal));
  if (proofs.length > 0) return verified(proofs, claims);
  const refusals = outcomes.filter((outcome) => outcome instanceof Refusal);
  const refusal = refusals.find(({ verdict }) => verdict === 'wrong') ?? refusals[0] ?? isUntrusted(nobody(leaf));
  // The key of a trust fits then, or is named.
  const isOwn = refusal.verdict === 'wrong' && (leaf === undefined || isNamed());
  return refused(refusal, { ...facts, ...(isOwn && { ofTrust: true }) });
}

/** Whether the certificate has the key or the identity of a trust. */
function namesTrust(leaf: Leaf | undefined, trust: Trust): boolean {
  if (leaf === undefined || trust.type === 'notation') return false;
  if (trust.type === 'key') return fingerprintOf(leaf.key) === trust.fingerprint;
  return !(attempt(() => checkIdentity(leaf.signer, trust)) instanceof Refusal);
}

/** The message where no given trust is of the kind that could have made it. */
function nobody(leaf: Leaf | undefined): string {
  if (leaf === undefined) return 'a key signed, and no given trust is a key';
  const { signer } = leaf;
  const who = signer.type === 'identity' ? `${signer.identity} (${signer.issuer}) signed` : 'a certificate signed';
  return `${who}, and no given trust is an identity`;
}

function outcomeBy(
  trust: Trust,
  evidence: Evidence,
  leaf: Leaf | undefined,
  options: JudgeOptions,
): Proof | Refusal | undefined {
  if (trust.type === 'key') {
    if (leaf !== undefined && fingerprintOf(leaf.key) !== trust.fingerprint) return undefined;
    return attempt(() => proofByKey(trust, evidence, options));
  }
  if (trust.type === 'identity' && leaf !== undefined) return attempt(() => proofByIdentity(trust, evidence, leaf));
  return undefined;
}

function proofByKey(trust: KeyTrust, evidence: Evidence, { requireLog = false, trustedRoot }: JudgeOptions): Proof {
  const { key, name, fingerprint } = trust;
  if (!isSignedBy(key, evidence.covered, evidence.signature)) {
    if (!names(evidence.hint, fingerprint)) {
      throw isUntrusted('no given key made the signature, or the payload was altered');
    }
    const other =
      key.asymmetricKeyType === 'ed25519' ? ', or is Ed25519ph, which cosign 3 makes and does not verify' : '';
    throw isWrong('signature', `signature names the key ${name} and does not fit it and the payload${other}`);
  }
  const material = materialOf(trustedRoot ?? shippedRoot());
  const { times } = provenTimes(evidence, key, material, { needsLog: requireLog, passesUnknown: !requireLog });
  return { trust, signer: { type: 'key', fingerprint }, times: times.map(({ signed }) => signed) };
}

function proofByIdentity(trust: IdentityTrust, evidence: Evidence, leaf: Leaf): Proof {
  const material = materialOf(trust.root);
  // First: of another instance of Sigstore, logs and timestamps are unknown, too.
  const authorities = issuersOf(leaf, material);
  const proven = provenTimes(evidence, leaf.key, material, { needsLog: true, passesUnknown: false });
  checkCertificate(evidence, leaf, authorities, proven, material);
  checkIdentity(leaf.signer, trust);
  return { trust, signer: leaf.signer, times: proven.times.map(({ signed }) => signed) };
}

/** A hint is the fingerprint, in hex or, as cosign writes it, in base64. */
function names(hint: string | undefined, fingerprint: string): boolean {
  return hint === fingerprint || hint === Buffer.from(fingerprint, 'hex').toString('base64');
}

function hinted(hint = ''): Signer | undefined {
  const bytes = Buffer.from(hint, 'base64');
  if (bytes.length === 32) return { type: 'key', fingerprint: bytes.toString('hex') };
  return /^[0-9a-f]{64}$/.test(hint) ? { type: 'key', fingerprint: hint } : undefined;
}

function attempt<T>(step: () => T): T | Refusal {
  try {
    return step();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
