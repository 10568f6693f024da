import { parseDigest } from '../../../src/oci/values/digest.js';
import type { AttachedFacts, PolicyFacts, ProofFacts, SubjectFacts } from '../../../src/trust/policy/facts.js';
import type { Policy, PolicyRule } from '../../../src/trust/policy/policy.js';

export const NOW = new Date('2026-11-27T12:00:00Z');

export function digest(digit: string) {
  return parseDigest(`sha256:${digit.repeat(64)}`);
}

export function rule(members: Partial<PolicyRule> = {}): PolicyRule {
  return { name: 'sbom', scope: ['**'], kind: 'sbom', on: 'any', by: ['alice'], count: 1, ...members };
}

export function policy(...rules: readonly PolicyRule[]): Policy {
  return { source: 'policy.yaml', trust: [], rules };
}

export function proof(trust = 'alice', members: Partial<ProofFacts> = {}): ProofFacts {
  return { trust, signer: { type: 'key', fingerprint: `key of ${trust}` }, times: [], ...members };
}

export function sbom(...proofs: readonly ProofFacts[]): AttachedFacts {
  return { kind: 'sbom', formats: ['in-toto', 'spdx'], proofs };
}

export function subject(digit: string, ...attached: readonly AttachedFacts[]): SubjectFacts {
  return { digest: digest(digit), attached };
}

export function image(...attached: readonly AttachedFacts[]): PolicyFacts {
  return { repository: 'ghcr.io/acme/app', subject: subject('a', ...attached) };
}
