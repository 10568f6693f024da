import { describe, expect, it } from 'vitest';
import type { PolicyFacts, ProofFacts } from '../../../src/trust/policy/facts.js';
import { judgePolicy } from '../../../src/trust/policy/judge-policy.js';
import type { PolicyRule } from '../../../src/trust/policy/policy.js';
import { digest, image, NOW, policy, proof, rule, sbom, subject } from './support.js';

const judged = (one: Partial<PolicyRule>, facts: PolicyFacts) =>
  judgePolicy(policy(rule(one)), facts, NOW).map(({ message, isThere }) => [message, isThere]);

const WANTED = 'wanted sbom by "alice"';
const logged = (time: string, from: 'log' | 'timestamp' | 'signer' = 'log') => ({ times: [{ time, from }] });

describe('a rule', () => {
  it('is kept by a verified attachment of its kind, by its trust', () => {
    expect(judged({}, image(sbom(proof())))).toEqual([]);
  });

  it.each([
    ['nothing attached', image(), 'none', false],
    ['only an unverified one', image(sbom()), '1 not verified', true],
    ['one by another trust', image(sbom(proof('bob'))), 'one by "bob"', true],
    ['another kind', image({ kind: 'vex', proofs: [proof()] }), 'none', false],
    ['an unknown kind', image({ proofs: [proof()] }), 'none', false],
  ])('is not kept with %s', (_what, facts, got, isThere) => {
    expect(judged({}, facts)).toEqual([[`${WANTED}, got ${got}`, isThere]]);
  });

  it('wants the format and the predicate type, where it names them', () => {
    expect(judged({ format: 'cyclonedx' }, image(sbom(proof())))).toEqual([
      ['wanted sbom in cyclonedx by "alice", got none', false],
    ]);
    const provenance = {
      kind: 'provenance' as const,
      predicateType: 'https://slsa.dev/provenance/v1',
      proofs: [proof()],
    };
    const wanted = { kind: 'provenance' as const, predicateType: 'https://slsa.dev/provenance/v1' };
    expect(judged(wanted, image(provenance))).toEqual([]);
    expect(judged(wanted, image({ ...provenance, predicateType: 'https://slsa.dev/provenance/v1.1' }))).toEqual([
      ['wanted provenance of type "https://slsa.dev/provenance/v1" by "alice", got none', false],
    ]);
    expect(judged(wanted, image({ kind: 'provenance', proofs: [proof()] }))).toHaveLength(1);
    // The predicate type of an envelope that is not verified is not known.
    expect(judged(wanted, image({ kind: 'provenance', proofs: [] }))).toEqual([
      [expect.stringMatching(/got 1 not verified$/), true],
    ]);
  });
});

describe('count', () => {
  const two = { by: ['alice', 'bob', 'alice again'], count: 2 };

  it('counts signers, not signatures and not trusts', () => {
    const same = proof('alice again', { signer: proof('alice').signer });
    expect(judged(two, image(sbom(proof('alice')), sbom(proof('alice'))))).toHaveLength(1);
    expect(judged(two, image(sbom(proof('alice'), same)))).toEqual([
      ['wanted sbom by 2 signers of "alice" or "bob" or "alice again", got 1 signer', true],
    ]);
    expect(judged(two, image(sbom(proof('alice')), sbom(proof('bob'))))).toEqual([]);
  });

  it('takes an identity at another issuer for another signer', () => {
    const at = (issuer: string) =>
      proof('alice', { signer: { type: 'identity', identity: 'alice@acme.example', issuer } });
    expect(judged(two, image(sbom(at('https://one.example')), sbom(at('https://two.example'))))).toEqual([]);
  });
});

describe('maxAge', () => {
  const fresh = { maxAge: 30 * 24 * 3600 * 1000 };
  const WANTED_FRESH = `${WANTED} at most 30d old`;

  it.each([
    ['2026-10-28T12:00:00Z', undefined],
    ['2026-10-28T11:59:59Z', 'one of 31d'],
    ['2026-11-27T12:05:00Z', undefined],
    ['2026-11-27T12:05:01Z', 'one whose proven time is in the future'],
    ['yesterday', 'one whose time no log and no timestamp proves'],
  ])('compares the time of a log: %s', (time, got) => {
    const found = judged(fresh, image(sbom(proof('alice', logged(time)))));
    expect(found).toEqual(got === undefined ? [] : [[`${WANTED_FRESH}, got ${got}`, true]]);
  });

  it('does not take the time that only the signer tells, nor a signature without a time', () => {
    for (const times of [[], [{ time: NOW.toISOString(), from: 'signer' as const }]]) {
      expect(judged(fresh, image(sbom(proof('alice', { times }))))).toEqual([
        [`${WANTED_FRESH}, got one whose time no log and no timestamp proves`, true],
      ]);
    }
  });

  it('compares the earliest of several times', () => {
    const times = [...logged('2026-11-20T00:00:00Z', 'timestamp').times, ...logged('2025-11-20T00:00:00Z').times];
    expect(judged(fresh, image(sbom(proof('alice', { times }))))).toHaveLength(1);
  });
});

