import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { list, listTags, noise, pushImage, text } from '../artifacts.js';
import { begin, openStore, REPOSITORY } from './start.js';

const SIZE = 3 * 1024 * 1024;

function onGet(part: string, fault: Fault) {
  return ({ method, path }: FaultRequest) => (method === 'GET' && path.includes(part) ? fault : undefined);
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

it('says that nobody answers', async () => {
  const host = `127.0.0.1:${await freePort()}`;
  const store = openStore(host, REPOSITORY);
  const content = text('x');
  for (const asking of [
    store.resolve({ tag: 'v1' }),
    store.manifest({ tag: 'v1' }),
    listTags(store),
    list(store, content.descriptor),
    store.hasBlob(content.descriptor),
    store.openBlob(content.descriptor),
  ]) {
    await expect(asking).rejects.toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining(host) });
  }
});

it('does not wait for ever for an answer', async () => {
  const { store } = await begin({ fault: () => 'stall' }, { timeout: 200 });
  await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'TIMEOUT' });
  const content = text('x');
  const began = performance.now();
  await expect(store.openBlob(content.descriptor)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(performance.now() - began).toBeLessThan(5_000);
});

it('does not wait for ever for the rest of an answer', async () => {
  const content = noise(SIZE);
  const { store } = await begin({ fault: onGet('/blobs/', { stallAfter: 1024 * 1024 }) }, { timeout: 200 });
  await store.writeBlob(content.descriptor, content.open);
  await expect(store.openBlob(content.descriptor).then(buffer)).rejects.toMatchObject({ code: 'TIMEOUT' });
});

it('does not wait for ever for a registry that takes no more bytes', async () => {
  const content = noise(4 * SIZE);
  const fault = ({ method }: FaultRequest) => (method === 'PUT' ? 'stall' : undefined);
  const { store } = await begin({ fault }, { timeout: 200 });
  await expect(store.writeBlob(content.descriptor, content.open)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(content.opened).toBe(4);
});

it.each([0, 1, 1024 * 1024])('does not take a blob for whole that is cut after %i bytes', async (cutAfter) => {
  const content = noise(SIZE);
  const { store } = await begin({ fault: onGet('/blobs/', { cutAfter }) });
  await store.writeBlob(content.descriptor, content.open);
  await expect(store.openBlob(content.descriptor).then(buffer)).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

it('does not take a manifest or a list of tags for whole that is cut', async () => {
  const { store } = await begin({ fault: onGet('/', { cutAfter: 10 }) });
  await pushImage(store, 'image', { tags: ['v1'] });
  await expect(store.manifest({ tag: 'v1' })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await expect(listTags(store)).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

it('gives no content that is not what was asked for', async () => {
  const content = text('content');
  for (const [body, code] of [
    ['CONTENT', 'DIGEST_MISMATCH'],
    ['cont', 'SIZE_MISMATCH'],
    ['content and more', 'SIZE_MISMATCH'],
  ] as const) {
    for (const chunked of [false, true]) {
      const fault = ({ method }: FaultRequest): Fault | undefined =>
        method === 'GET' ? { status: 200, body: chunked ? Readable.from([Buffer.from(body)]) : body } : undefined;
      const { store } = await begin({ fault });
      await expect(store.openBlob(content.descriptor).then(buffer)).rejects.toMatchObject({ code });
    }
  }
});

it('ends a download when it is interrupted, also one that stalls', async () => {
  const content = noise(SIZE);
  const { store } = await begin({ fault: onGet('/blobs/', { stallAfter: 1024 }) });
  await store.writeBlob(content.descriptor, content.open);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const reading = store.openBlob(content.descriptor, { signal: controller.signal }).then(buffer);
  await expect(reading).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
