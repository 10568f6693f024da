import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { inspect } from '../../../src/operations/inspect/inspect.js';
import { deleteManifest, deleteTag } from '../../../src/operations/manifest/delete-manifest.js';
import { putManifest } from '../../../src/operations/manifest/put-manifest.js';
import { readManifest } from '../../../src/operations/manifest/read-manifest.js';
import { listTags } from '../../../src/operations/repo/list-tags.js';
import { blobPath } from '../../../src/store/layout/files/paths.js';
import { HostedLayout } from '../../../src/store/layout/hosting/hosted-store.js';
import { HandWrittenLayout, INDEX, MANIFEST, tagged } from '../../store/layout/support/by-hand.js';
import { begin, REPOSITORY } from '../../store/registry/support/start.js';

const SCHEMA1 = '{"schemaVersion":1,"name":"a","tag":"old","fsLayers":[],"history":[]}';
const EMPTY = 'application/vnd.oci.empty.v1+json';

it.each([
  ['a Docker schema 1 manifest', SCHEMA1],
  ['a manifest and an index at once', '{"schemaVersion":2,"manifests":[],"layers":[]}'],
  ['a name twice', '{"schemaVersion":2,"layers":[],"layers":[]}'],
  ['another version', '{"schemaVersion":3,"manifests":[]}'],
  ['another document', '{"bomFormat":"CycloneDX"}'],
  ['a list', '[1]'],
  ['half a document', '{"schemaVersion":2'],
  ['no document', 'hello'],
])('manifest get gives the bytes of %s', async (_what, text) => {
  const layout = await HandWrittenLayout.begin();
  const { digest } = await layout.blob(text, MANIFEST);
  await layout.index([]);
  const read = await readManifest({ store: await layout.open(), digest });
  expect([read.digest, read.size, String(read.bytes)]).toEqual([digest, text.length, text]);
  await writeFile(blobPath(layout.directory, digest), `${text} `);
  await expect(readManifest({ store: await layout.open(), digest })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});

it.each([
  ['nothing before it', ''],
  ['a byte order mark', '\ufeff'],
])('reads a manifest with %s, and its digest is that of all bytes', async (_what, before) => {
  const layout = await HandWrittenLayout.begin();
  const config = await layout.blob('{}', EMPTY);
  const text = `${before}${JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, artifactType: 'a/b', config })}`;
  const blob = await layout.blob(text, MANIFEST);
  await layout.write('index.json', `${before}${JSON.stringify({ schemaVersion: 2, manifests: [tagged(blob, 'v1')] })}`);
  const store = await layout.open();
  expect(await inspect({ store, tag: 'v1' })).toMatchObject({ digest: blob.digest, artifactType: 'a/b' });
  expect(String((await readManifest({ store, tag: 'v1' })).bytes)).toBe(text);
  await store.tagManifest(await store.manifest({ tag: 'v1' }), ['v2']);
  expect(JSON.parse(await layout.readIndex()).manifests).toHaveLength(2);
});

it('says of a Docker schema 1 manifest in a registry what it is', async () => {
  const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
  const fault = ({ path }: { readonly path: string }) =>
    // The digest of such an answer leaves out the signatures.
    path.endsWith('/manifests/old')
      ? {
          status: 200,
          headers: { 'content-type': type, 'docker-content-digest': `sha256:${'1'.repeat(64)}` },
          body: SCHEMA1,
        }
      : undefined;
  const { store } = await begin({ fault });
  const message = expect.stringContaining('is a Docker schema 1 manifest');
  await expect(inspect({ store, tag: 'old' })).rejects.toMatchObject({ code: 'UNSUPPORTED', message });
  expect(String((await readManifest({ store, tag: 'old' })).bytes)).toBe(SCHEMA1);
});

it.each([
  ['null for all that is optional', { architecture: 'arm64', os: 'linux', config: null, rootfs: null, history: null }],
  ['no architecture', { os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }],
  ['null for the platform', { os: null, architecture: null, rootfs: { type: 'layers' } }],
  ['an odd history', { os: 'linux', architecture: 'arm64', history: [null, 7] }],
  ['a history whose steps are odd', { os: 'linux', history: [{ created: 7, empty_layer: 'true', created_by: null }] }],
  ['odd settings', { os: 'linux', config: { Env: 'A=b', Cmd: [1], Labels: { a: 1, b: null, c: 'd' }, User: 0 } }],
])('inspects an image whose config has %s', async (_what, document) => {
  const layout = await HandWrittenLayout.begin();
  const config = await layout.blob(JSON.stringify(document), 'application/vnd.oci.image.config.v1+json');
  await layout.index([tagged(await layout.document({ config, layers: [] }), 'v1')]);
  const result = await inspect({ store: await layout.open(), tag: 'v1' });
  expect([result.kind, result.image?.os ?? null]).toEqual(['image', document.os ?? null]);
});

it('inspects an index of blobs and odd entries, and names what it leaves out', async () => {
  const layout = await HandWrittenLayout.begin();
  const layer = await layout.blob('layer', 'application/vnd.oci.image.layer.v1.tar');
  const manifests = [layer, { mediaType: MANIFEST, digest: 'sha256:x', size: 1 }];
  await layout.index([tagged(await layout.document({ manifests, annotations: { build: {} } }), 'cache')]);
  expect(await inspect({ store: await layout.open(), tag: 'cache' })).toMatchObject({
    kind: 'index',
    manifests: [layer],
    remarks: [
      expect.stringContaining('manifests[1].digest: wanted a digest, got "sha256:x"'),
      'annotations.build: wanted text, got an object',
    ],
  });
});

it('keeps the blobs of an index of blobs when others are pruned', async () => {
  const layout = await HandWrittenLayout.begin();
  const layer = await layout.blob('layer', 'application/vnd.oci.image.layer.v1.tar');
  const config = await layout.blob('{}', 'application/vnd.buildkit.cacheconfig.v0');
  const other = await layout.blob('other', 'text/plain');
  await layout.index([tagged(await layout.document({ manifests: [layer, config] }), 'cache')]);
  const hosted = new HostedLayout(layout.directory);
  const candidates = new Set([layer, config, other].map(({ digest }) => digest));
  expect(await hosted.pruneBlobs(candidates)).toEqual({ blobs: 1, bytes: other.size });
  expect(await readFile(blobPath(layout.directory, layer.digest), 'utf8')).toBe('layer');
});

it.each([
  ['cut', '{"schemaVersion":2'],
  ['empty', ''],
  ['overwritten', 'x'.repeat(100)],
])('deletes a damaged manifest that is %s, named or not, and says so', async (_what, damage) => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('app');
  const child = await layout.image('child');
  await layout.index([tagged(image, 'v1'), tagged(image, 'v2')]);
  const store = new HostedLayout(layout.directory);
  for (const { digest } of [image, child]) await writeFile(blobPath(layout.directory, digest), damage);
  await expect(inspect({ store, tag: 'v1' })).rejects.toMatchObject({ code: expect.stringMatching(/_MISMATCH$/) });
  expect(await deleteTag({ store, tag: 'v1' })).toMatchObject({ deleted: true });
  expect((await listTags(store)).tags).toEqual(['v2']);
  for (const { digest } of [image, child])
    expect(await deleteManifest({ store, digest })).toMatchObject({ deleted: true, damaged: true });
  await expect(deleteManifest({ store, digest: image.digest })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('deletes a damaged manifest of a registry, and says so', async () => {
  const damaged: { digest?: string } = {};
  const fault = ({ method, path }: { readonly method: string; readonly path: string }) =>
    method === 'GET' && damaged.digest !== undefined && path.endsWith(damaged.digest)
      ? { status: 200, headers: { 'content-type': MANIFEST }, body: '{"schemaVersion":2' }
      : undefined;
  const { registry, store, open } = await begin({ fault, strictBlobs: false });
  const document = { schemaVersion: 2, mediaType: INDEX, manifests: [] };
  const { digest } = await putManifest(
    { store, tag: 'v1' },
    { content: Buffer.from(JSON.stringify(document)), name: 'manifest.json' },
  );
  damaged.digest = digest;
  await expect(inspect({ store: open(), digest })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  expect(await deleteManifest({ store: open(), digest })).toMatchObject({ deleted: true, damaged: true });
  expect([...registry.repository(REPOSITORY).manifests.keys()]).toEqual([]);
});

it.each<[string, object]>([
  ['a malformed digest', { digest: 'sha256:x' }],
  ['a negative size', { size: -1 }],
  ['no digest', { digest: undefined }],
])('does not put an index with %s', async (_what, change) => {
  const layout = await HandWrittenLayout.begin();
  const image: Descriptor = await layout.image('app');
  await layout.index([]);
  const document = { schemaVersion: 2, mediaType: INDEX, manifests: [image, { ...image, ...change }] };
  const put = putManifest(
    { store: await layout.open(), tag: 'v1' },
    { content: Buffer.from(JSON.stringify(document)), name: 'manifest.json' },
  );
  await expect(put).rejects.toMatchObject({ code: 'MALFORMED' });
});
