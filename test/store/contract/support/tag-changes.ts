import { expect, it } from 'vitest';
import { buildIndex } from '../../../../src/oci/documents/build-manifest.js';
import type { Manifest } from '../../../../src/oci/documents/manifest.js';
import { isTagChanger, type TagChange } from '../../../../src/store/interfaces/abilities.js';
import type { Store } from '../../../../src/store/interfaces/store.js';
import { pushImage, referrerOf, text, writeContent } from '../../support/artifacts.js';
import { begin, type StartPlace } from './place.js';

function changer(store: Store) {
  if (!isTagChanger(store)) throw new Error('the store cannot change tags');
  return store;
}

/** Adds a manifest to the index at the tag, unless it is there. */
function adding({ descriptor }: Manifest): TagChange {
  return (present) => {
    if (present !== undefined && present.kind !== 'index') throw new Error('not an index');
    const entries = present?.content.manifests ?? [];
    if (entries.some(({ digest }) => digest === descriptor.digest)) return undefined;
    return buildIndex({ manifests: [...entries, descriptor] });
  };
}

export function tagChangeContract(start: StartPlace): void {
  it('changes what a tag names, and says what was there', async () => {
    const { store, open, leftovers } = await begin(start);
    const [one, two] = [await pushImage(store, 'one'), await pushImage(store, 'two')];
    const first = await changer(store).changeTag('all', adding(one));
    expect(first).toMatchObject({ before: undefined, isWritten: true });
    const second = await changer(await open()).changeTag('all', adding(two));
    expect(second.before?.descriptor.digest).toBe(first.after?.descriptor.digest);
    const other = await open();
    expect((await other.resolve({ tag: 'all' })).digest).toBe(second.after?.descriptor.digest);
    const third = await changer(other).changeTag('all', adding(two));
    expect(third).toMatchObject({ isWritten: false, after: { descriptor: second.after?.descriptor } });
    expect(await changer(other).changeTag('none', () => undefined)).toMatchObject({ after: undefined });
    expect(await other.findTag('none')).toBeUndefined();
    expect(await leftovers()).toEqual([]);
  });

  it('leaves the tag alone where the change is refused', async () => {
    const { store } = await begin(start);
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    await expect(changer(store).changeTag('v1', adding(image))).rejects.toThrow('not an index');
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(image.descriptor.digest);
  });

  it('lists a manifest with a subject', async () => {
    const { store, open } = await begin(start);
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    await writeContent(store, text('{}'));
    const sbom = referrerOf(image.descriptor, 'application/spdx+json');
    const change: TagChange = (present) => (present === undefined ? sbom : undefined);
    const { listedBy } = await changer(store).changeTag('sbom', change);
    expect(listedBy).toBeDefined();
    const found: string[] = [];
    for await (const { descriptor } of (await open()).referrers(image.descriptor)) found.push(descriptor.digest);
    expect(found).toEqual([sbom.descriptor.digest]);
  });

  it.sequential('loses nothing when sixteen change one tag at once', async () => {
    const { store, open, leftovers } = await begin(start);
    const images = await Promise.all(Array.from({ length: 16 }, (_, n) => pushImage(store, `${n}`)));
    const stores = await Promise.all(images.map(() => open()));
    await Promise.all(images.map(async (image, n) => changer(stores[n] ?? store).changeTag('all', adding(image))));
    const index = await store.manifest({ tag: 'all' });
    const entries = index.kind === 'index' ? index.content.manifests.map(({ digest }) => digest) : [];
    expect(entries.toSorted()).toEqual(images.map(({ descriptor }) => descriptor.digest).toSorted());
    expect(await leftovers()).toEqual([]);
  }, 120_000);
}
