import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { blobPath } from '../../src/store/layout/files/paths.js';
import { HandWrittenLayout, tagged } from '../store/layout/support/by-hand.js';
import { expectError, INDEX, MANIFEST, Served } from './support/start.js';

const SBOM = 'application/spdx+json';

async function answered(served: Served, path: string): Promise<unknown> {
  const { status, body } = await served.send('GET', path);
  expect(status, body.toString()).toBe(200);
  return JSON.parse(body.toString());
}

it.each([
  ['a malformed digest', { mediaType: MANIFEST, digest: 'sha256:x', size: 1 }],
  ['null', null],
  ['null for annotations', { mediaType: MANIFEST, digest: `sha256:${'1'.repeat(64)}`, size: 1, annotations: null }],
  ['an odd platform', { mediaType: MANIFEST, digest: `sha256:${'1'.repeat(64)}`, size: 1, platform: { os: 7 } }],
  ['a missing manifest', { mediaType: MANIFEST, digest: `sha256:${'2'.repeat(64)}`, size: 1 }],
  ['a size below zero', { mediaType: MANIFEST, digest: `sha256:${'1'.repeat(64)}`, size: -1 }],
])('serves the rest of a layout that has an entry with %s', async (_what, entry) => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('app');
  const sbom = await layout.referrer(image, SBOM);
  await layout.index([entry as object, tagged(image, 'v1'), sbom]);
  const served = await Served.start({ directory: layout.directory });
  expect(await answered(served, '/v2/layout/tags/list')).toEqual({ name: 'layout', tags: ['v1'] });
  expect(await answered(served, '/v2/layout/manifests/v1')).toMatchObject({ schemaVersion: 2 });
  const list = await answered(served, `/v2/layout/referrers/${image.digest}`);
  expect(list).toMatchObject({ manifests: [{ digest: sbom.digest, artifactType: SBOM }] });
  const pushed = await served.image('layout', 'new', {}, 'v2');
  expect(pushed.answer.status).toBe(201);
  expect(await answered(served, '/v2/layout/tags/list')).toEqual({ name: 'layout', tags: ['v1', 'v2'] });
});

it('says of a tag whose entry cannot be read that it cannot, not that it is not there', async () => {
  const layout = await HandWrittenLayout.begin();
  const annotations = { 'org.opencontainers.image.ref.name': 'odd' };
  await layout.index([{ mediaType: MANIFEST, digest: 'sha256:x', size: 1, annotations }]);
  const served = await Served.start({ directory: layout.directory });
  expectError(await served.send('GET', '/v2/layout/manifests/odd'), 500, 'UNKNOWN');
  expectError(await served.send('GET', '/v2/layout/manifests/none'), 404, 'MANIFEST_UNKNOWN');
});

it.each([
  ['broken JSON', 'index.json', '{"schemaVersion":2,'],
  ['an index.json of another kind', 'index.json', '[]'],
  ['a broken oci-layout', 'oci-layout', '{'],
  ['an unknown version', 'oci-layout', '{"imageLayoutVersion":"9.0.0"}'],
])('serves the other layouts where one has %s, and blames nobody who asks for it', async (_what, file, text) => {
  const served = await Served.start();
  await served.image('good', 'one', {}, 'v1');
  await served.image('bad/one', 'one', {}, 'v1');
  const { digest } = await served.image('bad/one/below', 'two', {}, 'v1');
  await writeFile(join(served.directory, 'bad', 'one', file), text);
  const fresh = await Served.start({ directory: served.directory });
  expect(await answered(fresh, '/v2/_catalog')).toEqual({ repositories: ['bad/one', 'bad/one/below', 'good'] });
  for (const name of ['good', 'bad/one/below'])
    expect(await answered(fresh, `/v2/${name}/tags/list`)).toEqual({ name, tags: ['v1'] });
  for (const path of ['tags/list', 'manifests/v1', `referrers/${digest}`])
    expectError(await fresh.send('GET', `/v2/bad/one/${path}`), 500, 'UNKNOWN');
  // A mount from there is not possible: the blob is to be sent.
  const mount = await fresh.send('POST', `/v2/good/blobs/uploads/?mount=${digest}&from=bad/one`);
  expect(mount.status).toBe(202);
});

it('takes an index of blobs, as BuildKit writes its cache, when the blobs are there', async () => {
  const served = await Served.start();
  const layer = await served.blob('a', 'layer', 'application/vnd.oci.image.layer.v1.tar+gzip');
  const config = await served.blob('a', '{"layers":[]}', 'application/vnd.buildkit.cacheconfig.v0');
  const cache = { schemaVersion: 2, mediaType: INDEX, manifests: [layer, config] };
  const { digest } = await served.push('a', cache, 'cache');
  expect(await answered(served, `/v2/a/manifests/${digest}`)).toEqual(cache);
  const lost = { ...layer, digest: `sha256:${'1'.repeat(64)}` };
  const body = JSON.stringify({ ...cache, manifests: [config, lost] });
  const answer = await served.send('PUT', '/v2/a/manifests/lost', { headers: { 'content-type': INDEX }, body });
  expectError(answer, 400, 'MANIFEST_BLOB_UNKNOWN');
});

it.each([
  ['malformed digest', { digest: 'sha256:x' }],
  ['negative size', { size: -1 }],
  ['missing size', { size: undefined }],
])('refuses an index with a %s', async (_what, change) => {
  const served = await Served.start();
  const image = await served.image('a', 'one', {}, 'v1');
  const { answer: _, ...child } = image;
  const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [child, { ...child, ...change }] });
  const answer = await served.send('PUT', '/v2/a/manifests/odd', { headers: { 'content-type': INDEX }, body });
  expectError(answer, 400, 'MANIFEST_INVALID');
});

it('takes a media type with a parameter and in capitals', async () => {
  const served = await Served.start();
  const { digest } = await served.image('a', 'one', {}, 'v1');
  const { body } = await served.send('GET', `/v2/a/manifests/${digest}`);
  for (const type of [`${MANIFEST}; charset=utf-8`, MANIFEST.toUpperCase()]) {
    const answer = await served.send('PUT', '/v2/a/manifests/v2', { headers: { 'content-type': type }, body });
    expect(answer.status).toBe(201);
  }
});

it('deletes a damaged manifest by its digest, also one that nothing names', async () => {
  const served = await Served.start();
  const image = await served.image('a', 'one', {}, 'v1');
  const child = await served.image('a', 'two');
  for (const { digest } of [image, child]) {
    await writeFile(blobPath(join(served.directory, 'a'), digest), '{"schemaVersion":2');
    expectError(await served.send('GET', `/v2/a/manifests/${digest}`), 500, 'UNKNOWN');
    expect((await served.send('DELETE', `/v2/a/manifests/${digest}`)).status).toBe(202);
    expectError(await served.send('GET', `/v2/a/manifests/${digest}`), 404, 'MANIFEST_UNKNOWN');
  }
});