describe('on', () => {
  const signed = sbom(proof());
  const index = subject('a', signed);
  const bare = { ...subject('b'), platform: 'linux/amd64', above: [index] };
  const own = { ...subject('c', signed), platform: 'linux/arm64', above: [index] };

  it('any: an index has it for its platforms', () => {
    expect(judged({}, { subject: index, platforms: [bare, own] })).toEqual([]);
    const lacking = judgePolicy(
      policy(rule()),
      { subject: subject('a'), platforms: [{ ...bare, above: [] }, own] },
      NOW,
    );
    expect(lacking).toEqual([
      { rule: 'sbom', message: `${WANTED}, got none`, digest: digest('b'), platform: 'linux/amd64', isThere: false },
    ]);
  });

  it('platforms: each has it itself', () => {
    expect(judged({ on: 'platforms' }, { subject: index, platforms: [bare, own] })).toEqual([
      [`${WANTED}, got one of the index only`, false],
    ]);
    expect(judged({ on: 'platforms' }, { subject: index, platforms: [own] })).toEqual([]);
  });

  it('index: the index has it, whatever its platforms have', () => {
    expect(judged({ on: 'index' }, { subject: index, platforms: [bare] })).toEqual([]);
    expect(judged({ on: 'index' }, { subject: subject('a'), platforms: [own] })).toHaveLength(1);
    expect(judged({ on: 'index' }, { subject: bare })).toEqual([]);
    expect(judged({ on: 'index' }, { subject: { ...own, above: [subject('a')] } })).toHaveLength(1);
  });

  it('an index without platforms, and an image without an index, have it themselves', () => {
    for (const on of ['any', 'platforms', 'index'] as const) {
      expect(judged({ on }, { subject: index, platforms: [] })).toEqual([]);
      expect(judged({ on }, { subject: index })).toEqual([]);
      expect(judged({ on }, { subject: subject('a'), platforms: [] })).toHaveLength(1);
    }
  });
});

describe('scope', () => {
  it('all rules that fit must be kept', () => {
    const rules = [
      rule({ name: 'all' }),
      rule({ name: 'acme', scope: ['ghcr.io/other/*', 'ghcr.io/acme/*'], by: ['bob'] }),
      rule({ name: 'other', scope: ['ghcr.io/other/*'], by: ['carol'] }),
    ];
    const names = (...proofs: readonly ProofFacts[]) =>
      judgePolicy(policy(...rules), image(sbom(...proofs)), NOW).map(({ rule: name }) => name);
    expect(names(proof('alice'), proof('bob'))).toEqual([]);
    expect(names(proof('alice'))).toEqual(['acme']);
    expect(names(proof('carol'))).toEqual(['all', 'acme']);
  });

  it('knows a registry in all of its forms: none escapes a rule', () => {
    const strict = policy(rule({ name: 'all' }), rule({ name: 'acme', scope: ['ghcr.io/acme/*'], by: ['bob'] }));
    for (const repository of ['GHCR.io/acme/app', 'ghcr.io:443/acme/app', 'ghcr.io./acme/app'])
      expect(judgePolicy(strict, { ...image(sbom(proof())), repository }, NOW)).toMatchObject([{ rule: 'acme' }]);
  });

  it('refuses an image that no scope fits, whatever is attached', () => {
    const other = policy(rule({ scope: ['ghcr.io/other/**'] }));
    expect(judgePolicy(other, image(sbom(proof())), NOW)).toEqual([
      { message: 'no rule of policy.yaml has a scope that fits ghcr.io/acme/app', digest: digest('a'), isThere: true },
    ]);
    expect(judgePolicy(other, { subject: subject('a', sbom(proof())) }, NOW)).toHaveLength(1);
    expect(judgePolicy(policy(), image(sbom(proof())), NOW)).toHaveLength(1);
  });
});
