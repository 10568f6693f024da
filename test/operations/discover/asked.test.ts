import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { DiscoveredNode } from '../../../src/operations/discover/discover.js';
import { begin } from '../../store/registry/support/start.js';
import { attach as attached, pushImage, referrerOf } from '../../store/support/artifacts.js';
import { buildkitIndex, cosignTags } from '../detach/support/detaching.js';
import { put, SBOM, SIGNATURE } from '../support/attached.js';
import { discovered } from '../support/discovered.js';
import { layered } from '../support/mechanisms.js';
import { newLayout, PLACES } from '../support/places.js';

const types = (nodes: readonly DiscoveredNode[]): unknown[] =>
  nodes.map(({ artifactType, referrers }) =>
    referrers.length === 0 ? artifactType : [artifactType, types(referrers)],
  );

describe('the account of what was asked', () => {
  it('names each place of a registry, with what it had', async () => {
    const { store } = await begin({ referrers: 'api' });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await put(store, await put(store, descriptor, SBOM), SIGNATURE);
    await cosignTags(store, descriptor);
    const { result } = await discovered(store, descriptor);
    // The subject, the SBOM, its signature, and the three images of cosign.
    expect(result.asked).toEqual([
      { via: 'api', subjects: 6, found: 2 },
      { via: 'cosign-tag', subjects: 6, found: 5 },
      { via: 'tag', subjects: 6, found: 0 },
    ]);
  });

  it('says where there is no Referrers API', async () => {
    const { store } = await begin({ referrers: 'none' });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await put(store, descriptor, SBOM);
    expect((await discovered(store, descriptor)).result.asked).toEqual([
      { via: 'api', subjects: 2, found: 0, unsupported: 2 },
      { via: 'cosign-tag', subjects: 2, found: 0 },
      { via: 'tag', subjects: 2, found: 1 },
    ]);
  });

  it('leaves out the place that did not answer, which is in the list of those', async () => {
    const { store } = await begin({
      fault: ({ path }) => (path.endsWith('.sig') ? { status: 403 } : undefined),
    });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const { result } = await discovered(store, descriptor, { via: ['tag'] });
    expect([result.asked.map(({ via }) => via), result.incomplete]).toEqual([['tag'], []]);
    const all = (await discovered(store, descriptor)).result;
    expect(all.incomplete).toMatchObject([{ way: expect.stringContaining('cosign tag .sig') }]);
  });

  it('covers the ways of a layout, and the index', async () => {
    const store = await newLayout();
    const index = await buildkitIndex(store, true);
    const { result } = await discovered(store, index.descriptor, { depth: 1 });
    expect(result.asked.map(({ via, subjects }) => [via, subjects])).toEqual([
      ['cosign-tag', 3],
      ['index-child', 2],
      ['layout-entry', 3],
      ['layout-referrers', 3],
      ['layout-scan', 3],
      ['layout-tag', 3],
    ]);
    expect(result.asked.find(({ via }) => via === 'index-child')).toMatchObject({ found: 4 });
  });
});

describe('only some places', () => {
  it('are asked, and nothing else', async () => {
    const { store, registry } = await begin({ referrers: 'api' });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await put(store, descriptor, SBOM);
    await cosignTags(store, descriptor);
    registry.clear();
    const { result } = await discovered(store, descriptor, { via: ['cosign-tag'], depth: 1 });
    expect(result.referrers.map(({ via }) => via)).toEqual(Array(5).fill(['cosign-tag']));
    expect(registry.requests.filter(({ path }) => path.includes('/referrers/'))).toEqual([]);
    expect(registry.count('GET', referrersTag(descriptor.digest))).toBe(0);
    expect(types((await discovered(store, descriptor, { via: ['api'] })).result.referrers)).toEqual([SBOM]);
    expect((await discovered(store, descriptor, { via: ['tag'] })).result.referrers).toEqual([]);
  });

  it('are looked at in a layout', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await put(store, descriptor, SBOM);
    await cosignTags(store, descriptor);
    expect(types((await discovered(store, descriptor, { via: ['layout-entry'] })).result.referrers)).toEqual([SBOM]);
    expect((await discovered(store, descriptor, { via: ['layout-scan'] })).result.referrers).toEqual([]);
    expect((await discovered(store, descriptor, { via: ['cosign-tag'] })).result.referrers).toHaveLength(5);
  });
});

