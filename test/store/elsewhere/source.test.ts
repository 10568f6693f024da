import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { joinSources } from '../../../src/store/elsewhere/source.js';
import { hasPlatformNames } from '../../../src/store/interfaces/abilities.js';
import { newLayout } from '../../operations/support/places.js';
import { startRegistry } from '../../support/registry.js';
import { openStore } from '../registry/support/start.js';
import {
  attach,
  listDigests,
  listTags,
  pushImage,
  readBlob,
  referrerOf,
  text,
  writeContent,
} from '../support/artifacts.js';

const ABSENT = digestOf(Buffer.from('absent'));

async function begin() {
  const [first, second] = [await newLayout(), await newLayout()];
  return { first, second, joined: joinSources(first, second) };
}

describe('two places as one source', () => {
  it('have the tags and subjects of the first', async () => {
    const { first, second, joined } = await begin();
    const image = await pushImage(first, 'image', { tags: ['v1'] });
    await pushImage(second, 'other', { tags: ['v1', 'v2'] });
    expect(await joined.resolve({ tag: 'v1' })).toEqual(image.descriptor);
    expect((await joined.manifest({ tag: 'v1' })).descriptor).toEqual(image.descriptor);
    expect((await joined.findTag('v1'))?.digest).toBe(image.descriptor.digest);
    expect(await joined.findTag('v2')).toBeUndefined();
    await expect(joined.resolve({ tag: 'v2' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await listTags(joined)).toEqual(['v1']);
    expect(joined.format({ tag: 'v1' })).toBe(first.format({ tag: 'v1' }));
  });

  it('read content from the place that has it, and name it there once it was found', async () => {
    const { first, second, joined } = await begin();
    const other = await pushImage(second, 'other');
    const { digest } = other.descriptor;
    const blob = text('a blob');
    await writeContent(second, blob);
    expect(joined.format({ digest })).toBe(first.format({ digest }));
    joined.learn(digest, second);
    expect(joined.format({ digest })).toBe(second.format({ digest }));
    joined.learn(digest, first);
    expect(joined.format({ digest })).toBe(first.format({ digest }));
    expect((await joined.manifest({ digest })).bytes).toEqual(other.bytes);
    expect(await joined.hasManifest(digest)).toBe(true);
    expect((await readBlob(joined, blob.descriptor)).toString()).toBe('a blob');
    expect([await joined.hasBlob(blob.descriptor), await joined.blobSize(blob.descriptor.digest)]).toEqual([true, 6]);
    expect([await joined.hasManifest(ABSENT), await joined.blobSize(ABSENT)]).toEqual([false, undefined]);
    const absent = { mediaType: 'a/b', digest: ABSENT, size: 1 };
    await expect(joined.openBlob(absent)).rejects.toMatchObject({ message: expect.stringContaining(first.directory) });
  });

  it('list what is attached in either, once', async () => {
    const { first, second, joined } = await begin();
    const { descriptor } = await pushImage(first, 'image', { tags: ['v1'] });
    const [both, alone] = [referrerOf(descriptor, 'a/both'), referrerOf(descriptor, 'a/alone')];
    for (const store of [first, second]) await attach(store, both);
    await attach(second, alone);
    expect(await listDigests(joined, descriptor)).toEqual([both, alone].map((one) => one.descriptor.digest).sort());
    expect(joined.format(alone.descriptor)).toContain(second.format({}));
  });

  it('ask the first for nothing that an index or a manifest of the second leads to', async () => {
    const registry = await startRegistry();
    await using _closed = { [Symbol.asyncDispose]: () => registry.close() };
    const [first, second] = [openStore(registry.host, 'team/app'), openStore(registry.host, 'team/attached')];
    const joined = joinSources(first, second);
    const image = await pushImage(second, 'inner', { child: true });
    const index = buildIndex({ manifests: [image.descriptor] });
    await second.putManifest(index, { tags: ['index'] });
    registry.clear();
    joined.learn(index.descriptor.digest, second);
    await joined.manifest(index.descriptor);
    const { content } = await joined.manifest(image.descriptor);
    for (const layer of 'layers' in content ? content.layers : []) await readBlob(joined, layer);
    expect(registry.requests).toHaveLength(3);
    expect(registry.count(undefined, 'team/app')).toBe(0);
  });

  it('are open after the joined source was closed', async () => {
    const { first, joined } = await begin();
    await pushImage(first, 'image', { tags: ['v1'] });
    await joined.close();
    expect(await first.findTag('v1')).toBeDefined();
  });

  it('have names for platforms where the first has', async () => {
    const { first, joined } = await begin();
    await pushImage(first, 'image', { tags: ['v1'] });
    expect(hasPlatformNames(joined) && (await joined.platformEntries({ tag: 'v1' }))).toEqual(
      await first.platformEntries({ tag: 'v1' }),
    );
    const registry = openStore('127.0.0.1:1', 'team/app');
    expect(hasPlatformNames(joinSources(registry, first))).toBe(false);
  });
});
