import { appendFile, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { blobPath } from '../../../src/store/layout/files/paths.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { tempDir, tree } from '../../support/temp.js';
import { list, listTags, text } from '../support/artifacts.js';
import { HandWrittenLayout, MANIFEST, REF_NAME, tagged } from './support/by-hand.js';

it('reads an index.json without a media type, and with fields that nobody knows (D1, D9)', async () => {
  const layout = await HandWrittenLayout.begin();
  await layout.write('oci-layout', '{"imageLayoutVersion":"1.0.0","x":[1]}');
  const image = await layout.image('a');
  await layout.index([tagged(image, 'v1', { 'x.foreign': '1' })], {
    'x.unknown': { deep: true },
    annotations: { a: 'b' },
  });
  const store = await layout.open();
  expect(await store.resolve({ tag: 'v1' })).toEqual(image);
});

it('takes "manifests": null for an empty layout', async () => {
  const layout = await HandWrittenLayout.begin();
  await layout.write('index.json', '{"schemaVersion":2,"manifests":null}');
  expect(await listTags(await layout.open())).toEqual([]);
});

it.each<[string, string, string]>([
  ['is empty', '', 'MALFORMED'],
  ['is no JSON', '{"imageLayoutVersion"', 'MALFORMED'],
  ['is no object', '["1.0.0"]', 'MALFORMED'],
  ['has no version', '{"version":"1.0.0"}', 'MALFORMED'],
  ['has a number for a version', '{"imageLayoutVersion":1}', 'MALFORMED'],
  ['has another version', '{"imageLayoutVersion":"2.0.0"}', 'UNSUPPORTED'],
])('is no layout when oci-layout %s (D9)', async (_, content, code) => {
  const layout = await HandWrittenLayout.begin();
  await layout.index([]);
  await layout.write('oci-layout', content);
  await expect(layout.open()).rejects.toMatchObject({ code, message: expect.stringContaining(layout.directory) });
});

it('tells a directory that does not exist, and a file, from one that is no layout', async () => {
  const directory = await tempDir();
  await expect(openLayout(join(directory, 'nowhere'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('does not exist'),
  });
  await expect(openLayout(directory)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('not an OCI image layout'),
  });
  await writeFile(join(directory, 'file'), 'x');
  await expect(openLayout(join(directory, 'file'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('not a directory'),
  });
});

it('says that index.json is missing (D10)', async () => {
  const layout = await HandWrittenLayout.begin();
  const store = await layout.open();
  const error = { code: 'NOT_FOUND', message: expect.stringContaining('index.json') };
  await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject(error);
  await expect(listTags(store)).rejects.toMatchObject(error);
  await expect(list(store, text('x').descriptor)).rejects.toMatchObject(error);
});

it('finds a full reference by its whole name, then by its tag (D14)', async () => {
  const layout = await HandWrittenLayout.begin();
  const [one, two, three] = [await layout.image('1'), await layout.image('2'), await layout.image('3')];
  await layout.index([
    tagged(one, 'docker.io/library/alpine:3.20'),
    tagged(two, 'localhost:5000/app:v1@sha256:0123'),
    tagged(three, '_odd name_'),
  ]);
  const store = await layout.open();
  expect((await store.resolve({ tag: 'docker.io/library/alpine:3.20' })).digest).toBe(one.digest);
  expect((await store.resolve({ tag: '3.20' })).digest).toBe(one.digest);
  expect((await store.resolve({ tag: 'v1' })).digest).toBe(two.digest);
  expect((await store.resolve({ tag: '_odd name_' })).digest).toBe(three.digest);
  await expect(store.resolve({ tag: 'alpine' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await listTags(store)).toEqual(
    ['_odd name_', 'docker.io/library/alpine:3.20', 'localhost:5000/app:v1@sha256:0123'].toSorted(),
  );
});

it('does not choose between two entries that a tag may mean', async () => {
  const layout = await HandWrittenLayout.begin();
  const [one, two] = [await layout.image('1'), await layout.image('2')];
  await layout.index([tagged(one, 'a.example/x:v1'), tagged(two, 'b.example/x:v1')]);
  const store = await layout.open();
  await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({
    code: 'AMBIGUOUS',
    candidates: ['a.example/x:v1', 'b.example/x:v1'],
  });
  await layout.index([tagged(one, 'a.example/x:v1'), tagged(two, 'b.example/x:v1'), tagged(two, 'v1')]);
  expect((await store.resolve({ tag: 'v1' })).digest).toBe(two.digest);
});

it('lets tag and digest name a manifest together only when they agree', async () => {
  const layout = await HandWrittenLayout.begin();
  const [one, two] = [await layout.image('1'), await layout.image('2')];
  await layout.index([tagged(one, 'v1'), two]);
  const store = await layout.open();
  expect((await store.resolve({ tag: 'v1', digest: one.digest })).digest).toBe(one.digest);
  await expect(store.resolve({ tag: 'v1', digest: two.digest })).rejects.toMatchObject({
    code: 'CHANGED',
    expected: two.digest,
    found: one.digest,
  });
});

it('takes a ref.name only from index.json itself (D13)', async () => {
  const layout = await HandWrittenLayout.begin();
  const child = await layout.image('child', { annotations: { [REF_NAME]: 'inner' } });
  const index = await layout.document({ manifests: [tagged(child, 'nested')] });
  await layout.index([tagged(index, 'outer')]);
  const store = await layout.open();
  expect(await listTags(store)).toEqual(['outer']);
  for (const tag of ['nested', 'inner']) {
    await expect(store.resolve({ tag })).rejects.toMatchObject({ code: 'NOT_FOUND', candidates: ['outer'] });
  }
  expect((await store.manifest({ digest: child.digest })).descriptor).toEqual(child);
});

it('is not disturbed by files and types that it does not know (D18, D19)', async () => {
  const layout = await HandWrittenLayout.begin();
  await layout.write('manifest.json', '[{"Config":"x"}]');
  await layout.write('repositories', 'not JSON');
  await mkdir(join(layout.directory, 'ingest'));
  await mkdir(join(layout.directory, 'blobs', 'blake3'));
  const image = await layout.image('a');
  const xml = await layout.blob('<catalog/>', 'application/xml');
  await layout.index([
    tagged(xml, 'catalog'),
    { ...xml, platform: { os: 'x', architecture: 'y' } },
    tagged(image, 'v1'),
  ]);
  const store = await layout.open();
  expect(await list(store, image)).toEqual([]);
  expect((await store.resolve({})).digest).toBe(image.digest);
  expect((await buffer(await store.openBlob(xml))).toString()).toBe('<catalog/>');
  await expect(store.manifest({ tag: 'catalog' })).rejects.toMatchObject({ code: 'MALFORMED' });
});

it('names digest and path of what a sparse layout does not have (D17)', async () => {
  const layout = await HandWrittenLayout.begin();
  const layer = text('elsewhere').descriptor;
  const image = await layout.image('sparse', { layers: [layer] });
  const gone = { ...text('gone').descriptor, mediaType: MANIFEST };
  await layout.index([tagged(image, 'v1'), tagged(gone, 'gone')]);
  const store = await layout.open();
  expect(await listTags(store)).toEqual(['gone', 'v1']);
  expect((await store.manifest({ tag: 'v1' })).descriptor.digest).toBe(image.digest);
  for (const [reading, digest] of [
    [store.openBlob(layer), layer.digest],
    [store.manifest({ tag: 'gone' }), gone.digest],
  ] as const) {
    await expect(reading).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(new RegExp(`${digest}.*${blobPath(layout.directory, digest)}`)),
    });
  }
});

it('notices content that is not what its name says (D15)', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('a');
  const [changed, longer] = [await layout.blob('content', 'text/plain'), await layout.blob('more', 'text/plain')];
  await layout.index([tagged(image, 'v1')]);
  await writeFile(blobPath(layout.directory, changed.digest), 'CONTENT');
  await appendFile(blobPath(layout.directory, longer.digest), '!');
  const store = await layout.open();
  await expect(store.openBlob(changed).then(buffer)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  await expect(store.openBlob(longer).then(buffer)).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
  const path = blobPath(layout.directory, image.digest);
  await truncate(path, image.size - 1);
  await expect(store.manifest({ tag: 'v1' })).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
  await writeFile(path, 'x'.repeat(image.size));
  await expect(store.manifest({ tag: 'v1' })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  await expect(store.manifest({ digest: image.digest })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});

it('reads nothing outside of its blobs, whatever a digest says (D15)', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('a');
  const digest = 'sha256:../../../../etc/passwd';
  const annotations = { 'org.opencontainers.image.ref.name': 'passwd' };
  await layout.index([{ mediaType: MANIFEST, digest, size: 10, annotations }, tagged(image, 'v1')]);
  const store = await layout.open();
  expect((await listTags(store)).sort()).toEqual(['passwd', 'v1']);
  expect((await store.manifest({ tag: 'v1' })).descriptor.digest).toBe(image.digest);
  const message = expect.stringContaining('manifests[0].digest: wanted a digest');
  await expect(store.manifest({ tag: 'passwd' })).rejects.toMatchObject({ code: 'MALFORMED', message });
  await expect(store.manifest({ tag: 'v2' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('does not list as "nothing attached" what it could not read', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('a');
  const sbom = await layout.referrer(image, 'application/spdx+json');
  const lost = await layout.referrer(image, 'application/x.lost');
  await layout.index([tagged(image, 'v1'), sbom, lost]);
  await rm(blobPath(layout.directory, lost.digest));
  const store = await layout.open();
  await expect(list(store, image)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const unasked: string[] = [];
  const found = await list(store, image, { onUnasked: (place) => void unasked.push(place) });
  expect(found.map(({ descriptor }) => descriptor.digest)).toEqual([sbom.digest]);
  expect(unasked).toEqual([expect.stringContaining(lost.digest)]);
  // It is found as soon as it is there, although index.json did not change.
  await layout.referrer(image, 'application/x.lost');
  expect((await list(store, image)).map(({ descriptor }) => descriptor.digest)).toContain(lost.digest);
});

it('leaves blobs that nothing names, and other files, where they are (D16, D18)', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('a');
  await layout.blob('nobody names me', 'text/plain');
  await layout.write('manifest.json', '[]');
  await layout.index([tagged(image, 'v1')]);
  const before = await tree(layout.directory);
  const store = await layout.open();
  await store.putManifest(await store.manifest({ tag: 'v1' }), { tags: ['v2'] });
  expect(await tree(layout.directory)).toEqual(before);
});
