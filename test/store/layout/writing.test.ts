import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { tree } from '../../support/temp.js';
import { attach, listDigests, listTags, pushImage, referrerOf, text, writeContent } from '../support/artifacts.js';
import { HandWrittenLayout, INDEX, REF_NAME, tagged } from './support/by-hand.js';

const FOREIGN = {
  mediaType: 'application/xml',
  digest: text('<catalog/>').descriptor.digest,
  size: 10,
  annotations: { [REF_NAME]: '_not a tag_', 'org.example.x': 'ü' },
  'x.unknown': { deep: [1, null, 'two'] },
  urls: ['https://example.org/catalog'],
};

async function begin() {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  const entries = [
    FOREIGN,
    { ...tagged(image, 'v1', { 'x.mine': 'kept' }), platform: { os: 'linux', architecture: 'amd64', 'x.p': 1 } },
    { ...text('twice').descriptor, mediaType: INDEX },
    { ...text('twice').descriptor, mediaType: INDEX },
  ];
  await layout.index(entries, { annotations: { 'x.layout': 'y' }, 'x.top': [{ a: 1 }], subject: null });
  return { layout, image, entries, store: await layout.open() };
}

it('adds a referrer behind everything else, the way of ORAS, and keeps the rest (D21, D23 a)', async () => {
  const { layout, image, entries, store } = await begin();
  const sbom = referrerOf(image, 'application/spdx+json', { b: '2', a: '1', [REF_NAME]: 'no-tag' });
  await attach(store, sbom);
  expect(JSON.parse(await layout.readIndex())).toEqual({
    schemaVersion: 2,
    annotations: { 'x.layout': 'y' },
    'x.top': [{ a: 1 }],
    subject: null,
    manifests: [
      ...entries,
      { ...sbom.descriptor, artifactType: 'application/spdx+json', annotations: { a: '1', b: '2' } },
    ],
  });
  // The manifest has the annotation; as a name in index.json it would be a tag (D13).
  expect(await listTags(store)).toEqual(['_not a tag_', 'v1']);
});

it('writes nothing where nothing changes', async () => {
  const { layout, image, store } = await begin();
  await attach(store, referrerOf(image, 'application/spdx+json'));
  const before = await layout.readIndex();
  const files = await tree(layout.directory);
  await attach(store, referrerOf(image, 'application/spdx+json'));
  await store.putManifest(await store.manifest({ tag: 'v1' }));
  await store.putManifest(await store.manifest({ tag: 'v1' }), { tags: ['v1'] });
  expect(await layout.readIndex()).toBe(before);
  expect(await tree(layout.directory)).toEqual(files);
});

it('moves a tag and keeps all else of both entries (D22)', async () => {
  const { layout, image, entries, store } = await begin();
  const now = await pushImage(store, 'now', { tags: ['now'] });
  await store.putManifest(now, { tags: ['v1'] });
  const { manifests } = JSON.parse(await layout.readIndex());
  const old = {
    ...image,
    annotations: { 'x.mine': 'kept' },
    platform: { os: 'linux', architecture: 'amd64', 'x.p': 1 },
  };
  expect(manifests).toEqual([
    entries[0],
    old,
    ...entries.slice(2),
    tagged(now.descriptor, 'now'),
    tagged(now.descriptor, 'v1'),
  ]);
  await store.putManifest(await store.manifest({ digest: image.digest }), { tags: ['v1'] });
  expect(JSON.parse(await layout.readIndex()).manifests).toEqual([
    entries[0],
    { ...old, annotations: { 'x.mine': 'kept', [REF_NAME]: 'v1' } },
    ...entries.slice(2),
    tagged(now.descriptor, 'now'),
  ]);
});

it('leaves one holder of a tag that several had', async () => {
  const { layout, image } = await begin();
  const other = await layout.image('other');
  await layout.index([tagged(other, 'v1'), tagged(image, 'v1', { 'x.mine': 'kept' }), tagged(image, 'v1')]);
  const store = await layout.open();
  await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'AMBIGUOUS' });
  await store.putManifest(await store.manifest({ digest: image.digest }), { tags: ['v1'] });
  expect(JSON.parse(await layout.readIndex()).manifests).toEqual([other, tagged(image, 'v1', { 'x.mine': 'kept' })]);
});

it('keeps no entry for a child, and one for what has no name', async () => {
  const layout = await HandWrittenLayout.begin();
  await layout.index([]);
  const store = await layout.open();
  const child = await pushImage(store, 'child', { child: true });
  expect(JSON.parse(await layout.readIndex()).manifests).toEqual([]);
  await store.putManifest(child);
  expect(JSON.parse(await layout.readIndex()).manifests).toEqual([child.descriptor]);
  await store.putManifest(child, { child: true, tags: ['v1'] });
  expect(JSON.parse(await layout.readIndex()).manifests).toEqual([tagged(child.descriptor, 'v1')]);
});

it.each<[string, string]>([
  ['is empty', ''],
  ['is cut off', '{"schemaVersion":2,"manifests":[{"mediaType":'],
  ['is no object', '[]'],
  ['has no manifests', '{"schemaVersion":2}'],
  ['has manifests that are no list', '{"schemaVersion":2,"manifests":{}}'],
  ['has a name twice', '{"schemaVersion":2,"manifests":[],"manifests":[]}'],
  ['is of another type', '{"schemaVersion":2,"mediaType":"application/xml","manifests":[]}'],
  ['is of another version', '{"schemaVersion":1,"manifests":[]}'],
  ['is not UTF-8', '{"schemaVersion":2,"manifests":[],"x":"\uD800"}'],
])('does not touch an index.json that %s', async (_, content) => {
  const layout = await HandWrittenLayout.begin();
  await layout.index([]);
  const store = await layout.open();
  const image: Descriptor = (await pushImage(store, 'image')).descriptor;
  await writeContent(store, text('{}'));
  const raw = content.includes('\uD800') ? Buffer.from(content.replace('\uD800', '\u00FF'), 'latin1') : content;
  await writeFile(`${layout.directory}/index.json`, raw);
  const before = await readFile(`${layout.directory}/index.json`);
  for (const writing of [
    () => store.putManifest(referrerOf(image, 'application/spdx+json')),
    () => pushImage(store, 'another', { tags: ['v1'] }),
    () => listTags(store),
    () => listDigests(store, image),
  ]) {
    await expect(writing()).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining('index.json'),
    });
  }
  expect(await readFile(`${layout.directory}/index.json`)).toEqual(before);
  expect((await tree(layout.directory)).filter((path) => /\.tmp$|\.lock/.test(path))).toEqual([]);
});
