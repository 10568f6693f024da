import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { list, listTags, noise, pushImage, text } from '../support/artifacts.js';
import { begin, openStore, REPOSITORY } from './support/start.js';

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
  for (const ask of [
    () => store.resolve({ tag: 'v1' }),
    () => store.manifest({ tag: 'v1' }),
    () => listTags(store),
    () => list(store, content.descriptor),
    () => store.hasBlob(content.descriptor),
    () => store.openBlob(content.descriptor),
  ]) {
    await expect(ask()).rejects.toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining(host) });
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
  const options = { ranges: false, fault: onGet('/blobs/', { stallAfter: 1024 * 1024 }) };
  const { store, registry } = await begin(options, { timeout: 200 });
  await store.writeBlob(content.descriptor, content.open);
  await expect(store.openBlob(content.descriptor).then(buffer)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(registry.count('GET', '/blobs/')).toBe(3);
});

it('does not wait for ever for a registry that takes no more bytes', async () => {
  const content = noise(4 * SIZE);
  const fault = ({ method }: FaultRequest) => (method === 'PUT' ? 'stall' : undefined);
  const { store } = await begin({ fault }, { timeout: 200 });
  await expect(store.writeBlob(content.descriptor, content.open)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(content.opened).toBe(3);
});

it.each([0, 1, 1024 * 1024])('does not take a blob for whole that is cut after %i bytes', async (cutAfter) => {
  const content = noise(SIZE);
  const { store } = await begin({ ranges: false, fault: onGet('/blobs/', { cutAfter }) });
  await store.writeBlob(content.descriptor, content.open);
  await expect(store.openBlob(content.descriptor).then(buffer)).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

it.each([true, false])(
  'goes on where the line broke, several times (E28; the registry honours Range: %s)',
  async (ranges) => {
    const content = noise(SIZE);
    // Without Range each answer has to come further than the one before it.
    const fault = ({ method, path, count }: FaultRequest): Fault | undefined =>
      method === 'GET' && path.includes('/blobs/') && count <= 4
        ? { cutAfter: ranges ? 700_000 : count * 600_000 }
        : undefined;
    const { store, registry } = await begin({ ranges, fault });
    await store.writeBlob(content.descriptor, content.open);
    expect((await store.openBlob(content.descriptor).then(buffer)).equals(content.bytes)).toBe(true);
    const gets = registry.requests.filter(({ method, path }) => method === 'GET' && path.includes('/blobs/'));
    expect(gets.map(({ headers }) => headers.range !== undefined)).toEqual([false, true, true, true, true]);
    const moved = gets.reduce((sum, { responseBytes }) => sum + responseBytes, 0);
    expect(moved).toBe(ranges ? SIZE : SIZE + 600_000 * 10);
  },
);

it('goes on after a stall in the middle of a blob', async () => {
  const content = noise(SIZE);
  const fault = ({ method, path, count }: FaultRequest): Fault | undefined =>
    method === 'GET' && path.includes('/blobs/') && count === 1 ? { stallAfter: 1024 * 1024 } : undefined;
  const { store } = await begin({ fault }, { timeout: 300 });
  await store.writeBlob(content.descriptor, content.open);
  expect((await store.openBlob(content.descriptor).then(buffer)).equals(content.bytes)).toBe(true);
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
