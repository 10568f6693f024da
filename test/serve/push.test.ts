import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noise, text } from '../store/support/artifacts.js';
import { tree } from '../support/temp.js';
import { location, refusal, type Served, serve } from './support/push-start.js';

const OCTETS = { 'Content-Type': 'application/octet-stream' };
const content = noise(300_000);
const { digest } = content.descriptor;
const at = (path: string, wanted: string) => `${path}?digest=${encodeURIComponent(wanted)}`;

/** That a blob is there as it was sent, and that no session is left. */
async function expectBlob({ send, directory }: Served, { descriptor, bytes } = content, name = 'team/app') {
  const got = await send('GET', `/v2/${name}/blobs/${descriptor.digest}`);
  expect([got.status, got.body.equals(bytes)]).toEqual([200, true]);
  expect(await readdir(join(directory, name, '.remora-uploads')).catch(() => [])).toEqual([]);
}

describe('a blob in one piece', () => {
  it('POST then PUT (E41, E45, E51)', async () => {
    const served = await serve();
    const begun = await served.send('POST', '/v2/team/app/blobs/uploads/');
    expect(begun).toMatchObject({ status: 202, headers: { range: '0-0', 'content-length': '0' } });
    const put = await served.send('PUT', at(location(begun), digest), { headers: OCTETS, body: content.bytes });
    expect(put.status).toBe(201);
    expect(put.headers['docker-content-digest']).toBe(digest);
    expect(location(put)).toBe(`/v2/team/app/blobs/${digest}`);
    await expectBlob(served);
  });

  it.each([
    ['sha256', content],
    ['sha512', text('more bits', 'sha512')],
    ['empty', text('')],
    ['empty sha512', text('', 'sha512')],
  ])('single POST, and POST then PUT: %s (E46, E53)', async (_kind, blob) => {
    const served = await serve();
    expect((await served.blob('team/app', blob.bytes, blob.descriptor.digest)).status).toBe(201);
    await expectBlob(served, blob);
    const path = location(await served.send('POST', '/v2/other/blobs/uploads/?digest-algorithm=sha512'));
    const put = await served.send('PUT', at(path, blob.descriptor.digest), { body: blob.bytes });
    expect(put.status).toBe(201);
    await expectBlob(served, blob, 'other');
  });

  it.each([
    ['another digest', text('other').descriptor.digest],
    ['another sha512', text('other', 'sha512').descriptor.digest],
    ['an algorithm nobody has', `md5:${'a'.repeat(32)}`],
    ['a short digest', 'sha256:abc'],
    ['no digest', 'nonsense'],
  ])('%s is refused and stores nothing (E54)', async (_kind, wrong) => {
    const served = await serve();
    expect(refusal(await served.blob('team/app', content.bytes, wrong))).toEqual([400, 'DIGEST_INVALID']);
    const path = await served.begin('team/app');
    expect(refusal(await served.send('PUT', at(path, wrong), { body: content.bytes }))).toEqual([
      400,
      'DIGEST_INVALID',
    ]);
    await served.send('DELETE', path);
    expect(await tree(join(served.directory, 'team/app'))).toEqual([
      '.remora-uploads/',
      'blobs/sha256/',
      'index.json',
      'oci-layout',
    ]);
  });

  it('a session for digests that cannot be verified is refused (E53, E54)', async () => {
    const { send } = await serve();
    const answer = await send('POST', '/v2/team/app/blobs/uploads/?digest-algorithm=md5');
    expect(refusal(answer)).toEqual([400, 'DIGEST_INVALID']);
  });

  it('a PUT without a digest does not end the session', async () => {
    const served = await serve();
    const path = await served.begin('team/app');
    expect(refusal(await served.send('PUT', path))).toEqual([400, 'DIGEST_INVALID']);
    expect((await served.send('PUT', at(path, digest), { body: content.bytes })).status).toBe(201);
  });
});

