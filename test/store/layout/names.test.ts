import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/oci/values/digest.js';
import { openHostedLayout } from '../../../src/store/layout/hosting/hosted-store.js';
import { listTags } from '../support/artifacts.js';
import { HandWrittenLayout, REF_NAME, tagged } from './support/by-hand.js';

const ZEROS = digestOf(Buffer.from('nothing'));
const FULL_NAME = 'io.containerd.image.name';

async function withNames(names: readonly string[]) {
  const layout = await HandWrittenLayout.begin();
  const images = await Promise.all(names.map((_, index) => layout.image(String(index))));
  await layout.index(images.map((image, index) => tagged(image, names[index] ?? '')));
  const store = await openHostedLayout(layout.directory);
  return { layout, images, store };
}

describe('a name that is listed', () => {
  it.each([
    [['docker.io/library/a:latest', 'docker.io/library/b:latest']],
    [['localhost:5000/a:v1', 'localhost:5000/b:v1']],
    [['localhost:5000/a', 'localhost:5000/b']],
    [['a:v1', 'b:v1']],
    [['_x', 'v1__2', 'a..b', 'an odd name']],
    [['[::1]:5000/a:v1', 'quay.io/x__y/z:v1']],
  ])('chooses its manifest: %j', async (names) => {
    const { images, store } = await withNames(names);
    expect(await listTags(store)).toEqual(names.toSorted());
    for (const [index, tag] of names.entries())
      expect((await store.resolve({ tag })).digest).toBe(images[index]?.digest);
  });

  it('chooses by its tag part where one manifest has it', async () => {
    const { images, store } = await withNames(['docker.io/library/a:v1', 'b:v2', 'localhost:5000/c', 'd:v4@sha256:01']);
    const [a, b, , d] = images;
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(a?.digest);
    expect((await store.resolve({ tag: 'v2' })).digest).toBe(b?.digest);
    expect((await store.resolve({ tag: 'v4' })).digest).toBe(d?.digest);
    for (const tag of ['5000', '01', 'c', 'a']) {
      const { code } = await store.resolve({ tag }).catch((error) => error);
      expect([tag, code]).toEqual([tag, 'NOT_FOUND']);
    }
  });

  it('is offered where its tag part means several manifests', async () => {
    const names = ['docker.io/library/a:latest', 'docker.io/library/b:latest', 'ghcr.io/c:latest'];
    const { store } = await withNames(names);
    await expect(store.resolve({ tag: 'latest' })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      candidates: names,
      hint: `Name one of them: ${names.join(', ')}`,
    });
  });

  it('may end in a digest, and means it', async () => {
    const layout = await HandWrittenLayout.begin();
    const [a, b] = [await layout.image('a'), await layout.image('b')];
    const named = ({ digest }: { digest: string }) => `docker.io/library/a@${digest}`;
    await layout.index([tagged(a, named(a)), tagged(b, named(b)), tagged(b, named({ digest: ZEROS }))]);
    const store = await layout.open();
    const tag = 'docker.io/library/a';
    expect((await store.resolve({ tag, digest: a.digest })).digest).toBe(a.digest);
    expect((await store.resolve({ tag, digest: b.digest })).digest).toBe(b.digest);
    // The entry of this name has another digest.
    await expect(store.resolve({ tag, digest: ZEROS })).rejects.toMatchObject({ code: 'CHANGED' });
  });
});

describe('a tag that is deleted or moved', () => {
  it.each([2, 3])('leaves its manifest an entry, also where index.json has that %i times', async (count) => {
    const { layout, images, store } = await withNames(['v1']);
    const [image] = images;
    if (image === undefined) throw new Error('one image was written');
    const entries = Array.from({ length: count }, () => tagged(image, 'v1', { 'x.note': 'kept' }));
    await layout.index(entries);
    expect(await store.deleteTag('v1')).toBe(true);
    const left = { ...image, annotations: { 'x.note': 'kept' } };
    expect(JSON.parse(await layout.readIndex())).toMatchObject({ manifests: [left] });

    await layout.index(entries);
    const other = await store.manifest({ digest: (await layout.image('other')).digest });
    await store.tagManifest(other, ['v1']);
    expect(JSON.parse(await layout.readIndex()).manifests).toEqual([left, tagged(other.descriptor, 'v1')]);

    await layout.index(entries);
    await store.tagManifest(await store.manifest({ digest: image.digest }), ['v1']);
    expect(JSON.parse(await layout.readIndex()).manifests).toEqual(entries.slice(0, 1));
  });

  it('keeps the other name of its manifest', async () => {
    const { layout, images, store } = await withNames(['v1']);
    const [image] = images;
    if (image === undefined) throw new Error('one image was written');
    await layout.index([tagged(image, 'v1'), tagged(image, 'v2'), tagged(image, 'v1')]);
    await store.deleteTag('v1');
    expect(JSON.parse(await layout.readIndex()).manifests).toEqual([tagged(image, 'v2')]);
  });

  it('is a full name as well, and never one of several that share it', async () => {
    const layout = await HandWrittenLayout.begin();
    const [one, two] = [await layout.image('1'), await layout.image('2')];
    const entry = (image: object, name: string) => ({
      ...image,
      annotations: { [REF_NAME]: 'latest', [FULL_NAME]: name },
    });
    await layout.index([entry(one, 'docker.io/library/a:latest'), entry(two, 'docker.io/library/b:latest')]);
    const store = await openHostedLayout(layout.directory);
    const before = await layout.readIndex();
    await expect(store.deleteTag('latest')).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      candidates: ['docker.io/library/a:latest', 'docker.io/library/b:latest'],
    });
    expect(await layout.readIndex()).toBe(before);
    expect(await store.deleteTag('docker.io/library/b:latest')).toBe(true);
    expect(await listTags(store)).toEqual(['latest']);
    expect((await store.resolve({ tag: 'latest' })).digest).toBe(one.digest);
    await expect(store.resolve({ tag: 'docker.io/library/b:latest' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await store.resolve({ digest: two.digest })).digest).toBe(two.digest);
  });
});