describe('a place that is not there', () => {
  it('is no answer: nothing was asked', async () => {
    const { store } = await begin({ referrers: 'none' });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await put(store, descriptor, SBOM);
    const { result, failure } = await discovered(store, descriptor, { via: ['api'] });
    expect([failure, result.referrers]).toMatchObject([{ code: 'UNSUPPORTED' }, []]);
    expect(result.incomplete).toMatchObject([{ error: { code: 'UNSUPPORTED' } }]);
    const layout = await newLayout();
    const image = (await pushImage(layout, 'image', { tags: ['v1'] })).descriptor;
    expect((await discovered(layout, image, { via: ['api', 'tag'] })).failure).toMatchObject({ code: 'UNSUPPORTED' });
    // Beside one that is there it takes nothing away from the answer.
    expect((await discovered(store, descriptor, { via: ['api', 'cosign-tag'] })).failure).toBeUndefined();
    expect((await discovered(store, descriptor, { via: ['index-child'] })).failure).toBeUndefined();
  });
});

describe.each(PLACES)('a selection in %s', (_name, open) => {
  it('shows what fits, and what leads to it', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const date = (day: number) => ({
      'org.opencontainers.image.created': `2026-01-0${day}T00:00:00Z`,
      team: `t${day}`,
    });
    const attach = async (type: string, day: number) => {
      const manifest = referrerOf(descriptor, type, date(day));
      await attached(store, manifest, { settle: false });
      return manifest.descriptor;
    };
    const old = await attach(SBOM, 1);
    const recent = await attach(SBOM, 2);
    const signature = await put(store, old, SIGNATURE);
    const found = async (selection: Parameters<typeof discovered>[2]) =>
      (await discovered(store, descriptor, selection)).result.referrers;
    expect((await found({ annotations: [{ key: 'team', value: 't2' }] })).map(({ digest }) => digest)).toEqual([
      recent.digest,
    ]);
    expect(types(await found({ annotations: [{ key: 'team' }] }))).toEqual([SBOM, SBOM]);
    expect(types(await found({ digest: signature.digest }))).toEqual([[SBOM, [SIGNATURE]]]);
    const newest = await found({ kind: 'sbom', latest: true });
    expect(newest.map(({ digest }) => digest)).toEqual([recent.digest]);
    // The signature has no date: the newest of all is unknown.
    await expect(found({ latest: true })).rejects.toMatchObject({ code: 'AMBIGUOUS' });
  });
});

it('shows an image of cosign that has nothing in it: it is there all the same', async () => {
  const { store } = await begin();
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const empty = await layered(store, [], { tags: [`${referrersTag(descriptor.digest)}.att`] });
  const { referrers } = (await discovered(store, descriptor)).result;
  expect(referrers).toMatchObject([{ digest: empty.descriptor.digest, via: ['cosign-tag'] }]);
});

it('asks with HEAD for the referrers tag of a registry that is known to have the API', async () => {
  const { store, registry } = await begin({ referrers: 'api' });
  const first = await pushImage(store, 'one', { tags: ['v1'] });
  const second = await pushImage(store, 'two', { tags: ['v2'] });
  await discovered(store, first.descriptor);
  registry.clear();
  await discovered(store, second.descriptor);
  const asked = registry.requests.filter(({ path }) => path.endsWith(referrersTag(second.descriptor.digest)));
  expect(asked.map(({ method }) => method)).toEqual(['HEAD']);
  // The referrers tag is read, too: an older tool may have written it.
  const sbom = await put(store, second.descriptor, SBOM);
  const list = buildIndex({ manifests: [sbom] });
  await store.putManifest(list, { tags: [referrersTag(second.descriptor.digest)] });
  const { result } = await discovered(store, second.descriptor);
  expect(result.referrers).toMatchObject([{ digest: sbom.digest, via: ['api', 'tag'] }]);
});
