import { expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import type { TagChange } from '../../../src/store/interfaces/abilities.js';
import type { FaultRequest } from '../../support/loopback.js';
import type { RegistryOptions } from '../../support/registry.js';
import { listDigests, pushImage } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

/** A registry with an image, and an index of it under a tag. What comes to the tag can be met with a fault. */
async function withIndex(options: RegistryOptions = {}) {
  const trap: { at?: (request: FaultRequest) => ReturnType<NonNullable<RegistryOptions['fault']>> } = {};
  const fault = (request: FaultRequest) => (request.path.endsWith('/manifests/all') ? trap.at?.(request) : undefined);
  const started = await begin({ fault, ...options });
  const { registry, store } = started;
  const image = (await pushImage(store, 'image', { tags: ['v1'] })).descriptor;
  const document = JSON.parse(Buffer.from(buildIndex({ manifests: [image] }).bytes).toString());
  const set = () => registry.putManifest(REPOSITORY, document, { tag: 'all' });
  const writes = () => registry.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith('/all'));
  return { ...started, image, set, trap, writes };
}

function adding(entry: Descriptor, looks: boolean[] = []): TagChange {
  return (present, isAgain) => {
    looks.push(isAgain);
    const entries = present?.kind === 'index' ? present.content.manifests : [];
    return entries.some(({ digest }) => digest === entry.digest)
      ? undefined
      : buildIndex({ manifests: [...entries, entry] });
  };
}

it('reads the tag again where the registry says that it has changed', async () => {
  const { store, image, set, trap, writes } = await withIndex({ etag: 'honoured' });
  const other = (await pushImage(store, 'other')).descriptor;
  let isFirst = true;
  trap.at = ({ method }) => {
    if (method === 'PUT' && isFirst) set();
    if (method === 'PUT') isFirst = false;
    return undefined;
  };
  const looks: boolean[] = [];
  const { before, after } = await store.changeTag('all', adding(other, looks));
  expect(writes().map(({ status }) => status)).toEqual([412, 201]);
  // A write that was refused is not an earlier result.
  expect(looks).toEqual([false, false, true]);
  expect(before?.kind === 'index' && before.content.manifests).toEqual([expect.objectContaining(image)]);
  expect(after?.kind === 'index' && after.content.manifests.map(({ digest }) => digest)).toEqual([
    image.digest,
    other.digest,
  ]);
});

it('takes slow looks again before it writes, and not for ever', async () => {
  const { registry, store, image } = await withIndex({ latency: 270 });
  registry.clear();
  await store.changeTag('all', adding(image), { settle: false });
  const asked = registry.requests.filter(({ path }) => path.endsWith('/all')).map(({ method }) => method);
  expect(asked).toEqual(['GET', 'GET', 'GET', 'GET', 'PUT', 'GET']);
});

it('lists a manifest with its subject where an earlier call ended before that', async () => {
  const { registry, open, image } = await withIndex({ referrers: 'none' });
  const index = buildIndex({ manifests: [image], subject: image });
  registry.putManifest(REPOSITORY, JSON.parse(Buffer.from(index.bytes).toString()), { tag: 'all' });
  expect(await listDigests(open(), image)).toEqual([]);
  expect(await open().changeTag('all', adding(image))).toMatchObject({ isWritten: false, listedBy: 'tag' });
  expect(await listDigests(open(), image)).toEqual([index.descriptor.digest]);
});

it('says what the registry says where it refuses a tag that nobody changes', async () => {
  const { store, image, trap, writes } = await withIndex();
  const body = { errors: [{ code: 'PRECONDITION', message: 'the tag is immutable' }] };
  trap.at = ({ method }) => (method === 'PUT' ? { status: 412, body: JSON.stringify(body) } : undefined);
  await expect(store.changeTag('all', adding(image))).rejects.toMatchObject({
    status: 412,
    message: expect.stringContaining('the tag is immutable'),
  });
  expect(writes()).toHaveLength(4);
});
