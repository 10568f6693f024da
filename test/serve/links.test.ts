import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { blobPath } from '../../src/store/layout/files/paths.js';
import { tempDir, tree } from '../support/temp.js';
import { expectError, INDEX, Served } from './support/start.js';

const SECRET = 'not to be read';

/** A repository `a` with a tag, a copy of it outside of what is served, and another repository to mount into. */
async function begin() {
  const served = await Served.start();
  const image = await served.image('a', 'one', {}, 'v1');
  await served.image('b', 'two', {}, 'v1');
  const outside = join(await tempDir(), 'outside');
  await cp(join(served.directory, 'a'), outside, { recursive: true });
  const secret = join(outside, 'secret');
  await writeFile(secret, SECRET);
  return { served, image, outside, secret, before: await tree(outside) };
}

const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] });

/** All that a client can ask of a repository whose blob has that digest. */
async function askAll(served: Served, name: string, digest: string) {
  const headers = { 'content-type': INDEX };
  const content = Buffer.from('new');
  return [
    await served.send('GET', `/v2/${name}/tags/list`),
    await served.send('GET', `/v2/${name}/manifests/v1`),
    await served.send('GET', `/v2/${name}/referrers/${digest}`),
    await served.send('GET', `/v2/${name}/blobs/${digest}`),
    await served.send('PUT', `/v2/${name}/manifests/v2`, { headers, body }),
    await served.send('POST', `/v2/${name}/blobs/uploads/`),
    await served.send('POST', `/v2/${name}/blobs/uploads/?digest=${digestOf(content)}`, { body: content }),
    await served.send('DELETE', `/v2/${name}/manifests/v1`),
  ];
}

