import { describe, expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { type DiscoveredNode, discover } from '../../../src/operations/discover/discover.js';
import { begin } from '../../store/registry/support/start.js';
import { Content, pushImage, readBlob, writeContent } from '../../store/support/artifacts.js';
import { buildkitIndex, childOf, cosignTags } from '../detach/support/detaching.js';
import { put, SBOM, SIGNATURE } from '../support/attached.js';
import { discovered } from '../support/discovered.js';
import { PLACES } from '../support/places.js';

const kinds = (nodes: readonly DiscoveredNode[]) => nodes.map(({ kind, via }) => `${kind} ${via.join('+')}`).sort();

describe.each(PLACES)('in %s', (_what, open) => {
  it('finds what cosign keeps under tags: each layer is an attachment', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await cosignTags(store, descriptor);
    const { result, failure } = await discovered(store, descriptor);
    expect(failure).toBeUndefined();
    expect(kinds(result.referrers)).toEqual([
      'provenance cosign-tag',
      'sbom cosign-tag',
      'signature cosign-tag',
      'signature cosign-tag',
      'signature cosign-tag',
    ]);
    const sbom = result.referrers.find(({ kind }) => kind === 'sbom');
    expect(sbom).toMatchObject({ mediaType: 'text/spdx', formats: ['spdx', 'cosign'], subject: descriptor.digest });
    expect(sbom?.reference).toBe(store.format({ digest: sbom?.manifest }));
    // The attachment is the layer: its digest fetches the document itself.
    if (sbom === undefined) throw new Error('no SBOM');
    expect((await readBlob(store, sbom)).toString()).toBe('SPDXVersion: SPDX-2.3');
    const provenance = result.referrers.find(({ kind }) => kind === 'provenance');
    expect(provenance).toMatchObject({ formats: ['dsse'], predicateType: 'https://slsa.dev/provenance/v1' });
  });

  it.each([false, true])('finds what BuildKit keeps in the index, once (as a referrer, too: %s)', async (isNew) => {
    const store = await open();
    const index = await buildkitIndex(store, isNew);
    const { result, failure } = await discovered(store, index.descriptor);
    expect(failure).toBeUndefined();
    expect(result.referrers).toEqual([]);
    expect(result.platforms?.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64']);
    for (const { digest, referrers } of result.platforms ?? []) {
      expect(referrers.map(({ kind }) => kind)).toEqual(['sbom', 'provenance']);
      expect(referrers.every(({ via, subject }) => via.includes('index-child') && subject === digest)).toBe(true);
      expect(referrers[0]).toMatchObject({ formats: ['in-toto', 'spdx'], predicateType: 'https://spdx.dev/Document' });
      const ways = isNew ? 2 : 1;
      expect(referrers.every(({ via }) => via.length === ways)).toBe(true);
    }
    // A child that was chosen from the index shows the same.
    const selected = await discover({ store, tag: 'multi' }, { platform: 'linux/amd64' });
    expect(selected.digest).toBe(childOf(index).digest);
    expect(selected.referrers).toEqual(result.platforms?.[0]?.referrers);
  });

  it('shows what is attached to the index, to each platform, and to that', async () => {
    const store = await open();
    const index = await buildkitIndex(store, false);
    const amd64 = childOf(index);
    await put(store, index.descriptor, SBOM);
    const scan = await put(store, amd64, 'application/sarif+json');
    await put(store, scan, SIGNATURE);
    await cosignTags(store, amd64);
    const { result, failure } = await discovered(store, index.descriptor);
    expect(failure).toBeUndefined();
    expect(result.referrers.map(({ kind }) => kind)).toEqual(['sbom']);
    const [first, second] = result.platforms ?? [];
    expect(first?.referrers).toHaveLength(8);
    expect(first?.referrers.find(({ kind }) => kind === 'scan')?.referrers).toHaveLength(1);
    expect(second?.referrers).toHaveLength(2);
    // Only what is looked for, and what leads to it.
    const only = await discovered(store, index.descriptor, { kind: ['sbom', 'scan'] });
    expect(only.result.referrers).toHaveLength(1);
    expect(only.result.platforms?.map(({ referrers }) => kinds(referrers).map((line) => line.split(' ')[0]))).toEqual([
      ['sbom', 'sbom', 'scan'],
      ['sbom'],
    ]);
  });

  it('names what has no type of its own by its layers', async () => {
    const store = await open();
    const { descriptor: subject } = await pushImage(store, 'image', { tags: ['v1'] });
    const layer = new Content(Buffer.from('SPDXVersion: SPDX-2.2'), { mediaType: 'text/spdx' });
    const empty = new Content(Buffer.from('{}'), { mediaType: MediaType.empty });
    await writeContent(store, layer, empty);
    const manifest = buildManifest({ artifactType: MediaType.unknownArtifact, layers: [layer.descriptor], subject });
    await store.putManifest(manifest, { settle: false });
    const { result } = await discovered(store, subject);
    expect(result.referrers).toMatchObject([
      { kind: 'sbom', formats: ['spdx'], artifactType: MediaType.unknownArtifact },
    ]);
  });

  it('lists what a tag like one of cosign stands for, even if cosign did not make it', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const other = buildIndex({ manifests: [] });
    await store.putManifest(other, { tags: [`${referrersTag(descriptor.digest)}.sig`] });
    const { result, failure } = await discovered(store, descriptor);
    expect(result.referrers).toMatchObject([{ digest: other.descriptor.digest, via: ['cosign-tag'] }]);
    expect([result.incomplete, failure]).toEqual([[], undefined]);
  });
});

it('asks for each tag where the tags cannot be listed', async () => {
  const { store, registry } = await begin({
    fault: ({ path }) => (path.includes('/tags/list') ? { status: 403 } : undefined),
  });
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const sbom = await put(store, descriptor, SBOM);
  await cosignTags(store, sbom);
  registry.clear();
  const { result, failure } = await discovered(store, descriptor);
  expect(failure).toBeUndefined();
  expect(result.referrers[0]?.referrers).toHaveLength(5);
  expect(registry.count('HEAD', `${referrersTag(sbom.digest)}.sig`)).toBe(1);
});
