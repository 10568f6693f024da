import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { blobPath } from '../../src/store/layout/files/paths.js';
import { HandWrittenLayout, tagged } from '../store/layout/support/by-hand.js';
import { expectError, INDEX, MANIFEST, named, Served } from './support/start.js';

const NONE = digestOf(Buffer.from('nothing has this'));

it('says what it is (E12)', async () => {
  const served = await Served.start();
  for (const path of ['/v2/', '/v2']) {
    expect(await served.send('GET', path)).toMatchObject({ status: 200 });
    expect((await served.send('HEAD', path)).body.length).toBe(0);
  }
  expectError(await served.send('GET', '/'), 404, 'UNSUPPORTED');
  expectError(await served.send('POST', '/v2/'), 405, 'UNSUPPORTED');
});

it('asks for a password when it wants one (E12)', async () => {
  const served = await Served.start({ authenticate: async (user, password) => user === 'me' && password === 'a:b' });
  const refused = await served.send('GET', '/v2/');
  expectError(refused, 401, 'UNAUTHORIZED');
  expect(refused.headers['www-authenticate']).toBe('Basic realm="remora"');
  const authorization = `Basic ${Buffer.from('me:a:b').toString('base64')}`;
  expect(await served.send('GET', '/v2/', { headers: { authorization } })).toMatchObject({ status: 200 });
});

it('gives a manifest byte for byte, by tag and by digest (E20, E30)', async () => {
  const served = await Served.start();
  const config = await served.blob('a/b', '{}', 'application/vnd.oci.empty.v1+json');
  const text = `\n{ "schemaVersion" :2,\t"mediaType":"${MANIFEST}", "unknown": 1.50,\r\n"layers":[ ],"config":${JSON.stringify(config)} }\n\n`;
  const { digest, answer } = await served.push('a/b', text, 'v1');
  expect(answer.headers.location).toBe('/v2/a/b/manifests/v1');
  for (const reference of ['v1', digest]) {
    const got = await served.send('GET', `/v2/a/b/manifests/${reference}`);
    expect(got).toMatchObject({ status: 200, body: Buffer.from(text) });
    const headers = {
      'content-type': MANIFEST,
      'content-length': String(Buffer.byteLength(text)),
      'docker-content-digest': digest,
      etag: `"${digest}"`,
    };
    expect(got.headers).toMatchObject(headers);
    const head = await served.send('HEAD', `/v2/a/b/manifests/${reference}`);
    expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0), headers });
  }
});

it('gives blobs, an empty one too (E27, E30)', async () => {
  const served = await Served.start();
  for (const content of ['', 'x', 'y'.repeat(700_000)]) {
    const { digest, size } = await served.blob('a', content);
    const got = await served.send('GET', `/v2/a/blobs/${digest}`);
    expect(got).toMatchObject({ status: 200, body: Buffer.from(content) });
    const headers = { 'content-length': String(size), 'docker-content-digest': digest, etag: `"${digest}"` };
    expect(got.headers).toMatchObject({ ...headers, 'accept-ranges': 'bytes' });
    const head = await served.send('HEAD', `/v2/a/blobs/${digest}`);
    expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0), headers });
  }
});

const BYTES = Buffer.from(Array.from({ length: 2048 }, (_, index) => index % 251));

it.each([
  ['500-1499', 500, 1499],
  ['500-', 500, 2047],
  ['-500', 1548, 2047],
  ['2000-5000', 2000, 2047],
  ['0-0', 0, 0],
  ['-5000', 0, 2047],
])('gives the range %s (E28, E29)', async (range, start, end) => {
  const served = await Served.start();
  const { digest } = await served.blob('a', BYTES);
  const headers = { 'content-length': String(end - start + 1), 'content-range': `bytes ${start}-${end}/2048` };
  const got = await served.send('GET', `/v2/a/blobs/${digest}`, { headers: { range: `bytes=${range}` } });
  expect(got).toMatchObject({ status: 206, headers, body: BYTES.subarray(start, end + 1) });
  const head = await served.send('HEAD', `/v2/a/blobs/${digest}`, { headers: { range: `bytes=${range}` } });
  expect(head).toMatchObject({ status: 200, headers: { 'content-length': '2048' } });
  const same = { range: `bytes=${range}`, 'if-range': `"${digest}"` };
  expect(await served.send('GET', `/v2/a/blobs/${digest}`, { headers: same })).toMatchObject({ status: 206 });
});

