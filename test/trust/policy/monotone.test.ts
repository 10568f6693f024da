import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  AttachedFacts,
  HolderFacts,
  PolicyFacts,
  ProofFacts,
  SubjectFacts,
} from '../../../src/trust/policy/facts.js';
import { judgePolicy } from '../../../src/trust/policy/judge-policy.js';
import { POLICY_ON, type PolicyRule } from '../../../src/trust/policy/policy.js';
import { digest, NOW, policy } from './support.js';

const KINDS = ['sbom', 'signature'] as const;
const FORMATS = ['spdx', 'cosign'] as const;
const TYPES = ['https://spdx.dev/Document', 'https://slsa.dev/provenance/v1'] as const;
const TRUSTS = ['alice', 'bob', 'carol'];
const DAY = 24 * 3600 * 1000;
const maybe = <T>(values: readonly T[]) => fc.constantFrom(undefined, ...values);

const proof: fc.Arbitrary<ProofFacts> = fc.record({
  trust: fc.constantFrom(...TRUSTS),
  signer: fc.constantFrom('1', '2').map((fingerprint) => ({ type: 'key' as const, fingerprint })),
  times: fc.array(
    fc.record({
      time: fc.constantFrom(-1, 0, 10, 40).map((days) => new Date(NOW.getTime() - days * DAY).toISOString()),
      from: fc.constantFrom('log' as const, 'timestamp' as const, 'signer' as const),
    }),
    { maxLength: 2 },
  ),
});

const described = { kind: maybe(KINDS), formats: fc.subarray([...FORMATS]), predicateType: maybe(TYPES) };
const verified: fc.Arbitrary<AttachedFacts> = fc.record({
  ...described,
  proofs: fc.array(proof, { minLength: 1, maxLength: 2 }),
});
const junk: fc.Arbitrary<AttachedFacts> = fc.record({ ...described, proofs: fc.constant([]) });
const attached = fc.array(fc.oneof({ weight: 4, arbitrary: verified }, junk), { maxLength: 4 });

const facts: fc.Arbitrary<PolicyFacts> = fc
  .record({
    repository: fc.constantFrom(undefined, 'ghcr.io/acme/app', 'ghcr.io/acme/team/app', 'docker.io/library/app'),
    index: attached,
    platforms: fc.array(attached, { maxLength: 2 }),
  })
  .map(({ repository, index, platforms }) => {
    const subject: SubjectFacts = { digest: digest('a'), attached: index };
    const below = platforms.map((own, at) => ({ digest: digest(String(at)), attached: own, above: [subject] }));
    return { repository, subject, ...(below.length === 0 ? {} : { platforms: below }) };
  });

const rule: fc.Arbitrary<PolicyRule> = fc
  .record({
    name: fc.constant('rule'),
    scope: fc.subarray(['**', 'ghcr.io/acme/*', 'ghcr.io/**', 'docker.io/*/*'], { minLength: 1 }),
    kind: fc.constantFrom(undefined, undefined, ...KINDS),
    format: fc.constantFrom(undefined, undefined, ...FORMATS),
    predicateType: fc.constantFrom(undefined, undefined, ...TYPES),
    on: fc.constantFrom(...POLICY_ON),
    by: fc.subarray(TRUSTS, { minLength: 1 }),
    count: fc.constantFrom(1, 1, 2),
    maxAge: fc.constantFrom(undefined, undefined, 30 * DAY),
  })
  .map(({ kind, format, predicateType, maxAge, ...rest }) => ({
    ...rest,
    ...(kind === undefined ? {} : { kind }),
    ...(format === undefined ? {} : { format }),
    ...(predicateType === undefined ? {} : { predicateType }),
    ...(maxAge === undefined ? {} : { maxAge }),
  }));
const rules = fc.array(rule, { minLength: 1, maxLength: 2 });

/** The facts with more attachments on the subject, and on each platform with its index. */
function withMore(
  all: PolicyFacts,
  onSubject: readonly AttachedFacts[],
  onEach: readonly AttachedFacts[],
): PolicyFacts {
  const add = <T extends HolderFacts>(one: T, more: readonly AttachedFacts[]): T => ({
    ...one,
    attached: [...one.attached, ...more],
  });
  const subject = add(all.subject, onSubject);
  if (all.platforms === undefined) return { ...all, subject };
  return { ...all, subject, platforms: all.platforms.map((one) => ({ ...add(one, onEach), above: [subject] })) };
}

const isKept = (given: readonly PolicyRule[], all: PolicyFacts) => judgePolicy(policy(...given), all, NOW).length === 0;
const lacking = (given: readonly PolicyRule[], all: PolicyFacts) =>
  judgePolicy(policy(...given), all, NOW).map(({ rule: name, digest: lacks }) => [name, lacks]);

describe('judgePolicy', () => {
  it('keeps and breaks policies here', () => {
    const outcomes = fc.sample(fc.tuple(rules, facts), { numRuns: 2000, seed: 1 }).map((one) => isKept(...one));
    expect(outcomes.filter(Boolean).length).toBeGreaterThan(100);
    expect(outcomes.filter((kept) => !kept).length).toBeGreaterThan(100);
  });

  it('is not broken by more verified attachments', () => {
    fc.assert(
      fc.property(
        rules,
        facts,
        fc.array(verified, { maxLength: 3 }),
        fc.array(verified, { maxLength: 3 }),
        (given, all, a, b) => {
          fc.pre(isKept(given, all));
          expect(isKept(given, withMore(all, a, b))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is neither kept nor broken by attachments that are not verified', () => {
    fc.assert(
      fc.property(
        rules,
        facts,
        fc.array(junk, { maxLength: 3 }),
        fc.array(junk, { maxLength: 3 }),
        (given, all, a, b) => {
          expect(lacking(given, withMore(all, a, b))).toEqual(lacking(given, all));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is never looser with one more rule: what lacked still lacks', () => {
    fc.assert(
      fc.property(rules, rule, facts, (given, more, all) => {
        const before = lacking(given, all);
        // The first rule whose scope fits takes the place of the refusal for want of one.
        fc.pre(before.every(([name]) => name !== undefined));
        expect(lacking([...given, more], all)).toEqual(expect.arrayContaining(before));
      }),
      { numRuns: 300 },
    );
  });

  it('needs each signature that it needs: without all verified attachments no rule is kept', () => {
    const bare = (one: SubjectFacts): SubjectFacts => ({ digest: one.digest, attached: [] });
    fc.assert(
      fc.property(rules, facts, (given, { repository, subject, platforms }) => {
        const none = { repository, subject: bare(subject), ...(platforms && { platforms: platforms.map(bare) }) };
        expect(isKept(given, none)).toBe(false);
      }),
    );
  });
});
