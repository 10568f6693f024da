import { once } from 'node:events';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { keepSwept } from '../../src/serve/uploads.js';
import { noise } from '../store/support/artifacts.js';
import { location, type Served, serve } from './support/push-start.js';

const content = noise(300_000);
const { digest } = content.descriptor;
const at = (path: string, wanted: string) => `${path}?digest=${encodeURIComponent(wanted)}`;

/** That a blob is there as it was sent, and that no session is left. */
async function expectBlob({ send, directory }: Served, { descriptor, bytes } = content, name = 'team/app') {
  const got = await send('GET', `/v2/${name}/blobs/${descriptor.digest}`);
  expect([got.status, got.body.equals(bytes)]).toEqual([200, true]);
  expect(await readdir(join(directory, name, '.remora-uploads')).catch(() => [])).toEqual([]);
}

describe('a blob from elsewhere', () => {
  it.each([
    ['another repository', `&from=team%2Fapp`, 201],
    ['an unknown repository', '&from=none', 202],
    ['a repository that cannot be', '&from=..%2F..', 202],
    ['itself', '&from=other', 202],
    ['nowhere', '', 202],
  ])('mount from %s (E56, E57)', async (_where, from, status) => {
    const served = await serve();
    await served.blob('team/app', content.bytes, digest);
    const answer = await served.send('POST', `/v2/other/blobs/uploads/?mount=${encodeURIComponent(digest)}${from}`);
    expect(answer.status).toBe(status);
    if (status === 202) {
      const put = await served.send('PUT', at(location(answer), digest), { body: content.bytes });
      expect(put.status).toBe(201);
    } else expect(location(answer)).toBe(`/v2/other/blobs/${digest}`);
    await expectBlob(served, content, 'other');
    // What is there already needs no other repository.
    const again = await served.send('POST', `/v2/other/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=other`);
    expect(again.status).toBe(201);
  });
});

describe('what is left behind', () => {
  it('a single POST that breaks off leaves no session: its client never learned its name', async () => {
    const served = await serve();
    const socket = connect(served.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST ${at('/v2/team/app/blobs/uploads/', digest)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\nx`,
    );
    const sessions = () => readdir(join(served.directory, 'team/app/.remora-uploads')).catch(() => []);
    await expect.poll(sessions).toHaveLength(1);
    socket.destroy();
    await expect.poll(sessions).toEqual([]);
  });

  it('sessions that nobody touched for a day are swept at the start, others stay', async () => {
    const served = await serve();
    const [old, recent] = [await served.begin('team/app'), await served.begin('team')];
    const dayAgo = Date.now() / 1000 - 24 * 60 * 60 - 60;
    const file = join(served.directory, 'team/app/.remora-uploads', old.split('/').at(-1) ?? '');
    await utimes(file, dayAgo, dayAgo);
    await mkdir(join(served.directory, 'not-a-layout'));
    const sweeping = keepSwept(served.repositories);
    await sweeping.swept;
    sweeping.stop();
    expect((await served.send('GET', old)).status).toBe(404);
    expect((await served.send('GET', recent)).status).toBe(204);
  });

  it('sweeping goes on', async () => {
    const served = await serve();
    const path = await served.begin('team/app');
    const sweeping = keepSwept(served.repositories, { olderThan: 50, every: 20 });
    await expect.poll(async () => (await served.send('GET', path)).status).toBe(404);
    sweeping.stop();
  });
});

it('takes a stream that is slow to come', async () => {
  const served = await serve();
  const slow = Readable.from(
    (async function* () {
      for (let offset = 0; offset < 300_000; offset += 100_000) {
        yield content.bytes.subarray(offset, offset + 100_000);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })(),
  );
  const path = at('/v2/team/app/blobs/uploads/', digest);
  expect((await served.send('POST', path, { body: slow })).status).toBe(201);
  await expectBlob(served);
});
