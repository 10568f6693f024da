import { describe, expect, it } from 'vitest';
import { deleteManifest, deleteTag } from '../../../src/operations/manifest/delete-manifest.js';
import { putManifest } from '../../../src/operations/manifest/put-manifest.js';
import { readManifest } from '../../../src/operations/manifest/read-manifest.js';
import { listTags } from '../../../src/operations/repo/list-tags.js';
import { pushImage, referrerOf, text, writeContent } from '../../store/support/artifacts.js';
import { newHostedLayout } from '../detach/support/detaching.js';
import { PLACES } from '../support/places.js';

/** Only a layout with repositories deletes. */
const DELETING = PLACES.map(([what, open]) => [what, what === 'a layout' ? newHostedLayout : open] as const);

describe.each(DELETING)('a manifest in %s', (_what, open) => {
  it('is read byte for byte, put elsewhere, and deleted by tag and by digest', async () => {
    const store = await open();
    const { descriptor, bytes } = await pushImage(store, 'image', { tags: ['v1'] });
    const read = await readManifest({ store, tag: 'v1' });
    expect([read.digest, Buffer.from(read.bytes)]).toEqual([descriptor.digest, Buffer.from(bytes)]);
    expect(JSON.parse(JSON.stringify(read))).toEqual({
      reference: store.format({ digest: descriptor.digest }),
      ...descriptor,
      manifest: JSON.parse(String(bytes)),
    });
    const document = { content: read.bytes, name: 'manifest.json' };
    const put = await putManifest({ store, tag: 'v2' }, document, { tags: ['v2', 'v3'] });
    expect(put).toMatchObject({ digest: descriptor.digest, tags: ['v2', 'v3'], result: 'exists' });
    expect((await listTags(store)).tags).toEqual(['v1', 'v2', 'v3']);

    const asked: unknown[] = [];
    const refuse = async (deletion: object) => asked.push(deletion) < 0;
    const reference = store.format({ tag: 'v3' });
    expect(await deleteTag({ store, tag: 'v3' }, { permit: refuse })).toEqual({ reference, deleted: false });
    expect(asked).toEqual([{ reference, manifest: descriptor.digest }]);
    expect(await deleteTag({ store, tag: 'v3' })).toMatchObject({ deleted: true, remaining: read.reference });
    const deletion = await deleteManifest({ store, digest: read.digest });
    expect(deletion).toEqual({ reference: read.reference, deleted: true });
    expect((await listTags(store)).tags).toEqual([]);
  });

  it('is named by a digest or a tag, not by both', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const both = { store, tag: 'v1', digest: descriptor.digest };
    for (const call of [
      () => deleteManifest(both),
      () => deleteTag(both),
      () => deleteManifest(store),
      () => deleteTag(store),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(listTags({ store, tag: 'v1' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('with a subject is listed, and must have the digest that is named', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const { bytes, descriptor } = referrerOf(image.descriptor, 'application/y');
    const document = { content: bytes, name: 'manifest.json' };
    const wrong = putManifest({ store, digest: image.descriptor.digest }, document);
    await expect(wrong).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    await writeContent(store, text('{}'));
    const put = await putManifest({ store, digest: descriptor.digest }, document, { settle: false });
    expect(put.listedBy).toBeDefined();
  });
});
