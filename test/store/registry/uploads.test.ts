import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { type Content, noise, readBlob, text } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const LARGE = 700 * 1024;

function methods({ requests }: { requests: readonly { method: string }[] }): string[] {
  return requests.map(({ method }) => method);
}

/** The same for a small blob that is not there: it is looked for while the session begins. */
function besideOneLook(registry: { requests: readonly { method: string }[] }): string[] {
  const all = methods(registry);
  expect(all.filter((method) => method === 'HEAD')).toHaveLength(1);
  return all.filter((method) => method !== 'HEAD');
}

function posts(registry: { requests: readonly { method: string; path: string }[] }): string[] {
  return registry.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
}

/** The fault for the first `times` requests of a method, in whatever session. */
function first(method: string, times: number, fault: Fault): (request: FaultRequest) => Fault | undefined {
  let left = times;
  return (request) => {
    if (request.method !== method || !request.path.includes('/blobs/') || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

it('writes a new blob in two requests, and finds one that is there in one (E41, E45, E58)', async () => {
  const { registry, store, open } = await begin();
  const content = noise(LARGE);
  await store.writeBlob(content.descriptor, content.open);
  // A large blob is looked for once, where the registry does not say by mounting that it has it.
  expect(methods(registry)).toEqual(['POST', 'HEAD', 'PUT']);
  registry.clear();
  const small = text('small');
  await store.writeBlob(small.descriptor, small.open);
  expect(besideOneLook(registry)).toEqual(['POST', 'PUT']);
  const put = registry.requests.find(({ method }) => method === 'PUT');
  expect(put?.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-length': '5' });
  expect(put?.path).toContain(`digest=${encodeURIComponent(small.descriptor.digest)}`);
  registry.clear();
  const another = open();
  for (const each of [content, small]) expect(await another.writeBlob(each.descriptor, each.open)).toBe('exists');
  // The first was mounted: the registry can be relied on.
  expect(methods(registry)).toEqual(['POST', 'POST']);
});

it('sends no body for a small blob that is there, also where mounting is not known', async () => {
  const { registry, store, open } = await begin({ mount: false });
  const content = text('small');
  await store.writeBlob(content.descriptor, content.open);
  registry.clear();
  expect(await open().writeBlob(content.descriptor, content.open)).toBe('exists');
  expect(besideOneLook(registry)).toEqual(['POST', 'DELETE']);
  expect(content.opened).toBe(1);
});

it('sends no body for a large blob that is there, also where mounting is not known', async () => {
  const { registry, store, open } = await begin({ mount: false });
  const content = noise(LARGE);
  await store.writeBlob(content.descriptor, content.open);
  registry.clear();
  expect(await open().writeBlob(content.descriptor, content.open)).toBe('exists');
  expect(methods(registry)).toEqual(['POST', 'HEAD', 'DELETE']);
  expect(content.opened).toBe(1);
});

it('says that an empty blob has no bytes (A30)', async () => {
  const { registry, store } = await begin();
  const empty = text('');
  await store.writeBlob(empty.descriptor, empty.open);
  const put = registry.requests.find(({ method }) => method === 'PUT');
  expect(put?.headers['content-length']).toBe('0');
  expect(put?.headers['transfer-encoding']).toBeUndefined();
});

it.each<[string, Fault]>([
  ['the connection is reset', 'reset'],
  ['the registry is overloaded', { status: 503 }],
  ['there are too many requests', { status: 429 }],
])('starts again from a fresh stream when %s (E59)', async (_, fault) => {
  for (const method of ['POST', 'PUT']) {
    const { registry, store } = await begin({ fault: first(method, 2, fault) });
    const content = noise(LARGE);
    const progress: number[] = [];
    const onProgress = (bytes: number) => void progress.push(bytes);
    expect(await store.writeBlob(content.descriptor, content.open, { onProgress })).toBe('written');
    expect(content.opened).toBe(method === 'PUT' && fault !== 'reset' ? 3 : method === 'PUT' ? 2 : 1);
    expect(progress.at(-1)).toBe(LARGE);
    expect((await readBlob(store, content.descriptor)).equals(content.bytes)).toBe(true);
    // The sessions that failed were given up.
    await sleep(50);
    expect(registry.repository(REPOSITORY).uploads.size).toBe(0);
  }
});

it.each<[string, string, Fault]>([
  ['UNREACHABLE', 'the connection is reset', 'reset'],
  ['BUSY', 'the registry is overloaded', { status: 503 }],
])('gives up with %s when %s every time', async (code, _, fault) => {
  const { registry, store } = await begin({ fault: first('PUT', Number.POSITIVE_INFINITY, fault) });
  const content = noise(LARGE);
  await expect(store.writeBlob(content.descriptor, content.open)).rejects.toMatchObject({ code });
  // After a reset it is sent in chunks, which arrive; then the PUT that closes the session is what fails.
  expect(registry.count('PUT')).toBe(code === 'BUSY' ? 5 : 6);
});

it.each<[number, string]>([
  [400, 'REJECTED'],
  [403, 'FORBIDDEN'],
  [413, 'REJECTED'],
])('does not try again what was refused with %i (E54)', async (status, code) => {
  const body = '{"errors":[{"code":"DENIED","message":"no"}]}';
  for (const method of ['POST', 'PUT']) {
    const fault = { status, headers: { 'content-type': 'application/json' }, body };
    const { registry, store } = await begin({ fault: first(method, Number.POSITIVE_INFINITY, fault) });
    const content = text('content');
    await expect(store.writeBlob(content.descriptor, content.open)).rejects.toMatchObject({
      code,
      status,
      message: expect.stringContaining('DENIED no'),
    });
    // What was refused may have been the mount.
    expect(registry.count(method)).toBe(method === 'POST' ? 2 : 1);
    expect(registry.repository(REPOSITORY).uploads.size).toBe(0);
  }
});

it.each([400, 404, 405])('uploads plainly where mounting is answered with %i (E56)', async (status) => {
  const fault = ({ path }: FaultRequest) => (path.includes('mount=') ? { status } : undefined);
  const { registry, store } = await begin({ fault });
  const content = text('content');
  expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
  expect(besideOneLook(registry)).toEqual(['POST', 'POST', 'PUT']);
  expect(posts(registry)[1]).toBe(`/v2/${REPOSITORY}/blobs/uploads/`);
});

it('asks to mount from its own repository by both names (E56, E57)', async () => {
  const { registry, store } = await begin();
  const { descriptor, open } = text('content');
  await store.writeBlob(descriptor, open);
  const query = new URL(posts(registry)[0] ?? '', registry.url).searchParams;
  expect(Object.fromEntries(query)).toEqual({ mount: descriptor.digest, from: REPOSITORY });
});

it('cancels the session when it is interrupted, whatever the registry says to that (E55)', async () => {
  for (const status of [undefined, 404, 405, 500]) {
    const fault = ({ method }: FaultRequest) => (method === 'DELETE' && status !== undefined ? { status } : undefined);
    const { registry, store } = await begin({ fault });
    const controller = new AbortController();
    const open = async () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(1000);
          controller.abort();
          await sleep(10_000, undefined, { ref: false });
        })(),
      );
    const { descriptor } = noise(LARGE);
    await expect(store.writeBlob(descriptor, open, { signal: controller.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(registry.count('DELETE', '/blobs/uploads/')).toBe(1);
  }
});

it.each<[string, Record<string, string>]>([
  ['no address', {}],
  ['an empty address', { location: '' }],
  ['no address that can be read', { location: 'http://[' }],
])('refuses a session with %s', async (_, headers) => {
  const { store } = await begin({ fault: first('POST', 2, { status: 202, headers }) });
  const { descriptor, open } = text('content');
  await expect(store.writeBlob(descriptor, open)).rejects.toMatchObject({ code: 'MALFORMED' });
});

it.each([
  'uploads/1?',
  '1?',
  '1?_state=a%2Fb',
  '1?_state=a%2Fb&',
  '1#part',
  '1?_state=x#part',
  './1',
  `/v2/${REPOSITORY}/blobs/uploads/1?&`,
  ' 1 ',
])('sends the digest to a session at "%s"', async (location) => {
  const fault = ({ method, path }: FaultRequest): Fault | undefined => {
    if (method === 'POST') return { status: 202, headers: { location } };
    if (method !== 'PUT') return undefined;
    const { searchParams } = new URL(path, 'http://reg.example');
    return { status: searchParams.get('digest') === content.descriptor.digest ? 201 : 400 };
  };
  const content = text('content');
  const { registry, store } = await begin({ fault });
  expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
  const path = registry.requests.find(({ method }) => method === 'PUT')?.path ?? '';
  expect(path.split('?')[0]).toMatch(/\/uploads\/1$/);
  if (location.includes('_state')) expect(path).toMatch(/\?_state=(a%2Fb|x)&digest=/);
});

it.each(['ftp://example.org/upload', 'file:///etc/passwd'])('sends nothing to %s', async (location) => {
  const { registry, store } = await begin({ fault: first('POST', 2, { status: 202, headers: { location } }) });
  const { descriptor, open } = text('content');
  await expect(store.writeBlob(descriptor, open)).rejects.toMatchObject({ code: 'REJECTED' });
  expect(besideOneLook(registry)).toEqual(['POST', 'POST']);
});

it('says which algorithm it uploads, and looks whether the registry kept it (E53, F14)', async () => {
  const { registry, store } = await begin();
  const content = text('content', 'sha512');
  await store.writeBlob(content.descriptor, content.open);
  expect(posts(registry)[0]).toContain('digest-algorithm=sha512');
  expect(methods(registry).slice(-2)).toEqual(['PUT', 'HEAD']);
  // distribution 2.8 takes it, and answers 404 afterwards.
  const deaf = await begin({ fault: ({ method }) => (method === 'HEAD' ? { status: 404 } : undefined) });
  await expect(deaf.store.writeBlob(content.descriptor, content.open)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

it('keeps on as long as bytes move, however long it takes', async () => {
  const { store } = await begin({}, { timeout: 1_500 });
  const content: Content = noise(64 * 1024);
  const open = async () =>
    Readable.from(
      (async function* () {
        for (let offset = 0; offset < content.bytes.length; offset += 2048) {
          yield content.bytes.subarray(offset, offset + 2048);
          await sleep(110);
        }
      })(),
    );
  expect(await store.writeBlob(content.descriptor, open)).toBe('written');
});
