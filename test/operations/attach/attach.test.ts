import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { subjectOf } from '../../../src/oci/documents/manifest.js';
import { type AttachOptions, attach } from '../../../src/operations/attach/attach.js';
import { pack } from '../../../src/operations/pack/pack.js';
import { push } from '../../../src/operations/push/push.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { list, listDigests, pushImage } from '../../store/support/artifacts.js';
import { tree } from '../../support/temp.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';

const SBOM = 'application/spdx+json';
const FILE = { content: '{"spdx":true}', name: 'sbom.spdx.json' };
const options: AttachOptions = { artifactType: SBOM, settle: false };

/** An index with a child for each platform. */
async function pushPlatforms(store: Store) {
  const [amd64, arm64] = [
    await pushImage(store, 'amd64', { child: true }),
    await pushImage(store, 'arm64', { child: true }),
  ];
  const index = buildIndex({
    manifests: [
      { ...amd64.descriptor, platform: { os: 'linux', architecture: 'amd64' } },
      { ...arm64.descriptor, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    ],
  });
  await store.putManifest(index, { tags: ['multi'] });
  return { index, amd64, arm64 };
}

describe.each(PLACES)('attach in %s', (_what, open) => {
  it('names the subject by its type, digest and size, and is listed with it', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const result = await attach({ store, tag: 'v1' }, [FILE], { ...options, annotations: { k: 'v' } });
    expect(subjectOf(result.manifest)).toEqual(image.descriptor);
    expect(result).toMatchObject({
      reference: store.format({ digest: result.manifest.descriptor.digest }),
      artifactType: SBOM,
      annotations: { k: 'v' },
      tags: [],
      result: 'written',
      layers: [{ size: 13, result: 'written' }],
      subject: { reference: store.format({ digest: image.descriptor.digest }), ...image.descriptor },
    });
    const [found, ...more] = await list(store, image.descriptor);
    expect(more).toEqual([]);
    expect(found?.descriptor).toMatchObject({ digest: result.digest, artifactType: SBOM, annotations: { k: 'v' } });
    expect(found?.via).toEqual([result.listedBy]);
  });

  it('gives the same digest again, and says that it was there', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const first = await attach({ store, tag: 'v1' }, [FILE], options);
    const again = await attach({ store, digest: image.descriptor.digest }, [FILE], options);
    expect(again).toMatchObject({ digest: first.digest, result: 'exists', layers: [{ result: 'exists' }] });
    expect(await listDigests(store, image.descriptor)).toEqual([first.digest]);
    const other = await attach({ store, tag: 'v1' }, [{ ...FILE, content: '{}' }], options);
    expect(await listDigests(store, image.descriptor)).toEqual([first.digest, other.digest].sort());
  });

  it('attaches to an index, or to the child of a platform', async () => {
    const store = await open();
    const { index, arm64 } = await pushPlatforms(store);
    const toIndex = await attach({ store, tag: 'multi' }, [FILE], options);
    const platform = { os: 'linux', architecture: 'arm64' };
    const toChild = await attach({ store, tag: 'multi' }, [FILE], { ...options, platform });
    expect(toIndex.subject).toMatchObject(index.descriptor);
    expect(toChild.subject).toMatchObject(arm64.descriptor);
    expect(await listDigests(store, index.descriptor)).toEqual([toIndex.digest]);
    expect(await listDigests(store, arm64.descriptor)).toEqual([toChild.digest]);
  });

  it('has the digest that pack told', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const told = await pack([FILE], { artifactType: SBOM, subject: image.descriptor });
    expect((await attach({ store, tag: 'v1' }, [FILE], options)).digest).toBe(told.manifest.descriptor.digest);
  });

  it('without files has the empty layer, and attaches to an attached artifact', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    const first = await attach({ store, tag: 'v1' }, [], options);
    expect(first.layers).toEqual([]);
    const second = await attach({ store, digest: first.manifest.descriptor.digest }, [], options);
    expect(await listDigests(store, first.manifest.descriptor)).toEqual([second.digest]);
  });
});

