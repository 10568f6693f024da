import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { parsePlatform } from '../../../src/oci/values/platform.js';
import { platformManifest, resolvePlatform } from '../../../src/operations/attached/platform.js';
import { pushImage } from '../../store/support/artifacts.js';
import { PLACES } from '../support/places.js';

const PLATFORMS = ['linux/amd64', 'linux/arm/v6', 'linux/arm/v7', 'linux/arm64', 'linux/amd64/v3', 'unknown/unknown'];

describe.each(PLACES)('the platform of an index in %s', (_what, open) => {
  async function pushPlatforms() {
    const store = await open();
    const children = [];
    for (const name of PLATFORMS) children.push(await pushImage(store, name, { child: true }));
    const manifests = children.map(({ descriptor }, n) => ({
      ...descriptor,
      platform: parsePlatform(PLATFORMS[n] ?? ''),
    }));
    const index = buildIndex({ manifests });
    await store.putManifest(index, { tags: ['multi'] });
    return { store, index, digests: children.map(({ descriptor }) => descriptor.digest) };
  }

  it.each([
    ['linux/amd64', 0],
    ['linux/arm', 1],
    ['linux/arm/v7', 2],
    ['linux/arm64/v8', 3],
    ['linux/amd64/v3', 4],
  ])('%s is the first child that fits (D7, D8)', async (wanted, position) => {
    const { store, digests } = await pushPlatforms();
    const platform = parsePlatform(wanted);
    expect(await resolvePlatform(store, { tag: 'multi' }, platform)).toMatchObject({ digest: digests[position] });
    const manifest = await platformManifest(store, { tag: 'multi' }, platform);
    expect(manifest).toMatchObject({ kind: 'image', descriptor: { digest: digests[position] } });
  });

  it('is the index itself when none is wanted', async () => {
    const { store, index } = await pushPlatforms();
    expect(await resolvePlatform(store, { tag: 'multi' }, undefined)).toMatchObject(index.descriptor);
    expect(await platformManifest(store, { tag: 'multi' }, undefined)).toMatchObject({ kind: 'index' });
  });

  it('that is not there is told with those that are, without attestations', async () => {
    const { store } = await pushPlatforms();
    const wanted = resolvePlatform(store, { tag: 'multi' }, parsePlatform('windows/amd64'));
    await expect(wanted).rejects.toMatchObject({
      code: 'NO_MATCH',
      expected: 'windows/amd64',
      candidates: PLATFORMS.slice(0, -1),
    });
  });
});