it.each(['500-0', '5000-10000', '2048-', '-0', '-', 'x-y', '99999999999999999999-'])(
  'refuses the range %s (E29)',
  async (range) => {
    const served = await Served.start();
    const { digest } = await served.blob('a', BYTES);
    const got = await served.send('GET', `/v2/a/blobs/${digest}`, { headers: { range: `bytes=${range}` } });
    expectError(got, 416, 'SIZE_INVALID');
    expect(got.headers['content-range']).toBe('bytes */2048');
  },
);

it('gives the whole blob for ranges it does not serve (E28)', async () => {
  const served = await Served.start();
  const { digest } = await served.blob('a', BYTES);
  for (const headers of [
    { range: 'bytes=0-1,4-5' },
    { range: 'pages=1-2' },
    { range: 'bytes=0-1', 'if-range': '"another"' },
  ])
    expect(await served.send('GET', `/v2/a/blobs/${digest}`, { headers })).toMatchObject({ status: 200, body: BYTES });
});

it.each([
  ['/v2/none/manifests/v1', 404, 'NAME_UNKNOWN'],
  [`/v2/none/blobs/${NONE}`, 404, 'NAME_UNKNOWN'],
  ['/v2/none/tags/list', 404, 'NAME_UNKNOWN'],
  ['/v2/a/manifests/none', 404, 'MANIFEST_UNKNOWN'],
  ['/v2/a/manifests/.INVALID_MANIFEST_NAME', 404, 'MANIFEST_UNKNOWN'],
  [`/v2/a/manifests/${'t'.repeat(129)}`, 404, 'MANIFEST_UNKNOWN'],
  [`/v2/a/manifests/${NONE}`, 404, 'MANIFEST_UNKNOWN'],
  [`/v2/a/blobs/${NONE}`, 404, 'BLOB_UNKNOWN'],
  [`/v2/a/blobs/other:${'a'.repeat(200)}`, 404, 'BLOB_UNKNOWN'],
  [`/v2/a/blobs/other:${'a'.repeat(300)}`, 400, 'DIGEST_INVALID'],
  [`/v2/a/blobs/${'a'.repeat(130)}:${'b'.repeat(130)}`, 400, 'DIGEST_INVALID'],
  ['/v2/a/blobs/sha256:short', 400, 'DIGEST_INVALID'],
  [`/v2/a/blobs/${NONE.toUpperCase()}`, 400, 'DIGEST_INVALID'],
  ['/v2/a/manifests/sha256:short', 400, 'DIGEST_INVALID'],
  ['/v2/a/manifests/v1:v+2', 400, 'DIGEST_INVALID'],
  ['/v2/A/manifests/v1', 400, 'NAME_INVALID'],
  ['/v2/a___b/tags/list', 400, 'NAME_INVALID'],
  ['/v2/../a/tags/list', 400, 'NAME_INVALID'],
  ['/v2/a/%2e%2e/a/tags/list', 400, 'NAME_INVALID'],
  [`/v2/${'n/'.repeat(128)}n/tags/list`, 400, 'NAME_INVALID'],
])('answers %s with %i %s, to HEAD without a body (E6, E7, E20, E27, E30)', async (path, status, code) => {
  const served = await Served.start();
  await served.image('a', 'one', {}, 'v1');
  expectError(await served.send('GET', path), status, code);
  if (path.endsWith('/list')) return;
  const head = await served.send('HEAD', path);
  expect(head).toMatchObject({ status, body: Buffer.alloc(0) });
});

