import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Signer } from '../values/judgement.js';
import { scopedName } from '../values/repository.js';
import type { AttachedFacts, HolderFacts, PolicyFacts, ProofFacts, SubjectFacts } from './facts.js';
import type { Policy, PolicyRule } from './policy.js';
import { fitsScope } from './scope.js';
import { describeFound, describeWanted, type Shortfall } from './words.js';

/** A rule that is not kept. */
export interface Violation {
  /** Absent where the scope of no rule fits the image. */
  readonly rule?: string;
  /** A sentence: `wanted …, got …`. */
  readonly message: string;
  readonly digest?: Digest;
  readonly platform?: string;
  /** Whether such a thing is attached, and not verified as the rule wants. */
  readonly isThere: boolean;
}

/** Clocks differ: a proven time may be so much later than the time to compare with. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;

/**
 * Judges an image by a policy: all rules whose scope fits must be kept. An image that the scope of no rule fits is
 * refused. More verified attachments never break a rule, and attachments that are not verified never keep or break it.
 *
 * @param now the time to compare with
 * @returns the rules that are not kept, for each manifest that lacks something
 */
export function judgePolicy(policy: Policy, facts: PolicyFacts, now: Date): readonly Violation[] {
  const rules = rulesFor(policy, facts.repository);
  if (rules.length === 0) return [outOfScope(policy, facts)];
  return rules.flatMap((rule) =>
    subjectsOf(rule, facts).flatMap((subject) => violationOf(rule, subject, now.getTime()) ?? []),
  );
}

/** The rules for the images of a repository. @param repository undefined for what is not in a registry */
export function rulesFor({ rules }: Policy, repository: string | undefined): readonly PolicyRule[] {
  const name = repository === undefined ? undefined : scopedName(repository);
  return rules.filter(({ scope }) => scope.some((pattern) => fitsScope(pattern, name)));
}

function outOfScope({ source }: Policy, { repository, subject }: PolicyFacts): Violation {
  const image = repository ?? 'an image that is not in a registry';
  const message = `no rule of ${source} has a scope that fits ${image}`;
  return { message, digest: subject.digest, isThere: true };
}

function subjectsOf({ on }: PolicyRule, { subject, platforms = [] }: PolicyFacts): readonly SubjectFacts[] {
  return on === 'index' || platforms.length === 0 ? [subject] : platforms;
}

/** The manifests whose attachments count for a subject. */
function holdersOf({ on }: PolicyRule, subject: SubjectFacts): readonly HolderFacts[] {
  const { above = [] } = subject;
  if (on === 'any') return [subject, ...above];
  return on === 'index' && above.length > 0 ? above : [subject];
}

function violationOf(rule: PolicyRule, subject: SubjectFacts, now: number): Violation | undefined {
  const attached = holdersOf(rule, subject).flatMap((holder) => holder.attached);
  const kept = attached.filter((one) => one.proofs.length > 0 && isMeant(rule, one));
  const signers = new Set<string>();
  const shortfalls: Shortfall[] = [];
  for (const { proofs } of kept) {
    for (const proof of proofs) {
      const shortfall = shortfallOf(rule, proof, now);
      if (shortfall === undefined) signers.add(signerKey(proof.signer));
      else shortfalls.push(shortfall);
    }
  }
  if (signers.size >= rule.count) return undefined;
  const unverified = attached.filter((one) => one.proofs.length === 0 && mayBeMeant(rule, one)).length;
  const elsewhere = rule.on === 'platforms' && (subject.above ?? []).some((holder) => hasVerified(rule, holder));
  const found = describeFound({ signers: signers.size, shortfalls, unverified, elsewhere });
  return {
    rule: rule.name,
    message: `wanted ${describeWanted(rule)}, got ${found}`,
    digest: subject.digest,
    ...given({ platform: subject.platform }),
    isThere: kept.length + unverified > 0,
  };
}

function hasVerified(rule: PolicyRule, { attached }: HolderFacts): boolean {
  return attached.some((one) => one.proofs.length > 0 && isMeant(rule, one));
}

function isMeant({ kind, format, predicateType }: PolicyRule, attached: AttachedFacts): boolean {
  return (
    (kind === undefined || attached.kind === kind) &&
    (format === undefined || (attached.formats ?? []).includes(format)) &&
    (predicateType === undefined || attached.predicateType === predicateType)
  );
}

/** Only the payload of an envelope tells its type, and the payload of one that is not verified is not read. */
function mayBeMeant(rule: PolicyRule, attached: AttachedFacts): boolean {
  const { kind, predicateType } = attached;
  if (predicateType !== undefined) return isMeant(rule, attached);
  return kind === 'attestation' || isMeant(rule, { ...attached, ...given({ predicateType: rule.predicateType }) });
}

/** Why a proof does not count for a rule; undefined where it does. */
function shortfallOf(rule: PolicyRule, { trust, times }: ProofFacts, now: number): Shortfall | undefined {
  if (!rule.by.includes(trust)) return { reason: 'trust', trust };
  if (rule.maxAge === undefined) return undefined;
  const proven = times.filter(({ from }) => from !== 'signer').map(({ time }) => Date.parse(time));
  if (proven.length === 0 || proven.some(Number.isNaN)) return { reason: 'time' };
  const age = now - Math.min(...proven);
  if (age < -CLOCK_SKEW_MS) return { reason: 'future' };
  return age > rule.maxAge ? { reason: 'age', age } : undefined;
}

/** Equal for the signatures of a signer, whichever trust they satisfy. */
function signerKey(signer: Signer): string {
  if (signer.type === 'key') return JSON.stringify([signer.type, signer.fingerprint]);
  if (signer.type === 'certificate') return JSON.stringify([signer.type, signer.subject]);
  return JSON.stringify([signer.type, signer.identity, signer.issuer]);
}