describe('a link below the root', () => {
  it.each([
    ['repository', '', ''],
    ['folder of blobs', 'blobs', 'blobs'],
    ['folder of one algorithm', 'blobs/sha256', 'blobs/sha256'],
    ['index.json', 'index.json', 'index.json'],
    ['oci-layout', 'oci-layout', 'oci-layout'],
    ['folder of uploads', '.remora-uploads', 'blobs'],
  ])('in the place of a %s leads nobody out', async (_what, place, target) => {
    const { served, image, outside, before } = await begin();
    const path = join(served.directory, 'a', place);
    await rm(path, { recursive: true, force: true });
    await symlink(join(outside, target), path);
    const fresh = await Served.start({ directory: served.directory });
    for (const server of [served, fresh]) {
      for (const { status } of await askAll(server, 'a', image.digest)) expect([404, 200]).toContain(status);
      const answers = await askAll(server, 'a', image.digest);
      // A repository that does not exist has no referrers.
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 200, 404, 404, 404, 404, 404]);
      expect(JSON.parse(answers[2]?.body.toString() ?? '')).toMatchObject({ manifests: [] });
      const mount = await server.send('POST', `/v2/b/blobs/uploads/?mount=${image.digest}&from=a`);
      expect(mount.status).toBe(202);
      expect(JSON.parse((await server.send('GET', '/v2/_catalog')).body.toString())).toEqual({ repositories: ['b'] });
    }
    expect(await tree(outside)).toEqual(before);
  });

  it.each(['up', 'up/new', 'up/deep/er', 'linked/blobs2'])('leads no new repository out: %s', async (name) => {
    const { served, image, outside, before } = await begin();
    await symlink(dirname(outside), join(served.directory, 'up'));
    await symlink(outside, join(served.directory, 'linked'));
    for (const { status } of await askAll(served, name, image.digest)) expect([404, 200]).toContain(status);
    expect((await served.send('POST', `/v2/${name}/blobs/uploads/`)).status).toBe(404);
    expect(await tree(outside)).toEqual(before);
  });

  it.each([
    ['its own digest', digestOf(Buffer.from(SECRET))],
    ['the digest of other content', digestOf(Buffer.from('other'))],
    ['the digest of an algorithm that cannot be verified', `x:${'1'.repeat(64)}`],
  ])('in the place of a blob gives nothing out, under %s', async (_what, digest) => {
    const { served, secret } = await begin();
    const path = join(served.directory, 'a', 'blobs', ...digest.split(':'));
    await mkdir(dirname(path), { recursive: true });
    await symlink(secret, path);
    for (const range of [undefined, 'bytes=0-', 'bytes=0-3', 'bytes=-4', 'bytes=1-2'])
      for (const method of ['GET', 'HEAD']) {
        const answer = await served.send(method, `/v2/a/blobs/${digest}`, { headers: range ? { range } : {} });
        expect([answer.status, answer.body.toString().includes('not to')]).toEqual([404, false]);
      }
    expectError(await served.send('GET', `/v2/a/manifests/${digest}`), 404, 'MANIFEST_UNKNOWN');
    expect((await served.send('POST', `/v2/b/blobs/uploads/?mount=${digest}&from=a`)).status).toBe(202);
    const layers = [{ mediaType: 'a/b', digest, size: SECRET.length }];
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: layers });
    const put = await served.send('PUT', '/v2/a/manifests/v2', { headers: { 'content-type': INDEX }, body: manifest });
    expectError(put, 400, 'MANIFEST_BLOB_UNKNOWN');
    expect(await readFile(secret, 'utf8')).toBe(SECRET);
  });

  it('is replaced by the blob when that is sent', async () => {
    const { served, secret } = await begin();
    const content = Buffer.from('other content');
    const path = blobPath(join(served.directory, 'a'), digestOf(content));
    await symlink(secret, path);
    expect(
      (await served.send('POST', `/v2/a/blobs/uploads/?digest=${digestOf(content)}`, { body: content })).status,
    ).toBe(201);
    expect((await served.send('GET', `/v2/a/blobs/${digestOf(content)}`)).body.equals(content)).toBe(true);
    expect(await readFile(secret, 'utf8')).toBe(SECRET);
  });

  it('in the place of a session is not one', async () => {
    const { served, secret } = await begin();
    const path = (await served.send('POST', '/v2/a/blobs/uploads/')).headers.location ?? '';
    for (const end of ['', '.shared']) {
      const file = join(served.directory, 'a', '.remora-uploads', path.split('/').at(-1) + end);
      await rm(file, { force: true });
      await symlink(secret, file);
      for (const method of ['GET', 'PATCH', 'PUT'])
        expect(
          (await served.send(method, `${path}?digest=${digestOf(Buffer.from(SECRET))}`, { body: 'x' })).status,
        ).toBe(404);
      expect(await readFile(secret, 'utf8')).toBe(SECRET);
    }
  });
});

it('is served through a root that is a link itself', async () => {
  const { served, image } = await begin();
  const link = join(await tempDir(), 'link');
  await symlink(served.directory, link);
  const through = await Served.start({ directory: link });
  expect((await through.send('GET', '/v2/a/manifests/v1')).headers['docker-content-digest']).toBe(image.digest);
});

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  const pipe = (path: string) => promisify(execFile)('mkfifo', [path]);

  it.each(['index.json', 'oci-layout', '.remora-uploads', 'blobs/sha256'])(
    'in the place of %s ends no request',
    async (name) => {
      const { served, image } = await begin();
      const path = join(served.directory, 'a', name);
      await rm(path, { recursive: true, force: true });
      await pipe(path);
      for (const { status } of await askAll(served, 'a', image.digest)) expect(status).toBeGreaterThanOrEqual(200);
      expect((await served.send('GET', '/v2/b/manifests/v1')).status).toBe(200);
    },
    10_000,
  );

  it('in the place of a blob is missing, whole and in part', async () => {
    const { served, image } = await begin();
    const path = blobPath(join(served.directory, 'a'), image.digest);
    await rename(path, `${path}.moved`);
    await pipe(path);
    for (const headers of [{}, { range: 'bytes=0-' }, { range: 'bytes=1-2' }])
      expectError(await served.send('GET', `/v2/a/blobs/${image.digest}`, { headers }), 404, 'BLOB_UNKNOWN');
    expectError(await served.send('GET', '/v2/a/manifests/v1'), 404, 'MANIFEST_UNKNOWN');
  });
});