describe('attach to what is not there', () => {
  const wrong: readonly (readonly [string, { tag: string }, Partial<AttachOptions>, string])[] = [
    ['a tag', { tag: 'none' }, {}, 'NOT_FOUND'],
    ['a platform', { tag: 'multi' }, { platform: { os: 'plan9', architecture: 'amd64' } }, 'NO_MATCH'],
    ['the platform of an image', { tag: 'v1' }, { platform: { os: 'linux', architecture: 'amd64' } }, 'NO_MATCH'],
  ];

  it.each(wrong)('stores nothing in a layout: %s', async (_what, selector, more, code) => {
    const store = await newLayout();
    await pushImage(store, 'image', { tags: ['v1'] });
    await pushPlatforms(store);
    const before = await tree(store.directory);
    await expect(attach({ store, ...selector }, [FILE], { ...options, ...more })).rejects.toMatchObject({ code });
    expect(await tree(store.directory)).toEqual(before);
  });

  it.each(wrong)('sends not a byte to a registry: %s', async (_what, selector, more, code) => {
    const { store, registry } = await begin();
    await pushImage(store, 'image', { tags: ['v1'] });
    await pushPlatforms(store);
    const { blobs, manifests } = registry.repository('team/app');
    const before = [blobs.size, manifests.size];
    registry.clear();
    const files = [FILE, { content: 'x'.repeat(1_000_000), name: 'large' }];
    await expect(attach({ store, ...selector }, files, { ...options, ...more })).rejects.toMatchObject({ code });
    expect([blobs.size, manifests.size]).toEqual(before);
    expect(registry.requests.filter(({ requestBytes }) => requestBytes > 0)).toEqual([]);
  });

  it('tells the tags and the platforms that there are', async () => {
    for (const store of [await newLayout(), (await begin()).store]) {
      await pushImage(store, 'image', { tags: ['v1'] });
      await pushPlatforms(store);
      await expect(attach({ store, tag: 'none' }, [FILE], options)).rejects.toMatchObject({
        candidates: expect.arrayContaining(['v1', 'multi']),
        hint: expect.stringContaining('multi'),
      });
      const platform = { os: 'linux', architecture: 's390x' };
      await expect(attach({ store, tag: 'multi' }, [FILE], { ...options, platform })).rejects.toMatchObject({
        candidates: ['linux/amd64', 'linux/arm64/v8'],
        hint: 'It has linux/amd64, linux/arm64/v8',
      });
    }
  });
});

describe('attach with confirm', () => {
  it('finds out that a registry acknowledged the entry and lost it', async () => {
    const { store, registry } = await begin({ ociSubject: 'lie' });
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    expect(await attach({ store, tag: 'v1' }, [FILE], options)).toMatchObject({ listedBy: 'api' });
    const verified = attach({ store, tag: 'v1' }, [FILE], { ...options, confirm: true });
    await expect(verified).rejects.toMatchObject({
      code: 'CHANGED',
      message: expect.stringContaining(`is not listed with ${image.descriptor.digest}`),
      hint: expect.any(String),
    });
    expect(registry.count('GET', 'referrers')).toBeGreaterThan(0);
  });

  it.each(PLACES)('is content with %s', async (_what, open) => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    expect(await attach({ store, tag: 'v1' }, [FILE], { ...options, confirm: true })).toMatchObject({
      result: 'written',
    });
  });
});

describe('push', () => {
  it.each(PLACES)('tags in %s, moves a tag, and writes nothing twice', async (_what, open) => {
    await inDirectory({ 'a.txt': 'a', 'b.txt': 'b' });
    const store = await open();
    const first = await push(store, [{ path: 'a.txt' }], { tags: ['v1', 'latest'] });
    expect(first).toMatchObject({ result: 'written', tags: ['v1', 'latest'], layers: [{ result: 'written' }] });
    const second = await push(store, [{ path: 'b.txt' }], { tags: ['latest'] });
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(first.digest);
    expect((await store.resolve({ tag: 'latest' })).digest).toBe(second.digest);
    const again = await push(store, [{ path: 'a.txt' }], { tags: ['v1'] });
    expect(again).toMatchObject({ result: 'exists', digest: first.digest, layers: [{ result: 'exists' }] });
  });

  it.each(PLACES)('keeps in %s an artifact without a tag', async (_what, open) => {
    const store = await open();
    const { manifest } = await push(store, [FILE]);
    expect((await store.manifest({ digest: manifest.descriptor.digest })).bytes).toEqual(manifest.bytes);
  });

  it.each(PLACES)('takes to %s one content under two titles, and streams', async (_what, open) => {
    const store = await open();
    const files = ['a', 'b', 'c'].map((name) => ({ content: name === 'c' ? '' : 'same', name }));
    const { layers, manifest } = await push(store, files, { concurrency: 1 });
    expect(layers.map(({ result }) => result)).toEqual(['written', 'written', 'written']);
    for (const layer of layers) expect(await store.hasBlob(layer)).toBe(true);
    expect((await store.manifest({ digest: manifest.descriptor.digest })).bytes).toEqual(manifest.bytes);
  });
});
