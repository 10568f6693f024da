import { describe, expect, it } from 'vitest';
import { type Digest, parseDigest } from '../../../src/oci/values/digest.js';
import type { DiscoveredNode, DiscoverResult } from '../../../src/operations/discover/discover.js';
import {
  gate as gateOf,
  isOfKind,
  parseRequirement,
  type Requirement,
  type RequireOn,
} from '../../../src/operations/discover/missing.js';

const digest = (n: number) => parseDigest(`sha256:${String(n).repeat(64)}`);

function node(kind: DiscoveredNode['kind'], more: Partial<DiscoveredNode> = {}): DiscoveredNode {
  const fields = { reference: 'x', mediaType: 'm/t', digest: digest(9), size: 1, subject: digest(1) };
  return { ...fields, ...(kind === undefined ? {} : { kind }), via: ['api'], referrers: [], ...more };
}

const fields = { reference: 'x', mediaType: 'm/t', size: 1, asked: [], incomplete: [] };
const single = (...referrers: DiscoveredNode[]): DiscoverResult => ({ ...fields, digest: digest(1), referrers });
const index = (own: readonly DiscoveredNode[], ...each: (readonly DiscoveredNode[])[]): DiscoverResult => ({
  ...single(...own),
  platforms: each.map((referrers, n) => ({ ...fields, digest: digest(n + 2), platform: `linux/${n}`, referrers })),
});
const SBOM = [{ kind: 'sbom' }] as const;
const gate = (
  result: DiscoverResult,
  requirements: readonly Requirement[],
  on?: RequireOn,
  unread?: ReadonlySet<Digest>,
) => gateOf(result, requirements, { on, unread, fits: isOfKind });
const missingKinds = (...args: Parameters<typeof gate>) => gate(...args).missing;

describe('a requirement', () => {
  it('is a kind, or a kind in a format', () => {
    expect(parseRequirement('sbom')).toEqual({ kind: 'sbom' });
    expect(parseRequirement('provenance@sigstore-bundle')).toEqual({ kind: 'provenance', format: 'sigstore-bundle' });
  });

  it.each(['', 'SBOM', 'sbom@', 'sbom@xml', '@spdx', 'sbom@spdx@x', 'sboms'])('is not %j', (text) => {
    expect(() => parseRequirement(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('what is missing', () => {
  it('is what nothing attached is, directly: a signature of the SBOM is none of the image', () => {
    const sbom = node('sbom', { formats: ['spdx'], referrers: [node('signature')] });
    expect(missingKinds(single(sbom), SBOM)).toEqual([]);
    expect(missingKinds(single(sbom), [{ kind: 'signature' }])).toEqual([{ kind: 'signature', digest: digest(1) }]);
    expect(missingKinds(single(sbom), [{ kind: 'sbom', format: 'cyclonedx' }])).toHaveLength(1);
    expect(missingKinds(single(sbom), [{ kind: 'sbom', format: 'spdx' }])).toEqual([]);
    expect(missingKinds(single(), SBOM)).toHaveLength(1);
  });

  it('is looked for on each platform or the index, on each platform itself, or on the index alone', () => {
    const some = index([], [node('sbom')], []);
    expect(missingKinds(some, SBOM)).toEqual([{ kind: 'sbom', digest: digest(3), platform: 'linux/1' }]);
    expect(missingKinds(some, SBOM, 'platforms')).toHaveLength(1);
    expect(missingKinds(some, SBOM, 'index')).toEqual([{ kind: 'sbom', digest: digest(1) }]);
    const whole = index([node('sbom')], [node('sbom')], []);
    expect(missingKinds(whole, SBOM, 'platforms')).toEqual([
      { kind: 'sbom', digest: digest(3), platform: 'linux/1', onIndex: true },
    ]);
    expect(gate(whole, SBOM)).toEqual({
      missing: [],
      onIndex: [{ kind: 'sbom', digest: digest(3), platform: 'linux/1', index: digest(1) }],
    });
    expect(gate(whole, SBOM, 'index')).toEqual({ missing: [], onIndex: [] });
  });

  it('is looked for on every index that leads to the platform', () => {
    const outer: DiscoverResult = {
      ...single(),
      platforms: [
        { ...fields, digest: digest(2), isPlatform: false, referrers: [node('sbom')] },
        { ...fields, digest: digest(3), isPlatform: false, within: [digest(2)], referrers: [] },
        { ...fields, digest: digest(4), platform: 'linux/a', within: [digest(3)], referrers: [] },
        { ...fields, digest: digest(5), platform: 'linux/b', referrers: [] },
      ],
    };
    expect(gate(outer, SBOM)).toEqual({
      missing: [{ kind: 'sbom', digest: digest(5), platform: 'linux/b' }],
      onIndex: [{ kind: 'sbom', digest: digest(4), platform: 'linux/a', index: digest(2) }],
    });
  });

  it('is not looked for on what is not a platform, unless there is none', () => {
    const other = { ...fields, digest: digest(2), isPlatform: false as const, referrers: [] };
    expect(missingKinds({ ...index([], [node('sbom')]), platforms: [other] }, SBOM)).toEqual([
      { kind: 'sbom', digest: digest(1) },
    ]);
    const both = index([], [node('sbom')]);
    const platforms = [other, ...(both.platforms ?? []).map((one) => ({ ...one, digest: digest(3) }))];
    expect(missingKinds({ ...both, platforms }, SBOM, 'platforms')).toEqual([]);
  });

  it('is unknown for the platforms of an index that could not be read, unless that index has it', () => {
    const unread = { ...fields, digest: digest(2), isPlatform: false as const, referrers: [] };
    const outer = (...own: DiscoveredNode[]): DiscoverResult => ({ ...single(...own), platforms: [unread] });
    const some = new Set([digest(2)]);
    expect(gate(outer(), SBOM, 'any', some).missing).toMatchObject([{ digest: digest(2) }]);
    expect(gate(outer(node('sbom')), SBOM, 'any', some).missing).toEqual([]);
    expect(gate(outer(node('sbom')), SBOM, 'platforms', some).missing).toMatchObject([{ onIndex: true }]);
    const whole = new Set([digest(1)]);
    const lost = { ...single(node('sbom')), platforms: [] };
    expect(gate(lost, SBOM, 'platforms', whole).missing).toMatchObject([{ digest: digest(1), onIndex: true }]);
    expect(gate(lost, SBOM, 'any', whole).missing).toEqual([]);
  });

  it('is all of it for an index without children', () => {
    expect(missingKinds(index([]), SBOM)).toEqual([{ kind: 'sbom', digest: digest(1) }]);
    expect(missingKinds(index([node('sbom')]), SBOM)).toEqual([]);
  });
});
