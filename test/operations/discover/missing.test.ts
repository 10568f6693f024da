import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../../src/oci/values/digest.js';
import type { DiscoveredNode, DiscoverResult } from '../../../src/operations/discover/discover.js';
import { missingKinds, parseRequirement } from '../../../src/operations/discover/missing.js';

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

  it('is looked for on each platform, on the index, or on either', () => {
    const some = index([], [node('sbom')], []);
    expect(missingKinds(some, SBOM)).toEqual([{ kind: 'sbom', digest: digest(3), platform: 'linux/1' }]);
    expect(missingKinds(some, SBOM, 'any')).toHaveLength(1);
    expect(missingKinds(some, SBOM, 'index')).toEqual([{ kind: 'sbom', digest: digest(1) }]);
    const whole = index([node('sbom')], [node('sbom')], []);
    expect(missingKinds(whole, SBOM)).toEqual([
      { kind: 'sbom', digest: digest(3), platform: 'linux/1', onIndex: true },
    ]);
    expect(missingKinds(whole, SBOM, 'any')).toEqual([]);
    expect(missingKinds(whole, SBOM, 'index')).toEqual([]);
  });

  it('is all of it for an index without children', () => {
    expect(missingKinds(index([]), SBOM)).toEqual([{ kind: 'sbom', digest: digest(1) }]);
    expect(missingKinds(index([node('sbom')]), SBOM)).toEqual([]);
  });
});