describe('a part of a damaged blob', () => {
  const size = 100_000;
  it.each([
    'bytes=0-',
    'bytes=0-99999',
    'bytes=-100000',
    'bytes=0-9999999',
    'bytes=1-',
    'bytes=0-0',
    'bytes=5-10',
    'bytes=-1',
  ])('breaks off before its last byte: %s', async (range) => {
    const served = await Served.start();
    const bytes = Buffer.alloc(size, 'a');
    const { digest } = await served.blob('a', bytes);
    const whole = await served.send('GET', `/v2/a/blobs/${digest}`, { headers: { range } });
    expect(whole.status).toBe(206);
    expect(`${whole.body.length}`).toBe(whole.headers['content-length']);
    expect(whole.body.equals(bytes.subarray(0, whole.body.length))).toBe(true);
    await writeFile(
      blobPath(join(served.directory, 'a'), digest),
      Buffer.concat([bytes.subarray(1), Buffer.from('b')]),
    );
    await expect(served.send('GET', `/v2/a/blobs/${digest}`, { headers: { range } })).rejects.toThrow();
  });
});

it('gives parts of a blob that is too large to be proven each time', async () => {
  const served = await Served.start();
  const bytes = Buffer.alloc(16 * 1024 * 1024 + 1);
  bytes.write('start');
  bytes.write('end', bytes.length - 3);
  const { digest } = await served.blob('a', bytes);
  for (const [range, wanted] of [
    ['bytes=0-4', 'start'],
    ['bytes=-3', 'end'],
  ] as const)
    expect((await served.send('GET', `/v2/a/blobs/${digest}`, { headers: { range } })).body.toString()).toBe(wanted);
});

describe('an answer names no path of the server', () => {
  it.each([
    ['broken JSON in index.json', 'index.json', '{"schemaVersion":2,'],
    ['an index.json of another kind', 'index.json', '[]'],
    ['an empty index.json', 'index.json', ''],
    ['a broken oci-layout', 'oci-layout', '{'],
    ['an unknown version', 'oci-layout', '{"imageLayoutVersion":"9.0.0"}'],
  ])('for %s, whatever is asked', async (_what, file, text) => {
    const { served, image } = await begin();
    await writeFile(join(served.directory, 'a', file), text);
    for (const answer of await askAll(served, 'a', image.digest)) {
      expect(answer.body.toString()).not.toContain(served.directory);
      expect(answer.body.toString()).not.toMatch(/index\.json|oci-layout|ENO|EIS|Error/);
    }
    // The log of the server tells it.
    expect(served.log.some(({ error }) => error?.includes(join(served.directory, 'a', file)))).toBe(true);
  });

  it.each([
    ['a file for the folder of blobs', 'blobs/sha256'],
    ['a file for the folder of uploads', '.remora-uploads'],
  ])('for %s', async (_what, name) => {
    const { served, image } = await begin();
    const path = join(served.directory, 'a', name);
    await rm(path, { recursive: true, force: true });
    await writeFile(path, '');
    for (const answer of await askAll(served, 'a', image.digest))
      expect(answer.body.toString()).not.toMatch(new RegExp(`${served.directory}|ENOTDIR|EEXIST`));
  });

  it('for a directory in the place of a blob that is sent', async () => {
    const { served } = await begin();
    const content = Buffer.from('content');
    const path = blobPath(join(served.directory, 'a'), digestOf(content));
    await mkdir(path);
    await writeFile(join(path, 'x'), '');
    const answer = await served.send('POST', `/v2/a/blobs/uploads/?digest=${digestOf(content)}`, { body: content });
    expectError(answer, 500, 'UNKNOWN');
    expect(answer.body.toString()).not.toContain(served.directory);
  });
});
