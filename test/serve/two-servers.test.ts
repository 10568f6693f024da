import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { blobPath } from '../../src/store/layout/files/paths.js';
import { startServe } from './support/command-start.js';
import { location, refusal, type Served, send, serve } from './support/push-start.js';

const content = randomBytes(4000);
const digest = digestOf(content);
const at = (path: string, wanted: string = digest) => `${path}?digest=${wanted}`;

async function two(): Promise<readonly [Served, Served]> {
  const first = await serve();
  return [first, await serve({ directory: first.directory })];
}

/** A request whose content is yet to come: the server has the session's file open when it has taken the first bytes. */
async function slow(port: number, head: string, first: Buffer, length: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(`${head} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${length}\r\n\r\n`);
  socket.write(first);
  return socket;
}

const sizeAt = async ({ send: ask }: Served, path: string) => (await ask('GET', path)).headers.range;

async function expectBlob({ directory }: Served, name = 'app') {
  expect(digestOf(await readFile(blobPath(join(directory, name), digest)))).toBe(digest);
}

describe('two servers of one directory', () => {
  it.each([
    ['PATCH', (path: string) => path],
    ['PUT with the digest of others', (path: string) => at(path, digestOf(Buffer.from('other')))],
    ['PUT with the digest of the blob', (path: string) => at(path)],
  ])('never write to a blob that the one committed while the other takes a %s', async (what, target) => {
    const [one, other] = await two();
    const path = await one.begin('app');
    expect((await one.send('PATCH', path, { body: content })).status).toBe(202);
    const more = randomBytes(500);
    const socket = await slow(other.port, `${what.split(' ')[0]} ${target(path)}`, more, 1000);
    const answer = once(socket, 'data').then(([bytes]) => Number(String(bytes).slice(9, 12)));
    await expect.poll(() => sizeAt(one, path)).toBe('0-4499');
    // The other client's bytes are a part of the session: the digest does not fit any more, or the commit came first.
    const refused = await one.send('PUT', at(path));
    expect(refusal(refused)).toEqual([400, 'DIGEST_INVALID']);
    socket.write(more);
    expect(await answer).toBe(404);
    await expect(readFile(blobPath(join(one.directory, 'app'), digest))).rejects.toThrow('ENOENT');
    expect((await one.blob('app', content, digest)).status).toBe(201);
    await expectBlob(one);
  });

  it('keep a blob as it was committed, when the other had the session open and has written nothing yet', async () => {
    const [one, other] = await two();
    for (let round = 0; round < 10; round++) {
      const bytes = randomBytes(3000);
      const wanted = digestOf(bytes);
      const path = await one.begin('app');
      expect((await one.send('PATCH', path, { body: bytes })).status).toBe(202);
      const socket = await slow(other.port, `PATCH ${path}`, Buffer.alloc(0), 1000);
      const shared = join(one.directory, 'app', '.remora-uploads', `${path.split('/').at(-1)}.shared`);
      await expect.poll(() => readFile(shared).then(({ length }) => length)).toBe(3000);
      expect((await one.send('PUT', at(path, wanted))).status).toBe(201);
      const answer = once(socket, 'data');
      socket.write(randomBytes(1000));
      expect(String(await answer)).toMatch(/^HTTP\/1\.1 404 /);
      expect(digestOf(await readFile(blobPath(join(one.directory, 'app'), wanted)))).toBe(wanted);
    }
    expect(await readdir(join(one.directory, 'app', '.remora-uploads'))).toEqual([]);
  });

  it('keep it when the server that did not begin the session commits, while the other still has it open', async () => {
    const [one, other] = await two();
    const path = await one.begin('app');
    expect((await one.send('PATCH', path, { body: content })).status).toBe(202);
    const socket = await slow(one.port, `PATCH ${path}`, Buffer.alloc(0), 1000);
    expect((await other.send('PUT', at(path))).status).toBe(201);
    const answer = once(socket, 'data');
    socket.write(randomBytes(1000));
    // The request may come so late that the session is not known any more: that is the same answer.
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 404 /);
    await expectBlob(one);
  });

  it('take the chunks of one session in turn, and give the blob that they make', async () => {
    const [one, other] = await two();
    const path = await one.begin('app');
    for (let start = 0, turn = 0; start < content.length; start += 1000, turn++) {
      const server = turn % 2 === 0 ? other : one;
      const headers = { 'Content-Range': `${start}-${start + 999}` };
      const answer = await server.send('PATCH', path, { headers, body: content.subarray(start, start + 1000) });
      expect(location(answer)).toBe(path);
    }
    expect((await one.send('PUT', at(path))).status).toBe(201);
    await expectBlob(other);
    expect((await other.send('PUT', at(path))).status).toBe(404);
  });

  it('answer both where both commit, and leave one whole blob', async () => {
    const [one, other] = await two();
    for (let round = 0; round < 10; round++) {
      const path = await one.begin('app');
      expect((await other.send('PATCH', path, { body: content })).status).toBe(202);
      const answers = await Promise.all([one, other].map((server) => server.send('PUT', at(path))));
      const statuses = answers.map(({ status }) => status);
      expect(statuses).toContain(201);
      expect(statuses.filter((status) => status !== 201 && status !== 404)).toEqual([]);
      await expectBlob(one);
    }
  });

  it('go on with a session whose server was killed, in the middle of a chunk', async () => {
    const directory = (await serve()).directory;
    const killed = await startServe(directory, '--quiet');
    const port = Number(new URL(killed.url).port);
    const path = location(await send(port, 'POST', '/v2/app/blobs/uploads/'));
    await slow(port, `PATCH ${path}`, content.subarray(0, 2500), 4000);
    await expect.poll(async () => (await send(port, 'GET', path)).headers.range).toBe('0-2499');
    killed.child.kill('SIGKILL');
    await killed.done;
    const next = await serve({ directory });
    expect(await sizeAt(next, path)).toBe('0-2499');
    const headers = { 'Content-Range': '2500-3999' };
    expect((await next.send('PUT', at(path), { headers, body: content.subarray(2500) })).status).toBe(201);
    await expectBlob(next);
  });
});
