import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLayout } from '../../../src/store/layout/store.js';
import { tempDir } from '../../support/temp.js';
import { referrerOf, written } from '../support/artifacts.js';
import { HandWrittenLayout, MANIFEST, tagged } from './support/by-hand.js';

const image = (name: string) =>
  written({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: `sha256:${'4'.repeat(64)}`, size: 2 },
    layers: [],
    annotations: { name },
  });

/** What is written, with its tags. */
const CONTENT = [
  { manifest: image('a'), tags: ['v2', 'latest'] },
  { manifest: image('b'), tags: ['v1'] },
  { manifest: image('c'), tags: [] },
  { manifest: referrerOf(image('a').descriptor, 'application/spdx+json'), tags: [] },
];

const ORDERS = [
  [0, 1, 2, 3],
  [3, 2, 1, 0],
  [2, 0, 3, 1],
  [1, 3, 0, 2],
];

async function entriesAfter(layout: HandWrittenLayout, order: readonly number[]): Promise<readonly unknown[]> {
  const store = await layout.open();
  for (const index of order) {
    const { manifest, tags } = CONTENT[index] ?? { manifest: image('none'), tags: [] };
    await store.putManifest(manifest, { tags });
  }
  return JSON.parse(await layout.readIndex()).manifests;
}

async function inEachOrder(before: (layout: HandWrittenLayout) => Promise<readonly object[]>): Promise<void> {
  const found: (readonly unknown[])[] = [];
  for (const order of ORDERS) {
    const layout = await HandWrittenLayout.begin();
    const entries = await before(layout);
    await layout.index(entries);
    const after = await entriesAfter(layout, order);
    expect(after.slice(0, entries.length)).toEqual(entries);
    found.push(after);
  }
  for (const entries of found) expect(entries).toEqual(found[0]);
}

it('has the same entries in the same order, whichever is written first', async () => {
  await inEachOrder(async () => []);
});

it('leaves what was there before where it is', async () => {
  await inEachOrder(async (layout) => [
    tagged(await layout.image('z'), 'z'),
    await layout.image('y'),
    tagged(image('b').descriptor, 'old'),
    tagged(await layout.image('x'), 'a'),
  ]);
});

it('is the same for many at once, and for tags that come later', async () => {
  const texts = new Set<string>();
  for (const order of ORDERS) {
    const directory = join(await tempDir(), 'layout');
    const store = await openLayout(directory, { create: true });
    await Promise.all(
      order.map((index) => {
        const { manifest, tags } = CONTENT[index] ?? { manifest: image('none'), tags: [] };
        return store.putManifest(manifest, { tags });
      }),
    );
    await store.tagManifest(image('c'), ['later']);
    texts.add(await new HandWrittenLayout(directory).readIndex());
  }
  expect(texts.size).toBe(1);
});

it('appends what another store adds, as before', async () => {
  const layout = await HandWrittenLayout.begin();
  await layout.index([]);
  await (await layout.open()).putManifest(image('b'), { tags: ['v2'] });
  await (await layout.open()).putManifest(image('a'), { tags: ['v1'] });
  const { manifests } = JSON.parse(await layout.readIndex());
  expect(manifests).toEqual([tagged(image('b').descriptor, 'v2'), tagged(image('a').descriptor, 'v1')]);
});