describe('a blob in chunks', () => {
  const chunk = (start: number, end: number) => ({
    headers: { ...OCTETS, 'Content-Range': `${start}-${end - 1}` },
    body: content.bytes.subarray(start, end),
  });

  it('PATCH with Content-Range, status, and an empty PUT (E47, E48, E50)', async () => {
    const served = await serve();
    let path = await served.begin('team/app');
    for (const start of [0, 100_000, 200_000]) {
      const patched = await served.send('PATCH', path, chunk(start, start + 100_000));
      expect([patched.status, patched.headers.range]).toEqual([202, `0-${start + 99_999}`]);
      path = location(patched);
      const status = await served.send('GET', path);
      expect([status.status, status.headers.range]).toEqual([204, `0-${start + 99_999}`]);
      expect(location(status)).toBe(path);
    }
    expect((await served.send('PUT', at(path, digest))).status).toBe(201);
    await expectBlob(served);
  });

  it('the last chunk with the PUT (E51)', async () => {
    const served = await serve();
    const path = await served.begin('team/app');
    await served.send('PATCH', path, chunk(0, 100_000));
    const gap = await served.send('PUT', at(path, digest), chunk(200_000, 300_000));
    expect([gap.status, gap.headers.range]).toEqual([416, '0-99999']);
    expect((await served.send('PUT', at(path, digest), chunk(100_000, 300_000))).status).toBe(201);
    await expectBlob(served);
  });

  it('out of order is 416 with where to go on (E50)', async () => {
    const served = await serve();
    const path = await served.begin('team/app');
    await served.send('PATCH', path, chunk(0, 1000));
    for (const wrong of [chunk(2000, 3000), chunk(0, 1000), chunk(999, 2000)]) {
      const answer = await served.send('PATCH', path, wrong);
      expect(refusal(answer)).toEqual([416, 'BLOB_UPLOAD_INVALID']);
      expect(answer.headers).toMatchObject({ location: path, range: '0-999' });
    }
    expect((await served.send('PATCH', path, chunk(1000, 300_000))).status).toBe(202);
    expect((await served.send('PUT', at(path, digest))).status).toBe(201);
    await expectBlob(served);
  });

  it.each(['bytes 0-999', '0-999/1000', '0-998', '0-1000', '999-0', '-999', '0-', 'x', '0'])(
    'Content-Range %s for 1000 bytes is 400 and takes nothing (E47)',
    async (range) => {
      const served = await serve();
      const path = await served.begin('team/app');
      const body = content.bytes.subarray(0, 1000);
      const answer = await served.send('PATCH', path, { headers: { 'Content-Range': range }, body });
      expect(refusal(answer)).toEqual([400, 'BLOB_UPLOAD_INVALID']);
      expect((await served.send('GET', path)).headers.range).toBe('0-0');
    },
  );

  it('two at once for the same place: one is taken, the other is 416 (E50)', async () => {
    const served = await serve();
    const path = await served.begin('team/app');
    const answers = await Promise.all([1, 2, 3].map(() => served.send('PATCH', path, chunk(0, 300_000))));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 416, 416]);
    expect((await served.send('PUT', at(path, digest))).status).toBe(201);
    await expectBlob(served);
  });

  it('one streamed PATCH of unknown length (E52)', async () => {
    const served = await serve();
    const path = await served.begin('team/app');
    const patched = await served.send('PATCH', path, { headers: OCTETS, body: await content.open() });
    expect([patched.status, patched.headers.range]).toEqual([202, '0-299999']);
    expect((await served.send('PUT', at(path, digest))).status).toBe(201);
    await expectBlob(served);
  });

  it('goes on after a connection that broke in the middle (E50)', async () => {
    const served = await serve();
    const path = await served.begin('team/app');
    const socket = connect(served.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`PATCH ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n`);
    socket.write(content.bytes.subarray(0, 150_000));
    const held = async () => Number((await served.send('GET', path)).headers.range?.slice(2)) + 1;
    await expect.poll(held).toBe(150_000);
    socket.destroy();
    const rest = await served.send('PATCH', path, chunk(150_000, 300_000));
    expect([rest.status, rest.headers.range]).toEqual([202, '0-299999']);
    expect((await served.send('PUT', at(path, digest))).status).toBe(201);
    await expectBlob(served);
  });

  it('cancelled or unknown sessions are 404 (E55)', async () => {
    const served = await serve();
    const path = await served.begin('team/app');
    await served.send('PATCH', path, chunk(0, 1000));
    expect((await served.send('DELETE', path)).status).toBe(204);
    const strange = path.replace(/[^/]+$/, 'index.json');
    for (const gone of [path, strange, `${path}0`, path.replace('team/app/blobs', 'team/none/blobs')]) {
      for (const method of ['GET', 'DELETE', 'PATCH', 'PUT']) {
        const body = method === 'GET' ? {} : { body: 'x' };
        const answer = await served.send(method, method === 'PUT' ? at(gone, digest) : gone, body);
        expect(answer.status, `${method} ${gone}`).toBe(404);
      }
    }
    expect(await readdir(join(served.directory, 'team/app/.remora-uploads'))).toEqual([]);
  });
});
