import { expect, it } from 'vitest';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import type { RegistryOptions } from '../../support/registry.js';
import { noise, pushImage, text } from '../support/artifacts.js';
import { begin, openStore, REPOSITORY } from './support/start.js';

function onHead(fault: Fault, part = '') {
  return ({ method, path }: FaultRequest) => (method === 'HEAD' && path.includes(part) ? fault : undefined);
}

const REFUSALS: readonly [string, Fault][] = [
  ...[400, 401, 403, 404, 405, 406, 500, 501, 502, 503].map((status): [string, Fault] => [String(status), { status }]),
  ['a closed connection', 'reset'],
  ['a status that HEAD does not have', { status: 204 }],
];

it.each(REFUSALS)('finds manifests and blobs where HEAD is answered with %s', async (name, fault) => {
  const { store, open } = await begin({ fault: onHead(fault) });
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  const layer = text('layer of image');
  const reader = open();
  const { digest } = image.descriptor;
  expect(await reader.resolve({ tag: 'v1' })).toEqual(image.descriptor);
  expect(await reader.resolve({ digest })).toEqual(image.descriptor);
  // A tag that is only looked for is absent where HEAD says so: a GET of each would be counted by limits.
  if (name !== '404') expect(await open().findTag('v1')).toEqual(image.descriptor);
  expect(await open().blobSize(layer.descriptor.digest)).toBe(layer.descriptor.size);
  // What is missing is missing.
  expect(await reader.findTag('none')).toBeUndefined();
  expect(await reader.blobSize(text('none').descriptor.digest)).toBeUndefined();
  await expect(reader.resolve({ tag: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('asks a registry that limits requests again, and in no other way', async () => {
  const { registry, open, store } = await begin({ fault: onHead({ status: 429 }) });
  await pushImage(store, 'image', { tags: ['v1'] });
  registry.clear();
  await expect(open().resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'BUSY', status: 429 });
  expect(registry.count('GET')).toBe(0);
  expect(registry.count('HEAD')).toBeGreaterThan(1);
});

it.each(REFUSALS.filter(([name]) => name !== '404'))(
  'looks for a blob in its first byte after %s',
  async (_, fault) => {
    const { registry, store } = await begin({ fault: onHead(fault), mount: false });
    const large = noise(3_000_000);
    for (const content of [large, text('')]) {
      expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
      expect(await store.hasBlob(content.descriptor)).toBe(true);
      expect(await store.blobSize(content.descriptor.digest)).toBe(content.descriptor.size);
    }
    expect(await store.hasBlob({ ...large.descriptor, size: 7 })).toBe(false);
    expect(await store.hasBlob(text('none').descriptor)).toBe(false);
    const gets = registry.requests.filter(({ method }) => method === 'GET');
    expect(gets.reduce((sum, { responseBytes }) => sum + responseBytes, 0)).toBeLessThan(1000);
  },
);

it('gives the size of a blob where neither HEAD nor Range is known', async () => {
  const { store } = await begin({ ranges: false, fault: onHead({ status: 405 }) });
  const content = text('content');
  await store.writeBlob(content.descriptor, content.open);
  expect(await store.blobSize(content.descriptor.digest)).toBe(7);
});

it('believes no length of 0', async () => {
  const { store } = await begin({ fault: onHead({ status: 200, headers: { 'content-length': '0' } }) });
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  expect(await store.resolve({ tag: 'v1' })).toEqual(image.descriptor);
  expect(await store.blobSize(text('layer of image').descriptor.digest)).toBe(14);
});

it.each([
  [405, 1],
  [501, 1],
  [400, 3],
  [403, 3],
])('asks no more after HEAD was refused with %i, %i times', async (status, times) => {
  const { registry, store } = await begin({ fault: onHead({ status }) });
  for (let i = 0; i < 10; i++) expect(await store.findTag(`t${i}`)).toBeUndefined();
  expect(registry.count('HEAD')).toBe(times);
  expect(registry.count('GET')).toBe(10);
});

it('asks HEAD of manifests where the storage of blobs alone refuses it', async () => {
  const options: RegistryOptions = { fault: onHead({ status: 403 }, '/blobs/') };
  const { registry, store } = await begin(options);
  await pushImage(store, 'image', { tags: ['v1'] });
  registry.clear();
  for (let i = 0; i < 5; i++) await store.resolve({ tag: 'v1' });
  expect([registry.count('HEAD'), registry.count('GET')]).toEqual([5, 0]);
});

it('fails as GET fails, with what the registry says of it', async () => {
  const body = '{"errors":[{"code":"DENIED","message":"not for you"}]}';
  for (const [status, code] of [
    [401, 'UNAUTHORIZED'],
    [403, 'FORBIDDEN'],
    [418, 'REJECTED'],
  ] as const) {
    const { store } = await begin({ fault: () => ({ status, body }) });
    const error = { code, message: expect.stringContaining('not for you') };
    await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject(error);
    await expect(store.findTag('v1')).rejects.toMatchObject(error);
    await expect(store.blobSize(text('x').descriptor.digest)).rejects.toMatchObject(error);
  }
});

it('deletes a tag, moves one, and takes 202 for stored without HEAD', async () => {
  const { registry, store } = await begin({ fault: onHead({ status: 405 }), manifestStatus: 202 });
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  await store.tagManifest(image, ['v2']);
  expect(await store.deleteTag('v1')).toBe(true);
  expect(await store.deleteTag('v1')).toBe(false);
  expect([...registry.repository(REPOSITORY).tags.keys()]).toEqual(['v2']);
  const other = openStore(registry.host, 'team/other');
  expect(await other.hasManifest(image.descriptor.digest)).toBe(false);
});
