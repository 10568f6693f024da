import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { copy } from '../../../src/operations/copy/copy.js';
import type { Source, Store } from '../../../src/store/interfaces/store.js';
import { openSource } from '../../../src/store/open.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage, readBlob, text, writeContent } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { put, SBOM } from '../support/attached.js';
import { newLayout } from '../support/places.js';

/** Blobs of an index, as BuildKit and others write them. */
async function blobs(store: Store, types: readonly string[]): Promise<readonly Descriptor[]> {
  const contents = types.map((mediaType, n) => ({ ...text(`blob ${n} of ${mediaType}`), mediaType }));
  await writeContent(store, ...types.map((mediaType, n) => text(`blob ${n} of ${mediaType}`)));
  return contents.map(({ descriptor, mediaType }) => ({ ...descriptor, mediaType }));
}

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
const CASES: readonly (readonly [string, readonly string[], boolean])[] = [
  ['a cache of BuildKit', [LAYER, 'application/vnd.buildkit.cacheconfig.v0'], false],
  ['layers alone', [LAYER, 'application/vnd.oci.image.layer.v1.tar+zstd'], false],
  ['manifests and blobs', ['application/vnd.example.data.v1', 'text/plain'], true],
  ['the same blob twice', ['text/plain', 'text/plain'], true],
];

const registry = async (): Promise<Store> => (await begin({ strictBlobs: false })).store;

describe.each([
  ['a layout', newLayout],
  ['a registry', registry],
] as const)('an index of blobs from %s', (_place, open) => {
  it.each(CASES)('%s is copied to each kind of place', async (_what, types, isMixed) => {
    const source = await open();
    const image = (await pushImage(source, 'inner', { child: true })).descriptor;
    const entries = await blobs(source, types);
    const index = buildIndex({ manifests: [...(isMixed ? [image] : []), ...entries] });
    await source.putManifest(index, { tags: ['cache'] });
    await put(source, index.descriptor, SBOM);
    const holds = async (destination: Source) => {
      const there = await destination.resolve({ tag: 'cache' });
      for (const entry of entries) expect(await readBlob(destination, entry)).toHaveLength(entry.size);
      return there.digest;
    };
    for (const names of [undefined, { all: true }])
      for (const destination of [await newLayout(), await registry()]) {
        const from = names === undefined ? { store: source, tag: 'cache' } : source;
        const planned = await copy(from, destination, { names, recursive: true, dryRun: true });
        const result = await copy(from, destination, { names, recursive: true, settle: false });
        expect([planned.bytes, planned.objects.length]).toEqual([result.bytes, result.objects.length]);
        expect(await holds(destination)).toBe(index.descriptor.digest);
        expect(result).toMatchObject({ attached: 1, incomplete: [] });
      }
    const archive = `oci-archive:${join(await tempDir(), 'cache.tar')}`;
    await copy({ store: source, tag: 'cache' }, archive);
    const opened = await openSource({ kind: 'archive', path: archive.slice('oci-archive:'.length) });
    expect(await holds(opened)).toBe(index.descriptor.digest);
    await opened.close();
  });

  it('has a platform beside its blobs', async () => {
    const source = await open();
    const image = (await pushImage(source, 'inner', { child: true })).descriptor;
    const platform = { os: 'linux', architecture: 'arm64' };
    const index = buildIndex({ manifests: [...(await blobs(source, ['text/plain'])), { ...image, platform }] });
    await source.putManifest(index, { tags: ['cache'] });
    const destination = await newLayout();
    await copy({ store: source, tag: 'cache' }, destination, { platform, recursive: true });
    expect(await destination.resolve({ tag: 'cache' })).toMatchObject({ digest: image.digest });
  });
});
