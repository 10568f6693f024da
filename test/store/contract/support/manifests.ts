import { expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../../src/oci/documents/build-manifest.js';
import type { Manifest } from '../../../../src/oci/documents/manifest.js';
import { MediaType } from '../../../../src/oci/values/media-types.js';
import { listTags, pushImage, text, writeContent, written } from '../../support/artifacts.js';
import { begin, type ContractTraits, type StartPlace } from './place.js';

const XML = { mediaType: 'application/xml', digest: text('<xml/>').descriptor.digest, size: 6 };

async function docker(write: (...contents: ReturnType<typeof text>[]) => Promise<void>): Promise<Manifest> {
  const [config, layer] = [text('{"docker":true}'), text('docker layer')];
  await write(config, layer);
  return written({
    schemaVersion: 2,
    mediaType: MediaType.dockerManifest,
    config: { ...config.descriptor, mediaType: MediaType.dockerImageConfig },
    layers: [{ ...layer.descriptor, mediaType: MediaType.dockerLayerGzip }],
  });
}

export function manifestContract(start: StartPlace, traits: ContractTraits): void {
  it('keeps a manifest by digest alone', async () => {
    const { store, open } = await begin(start);
    const manifest = await pushImage(store, 'untagged');
    const other = await open();
    const { digest } = manifest.descriptor;
    expect((await other.manifest({ digest })).bytes).toEqual(manifest.bytes);
    expect(await other.resolve({ digest })).toEqual(manifest.descriptor);
    expect(await other.prepareManifest(manifest)).toBe(true);
    expect(await other.putManifest(manifest)).toEqual({ result: 'exists' });
  });

  it('says whether a manifest was there', async () => {
    const { store } = await begin(start);
    const manifest = await pushImage(store, 'first');
    expect(await store.putManifest(manifest)).toEqual({ result: 'exists' });
    const second = buildManifest({ artifactType: 'application/x.second', config: text('{"name":"first"}').descriptor });
    await writeContent(store, text('{}'));
    expect(await store.prepareManifest(second)).toBe(false);
    expect(await store.putManifest(second)).toEqual({ result: 'written' });
    expect(await store.prepareManifest(second)).toBe(true);
  });

  it('gives a manifest several tags', async () => {
    const { store, open } = await begin(start);
    const manifest = await pushImage(store, 'tagged', { tags: ['v1', 'v1.0', 'latest'] });
    const other = await open();
    for (const tag of ['v1', 'v1.0', 'latest']) {
      expect((await other.manifest({ tag })).descriptor).toEqual(manifest.descriptor);
      expect(await other.resolve({ tag })).toEqual(manifest.descriptor);
    }
    expect(await listTags(other)).toEqual(['latest', 'v1', 'v1.0']);
  });

  it('moves a tag and keeps what had it before (D22)', async () => {
    const { store, open } = await begin(start);
    const old = await pushImage(store, 'old', { tags: ['v1', 'old'] });
    const now = await pushImage(store, 'now', { tags: ['v1'] });
    const other = await open();
    expect((await other.manifest({ tag: 'v1' })).descriptor).toEqual(now.descriptor);
    expect((await other.manifest({ tag: 'old' })).descriptor).toEqual(old.descriptor);
    expect(await listTags(other)).toEqual(['old', 'v1']);
    await store.putManifest(old, { tags: ['v1'] });
    expect(await other.resolve({ tag: 'v1' })).toEqual(old.descriptor);
    expect((await other.manifest({ digest: now.descriptor.digest })).bytes).toEqual(now.bytes);
    expect(await listTags(other)).toEqual(['old', 'v1']);
  });

  it('says that a missing manifest is missing, and which tags there are', async () => {
    const { store } = await begin(start);
    await pushImage(store, 'there', { tags: ['v1'] });
    const { digest } = text('never written').descriptor;
    for (const read of [store.manifest.bind(store), store.resolve.bind(store)]) {
      await expect(read({ tag: 'v2' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('v2'),
        candidates: ['v1'],
      });
      await expect(read({ digest })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining(digest),
      });
    }
  });

  it('keeps the bytes of a manifest as they are (A26)', async () => {
    const { store, open } = await begin(start);
    await writeContent(store, text('{}'));
    const empty = { mediaType: MediaType.empty, digest: text('{}').descriptor.digest, size: 2 };
    const odd = written(
      `\n${JSON.stringify({ layers: [empty], 'x.foreign': 1e3, config: empty, schemaVersion: 2 }, null, '\t ')}  \r\n`,
    );
    expect(odd.content.mediaType).toBeUndefined();
    await store.putManifest(odd, { tags: ['odd'] });
    const other = await open();
    for (const selector of [{ tag: 'odd' }, { digest: odd.descriptor.digest }]) {
      const read = await other.manifest(selector);
      expect(Buffer.compare(read.bytes, odd.bytes)).toBe(0);
      expect(read.descriptor).toEqual(odd.descriptor);
    }
  });

  it('keeps an index with its children, which need no name', async () => {
    const { store, open } = await begin(start);
    const child = await pushImage(store, 'linux/amd64', { child: true });
    const platform = { os: 'linux', architecture: 'amd64' };
    const index = buildIndex({ manifests: [{ ...child.descriptor, platform }] });
    await store.putManifest(index, { tags: ['multi'] });
    const other = await open();
    const read = await other.manifest({ tag: 'multi' });
    expect(read.bytes).toEqual(index.bytes);
    expect(read.kind).toBe('index');
    expect((await other.manifest({ digest: child.descriptor.digest })).bytes).toEqual(child.bytes);
    expect(await listTags(other)).toEqual(['multi']);
  });

  it('keeps the manifests of Docker', async () => {
    const { store, open } = await begin(start);
    const image = await docker((...contents) => writeContent(store, ...contents));
    await store.putManifest(image, { tags: ['one'] });
    const list = written({
      schemaVersion: 2,
      mediaType: MediaType.dockerManifestList,
      manifests: [{ ...image.descriptor, platform: { os: 'linux', architecture: 'arm64' } }],
    });
    await store.putManifest(list, { tags: ['many'] });
    const other = await open();
    expect((await other.manifest({ tag: 'one' })).descriptor).toEqual(image.descriptor);
    expect((await other.resolve({ tag: 'many' })).mediaType).toBe(MediaType.dockerManifestList);
    expect((await other.manifest({ digest: list.descriptor.digest })).bytes).toEqual(list.bytes);
  });

  it.skipIf(traits.checksChildren)('takes content of types that it does not know (B5, D4)', async () => {
    const { store, open } = await begin(start);
    const [config, layer] = [text('whatever'), text('<xml/>')];
    await writeContent(store, config, layer);
    const strange = buildManifest({
      artifactType: 'application/vnd.strange+thing',
      config: { ...config.descriptor, mediaType: 'text/x.unheard-of' },
      layers: [{ ...layer.descriptor, mediaType: 'application/xml' }],
    });
    await store.putManifest(strange, { tags: ['strange'] });
    const index = buildIndex({ manifests: [XML, strange.descriptor] });
    await store.putManifest(index, { tags: ['mixed'] });
    const other = await open();
    expect((await other.manifest({ tag: 'strange' })).bytes).toEqual(strange.bytes);
    expect((await other.manifest({ tag: 'mixed' })).content).toMatchObject({ manifests: [XML, strange.descriptor] });
  });

  it.skipIf(traits.onlySha256)('keeps a manifest that is named by its sha512', async () => {
    const { store, open } = await begin(start);
    const { bytes } = await pushImage(store, 'long');
    const long = written(Buffer.from(bytes).toString(), 'sha512');
    await store.putManifest(long, { tags: ['long'] });
    const other = await open();
    expect((await other.manifest({ digest: long.descriptor.digest })).descriptor).toEqual(long.descriptor);
    expect((await other.manifest({ tag: 'long' })).bytes).toEqual(long.bytes);
  });

  it('writes no manifest when it is interrupted', async () => {
    const { store, open, leftovers } = await begin(start);
    await pushImage(store, 'there', { tags: ['v1'] });
    const image = await docker((...contents) => writeContent(store, ...contents));
    const options = { tags: ['v2'], signal: AbortSignal.abort() };
    await expect(store.putManifest(image, options)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(store.manifest({ tag: 'v1' }, options)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const other = await open();
    expect(await listTags(other)).toEqual(['v1']);
    await expect(other.resolve({ digest: image.descriptor.digest })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await leftovers()).toEqual([]);
    // The store itself is as good as before.
    expect(await store.putManifest(image, { tags: ['v2'] })).toEqual({ result: 'written' });
  });
}
