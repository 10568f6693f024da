import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { copy } from '../../../src/operations/copy/copy.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { put, SBOM } from '../support/attached.js';
import { newLayout } from '../support/places.js';
import { everything } from './support/copying.js';

async function index(store: Store, manifests: readonly Descriptor[], tag?: string): Promise<Descriptor> {
  const built = buildIndex({ manifests });
  await store.putManifest(built, tag === undefined ? { child: true } : { tags: [tag] });
  return built.descriptor;
}

/** Each index names the one before twice, as two platforms: the number of paths doubles with each level. */
async function ladder(store: Store, levels: number): Promise<Descriptor> {
  let last = (await pushImage(store, 'image', { child: true })).descriptor;
  for (let level = 1; level <= levels; level++)
    last = await index(
      store,
      ['amd64', 'arm64'].map((architecture) => ({ ...last, platform: { os: 'linux', architecture } })),
      level === levels ? 'v1' : undefined,
    );
  return last;
}

describe('an index of indexes', () => {
  it.each([
    [22, false],
    [22, true],
    [60, true],
  ])('with %i levels that share children is read once for each manifest (recursive: %s)', async (levels, recursive) => {
    const { store, open, registry } = await begin();
    await ladder(store, levels);
    registry.clear();
    const result = await copy({ store: open(), tag: 'v1' }, await newLayout(), { recursive });
    const read = registry.requests.filter(
      ({ method, path }) => method === 'GET' && /manifests\/(v1|sha256:)/.test(path),
    );
    expect(read).toHaveLength(levels + 1);
    expect(result.objects.length).toBe(levels + 1 + 2);
  });

  it('counts as nested by the shortest way', async () => {
    const store = await newLayout();
    const deep = await ladder(store, 60);
    let longest = deep;
    for (let level = 0; level < 40; level++) longest = await index(store, [longest]);
    // By the longer way it would be deeper than is allowed.
    await index(store, [await index(store, [await index(store, [longest])]), deep], 'both');
    const result = await copy({ store, tag: 'both' }, await newLayout());
    expect(result.objects.length).toBeGreaterThan(100);
  });

  it.each([1, 2, 3])('gives a platform, with what is attached to it, from level %i', async (levels) => {
    const { store, open } = await begin({ referrers: 'api' });
    const image = (await pushImage(store, 'arm', { child: true })).descriptor;
    await put(store, image, SBOM);
    const platform = { os: 'linux', architecture: 'arm64' };
    let last: Descriptor = { ...image, platform };
    for (let level = 1; level <= levels; level++)
      last = await index(store, [last], level === levels ? 'v1' : undefined);
    const destination = await newLayout();
    const result = await copy({ store: open(), tag: 'v1' }, destination, { platform, recursive: true });
    expect(result).toMatchObject({ attached: 1, tags: [{ tag: 'v1', digest: image.digest }] });
    expect(await everything(destination, image)).toHaveLength(1);
  });

  it('takes along what is attached at each level, once', async () => {
    const store = await newLayout();
    const image = (await pushImage(store, 'image', { child: true })).descriptor;
    const inner = await index(store, [image]);
    const other = await index(store, [image, inner]);
    const outer = await index(store, [inner, other], 'v1');
    for (const [n, subject] of [image, inner, other, outer].entries()) await put(store, subject, SBOM, String(n));
    const destination = await newLayout();
    const result = await copy({ store, tag: 'v1' }, destination, { recursive: true });
    expect(result.attached).toBe(4);
    for (const subject of [image, inner, other, outer])
      expect(await everything(destination, subject)).toEqual(await everything(store, subject));
  });
});