it('knows no blob as a manifest, and every manifest as a blob (E20, E27)', async () => {
  const served = await Served.start();
  const config = await served.blob('a', '{"a":"config"}');
  expectError(await served.send('GET', `/v2/a/manifests/${config.digest}`), 404, 'MANIFEST_UNKNOWN');
  const image = await served.image('a', 'one');
  expect((await served.send('GET', `/v2/a/blobs/${image.digest}`)).body.length).toBe(image.size);
});

it('takes and gives every type of manifest (E20)', async () => {
  const served = await Served.start();
  const image = named(await served.image('a', 'child'));
  const inner = await served.push('a', { schemaVersion: 2, mediaType: INDEX, manifests: [image] });
  const docker = 'application/vnd.docker.distribution';
  const dockerImage = named(await served.image('a', 'docker', { mediaType: `${docker}.manifest.v2+json` }, 'docker'));
  const config = await served.blob('a', '{}', 'application/vnd.oci.empty.v1+json');
  const documents = [
    { schemaVersion: 2, mediaType: INDEX, manifests: [named(inner), image] },
    { schemaVersion: 2, mediaType: INDEX, manifests: [] },
    { schemaVersion: 2, mediaType: `${docker}.manifest.list.v2+json`, manifests: [dockerImage] },
    { schemaVersion: 2, mediaType: MANIFEST, artifactType: 'application/x', config, layers: [] },
    { schemaVersion: 2, config, layers: [] },
  ];
  for (const [number, document] of documents.entries()) {
    const { digest, mediaType } = await served.push('a', document, `t${number}`);
    for (const reference of [`t${number}`, digest]) {
      const got = await served.send('GET', `/v2/a/manifests/${reference}`);
      expect(got).toMatchObject({
        status: 200,
        headers: { 'content-type': mediaType, 'docker-content-digest': digest },
      });
      expect(got.body.toString()).toBe(JSON.stringify(document));
    }
  }
});

it('serves a layout that another tool wrote (E20)', async () => {
  const layout = await HandWrittenLayout.begin();
  const config = await layout.blob('{}', 'application/vnd.oci.empty.v1+json');
  const text = JSON.stringify({ schemaVersion: 2, config, layers: [] });
  const untyped = await layout.blob(text, MANIFEST);
  const image = await layout.image('two');
  const wide = await layout.document({ config, layers: [], annotations: { a: 'b' } }, 'sha512');
  await layout.index([tagged(untyped, 'v1'), tagged(image, 'docker.io/library/two:v2'), wide]);
  const served = await Served.start({ directory: layout.directory });
  const got = await served.send('GET', '/v2/layout/manifests/v1');
  expect(got).toMatchObject({ status: 200, headers: { 'content-type': MANIFEST }, body: Buffer.from(text) });
  expect((await served.send('GET', '/v2/layout/manifests/v2')).headers['docker-content-digest']).toBe(image.digest);
  expect(await served.send('HEAD', `/v2/layout/manifests/${wide.digest}`)).toMatchObject({
    status: 200,
    headers: { 'docker-content-digest': wide.digest },
  });
  expectError(await served.send('GET', '/v2/other/manifests/v1'), 404, 'NAME_UNKNOWN');
});

it('never gives a damaged blob as a whole one (E27)', async () => {
  const served = await Served.start();
  const { directory } = await served.repository('a');
  for (const size of [10, 700_000]) {
    const { digest } = await served.blob('a', 'z'.repeat(size));
    await writeFile(blobPath(directory, digest), `${'z'.repeat(size - 1)}!`);
    await expect(served.send('GET', `/v2/a/blobs/${digest}`)).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);
  }
  const image = await served.image('a', 'one', {}, 'v1');
  await writeFile(blobPath(directory, image.digest), Buffer.alloc(image.size, ' '));
  expect((await served.send('GET', '/v2/a/manifests/v1')).status).toBe(500);
  expect(await served.send('GET', '/v2/')).toMatchObject({ status: 200 });
});

it('takes a whole URL as the target (RFC 9112)', async () => {
  const served = await Served.start();
  expect(await served.send('GET', 'http://registry.example:80/v2/')).toMatchObject({ status: 200 });
});
