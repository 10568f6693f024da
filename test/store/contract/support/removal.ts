import { expect, it } from 'vitest';
import { type Deleter, isDeleter } from '../../../../src/store/interfaces/abilities.js';
import type { Store } from '../../../../src/store/interfaces/store.js';
import {
  attach,
  digests,
  listDigests,
  listTags,
  pushImage,
  referrerOf,
  text,
  writeContent,
} from '../../support/artifacts.js';
import { begin, type ContractTraits, type StartPlace } from './place.js';

const SBOM = 'application/spdx+json';

function deleter(store: Store): Store & Deleter {
  if (!isDeleter(store)) throw new Error('this store cannot delete');
  return store;
}

async function isGone(store: Store, digest: Parameters<Deleter['deleteManifest']>[0]): Promise<boolean> {
  return store.resolve({ digest }).then(
    () => false,
    (error) => error.code === 'NOT_FOUND',
  );
}

/** Tags for what is there, and the removal of manifests, tags and blobs. */
export function removalContract(start: StartPlace, traits: ContractTraits): void {
  it('gives tags to what is there, and moves those that exist', async () => {
    const { store, open } = await begin(start);
    const [old, now] = [await pushImage(store, 'old', { tags: ['v1', 'v2'] }), await pushImage(store, 'now')];
    const writer = await open();
    await writer.tagManifest(now, ['v2', 'v3']);
    await writer.tagManifest(now, ['v3']);
    const reader = await open();
    expect(await listTags(reader)).toEqual(['v1', 'v2', 'v3']);
    expect((await reader.resolve({ tag: 'v1' })).digest).toBe(old.descriptor.digest);
    for (const tag of ['v2', 'v3']) expect((await reader.manifest({ tag })).bytes).toEqual(now.bytes);
  });

  it('lists a referrer once when it has a tag, too (E106)', async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = referrerOf(image.descriptor, SBOM);
    await attach(store, sbom, { settle: false });
    await (await open()).tagManifest(sbom, ['sbom']);
    const reader = await open();
    expect(await listDigests(reader, image.descriptor)).toEqual(digests(sbom));
    expect((await reader.resolve({ tag: 'sbom' })).digest).toBe(sbom.descriptor.digest);
  });

  it('deletes a manifest with its tags, and nothing else', async () => {
    const { store, open, leftovers } = await begin(start);
    const gone = await pushImage(store, 'gone', { tags: ['v1', 'v1.0'] });
    const stays = await pushImage(store, 'stays', { tags: ['v2'] });
    const { digest } = gone.descriptor;
    expect(await deleter(store).deleteManifest(digest)).toBe(true);
    for (const reader of [store, await open()]) {
      expect(await isGone(reader, digest)).toBe(true);
      expect((await reader.manifest({ tag: 'v2' })).bytes).toEqual(stays.bytes);
      if (!traits.keepsTags) expect(await listTags(reader)).toEqual(['v2']);
    }
    expect(await deleter(store).deleteManifest(digest)).toBe(false);
    expect(await deleter(await open()).deleteManifest(digest)).toBe(false);
    // It can come back, by the very store that deleted it.
    expect(await store.putManifest(gone, { tags: ['v3'] })).toEqual({ result: 'written' });
    expect((await (await open()).manifest({ tag: 'v3' })).bytes).toEqual(gone.bytes);
    expect(await leftovers()).toEqual([]);
  });

  it.skipIf(traits.deletesNoTags)('deletes a tag and leaves the manifest and its other tags (E117)', async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image', { tags: ['v1', 'v2'] });
    expect(await deleter(store).deleteTag('v1')).toBe(true);
    const reader = await open();
    expect(await listTags(reader)).toEqual(['v2']);
    expect((await reader.manifest({ digest: image.descriptor.digest })).bytes).toEqual(image.bytes);
    expect(await deleter(store).deleteTag('v1')).toBe(false);
    expect(await deleter(store).deleteTag('never')).toBe(false);
  });

  it.runIf(traits.deletesNoTags)('says that it cannot delete a tag alone, and deletes nothing (E117)', async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image', { tags: ['v1', 'v2'] });
    await expect(deleter(store).deleteTag('v1')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('manifest delete'),
    });
    const reader = await open();
    expect(await listTags(reader)).toEqual(['v1', 'v2']);
    expect((await reader.resolve({ tag: 'v1' })).digest).toBe(image.descriptor.digest);
  });

  it('knows the size of a blob, deletes it, and takes it again', async () => {
    const { store, open } = await begin(start);
    const content = text('a blob');
    const { digest, size } = content.descriptor;
    expect(await store.blobSize(digest)).toBeUndefined();
    await store.writeBlob(content.descriptor, content.open);
    expect(await (await open()).blobSize(digest)).toBe(size);
    expect(await deleter(store).deleteBlob(digest)).toBe(true);
    expect(await (await open()).blobSize(digest)).toBeUndefined();
    if (!traits.failsOnMissingBlobs) expect(await deleter(store).deleteBlob(digest)).toBe(false);
    expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
    expect(await (await open()).hasBlob(content.descriptor)).toBe(true);
  });

  it('lists a referrer no more after it was deleted, and all the others (E99)', async () => {
    const { store, open, leftovers } = await begin(start);
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const [one, two, three] = ['1', '2', '3'].map((n) => referrerOf(image.descriptor, SBOM, { n }));
    if (!one || !two || !three) throw new Error('three referrers');
    for (const manifest of [one, two, three]) await attach(store, manifest, { settle: false });
    expect(await deleter(store).deleteManifest(two.descriptor.digest)).toBe(true);
    for (const reader of [store, await open()])
      expect(await listDigests(reader, image.descriptor)).toEqual(digests(one, three));
    for (const { descriptor } of [one, three])
      expect(await deleter(await open()).deleteManifest(descriptor.digest, { settle: false })).toBe(true);
    expect(await listDigests(await open(), image.descriptor)).toEqual([]);
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(image.descriptor.digest);
    expect(await attach(store, two, { settle: false })).toEqual({ result: 'written', listedBy: traits.via });
    expect(await listDigests(await open(), image.descriptor)).toEqual(digests(two));
    expect(await leftovers()).toEqual([]);
  });

  it.skipIf(traits.losesReferrers)(
    'loses nothing when some delete while others attach',
    { sequential: true },
    async () => {
      const { store, open } = await begin(start);
      const image = await pushImage(store, 'image', { tags: ['v1'] });
      await writeContent(store, text('{}'));
      const referrers = Array.from({ length: 8 }, (_, n) => referrerOf(image.descriptor, SBOM, { n: String(n) }));
      const [old, fresh] = [referrers.slice(0, 4), referrers.slice(4)];
      for (const manifest of old) await attach(store, manifest, { settle: false });
      const writers = await Promise.all(referrers.map(() => open()));
      await Promise.all(
        writers.map(async (writer, n) => {
          const [removed, added] = [old[n], fresh[n - old.length]];
          if (removed) await deleter(writer).deleteManifest(removed.descriptor.digest);
          if (added) await attach(writer, added);
        }),
      );
      expect(await listDigests(await open(), image.descriptor)).toEqual(digests(...fresh));
      for (const { descriptor } of old) expect(await isGone(await open(), descriptor.digest)).toBe(true);
    },
  );

  it('deletes and tags nothing when it is interrupted', async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const options = { signal: AbortSignal.abort() };
    const { digest } = image.descriptor;
    const attempts = [
      () => deleter(store).deleteManifest(digest, options),
      () => deleter(store).deleteTag('v1', options),
      () => store.tagManifest(image, ['v2'], options),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await listTags(await open())).toEqual(['v1']);
    expect((await (await open()).resolve({ digest })).digest).toBe(digest);
  });
}
