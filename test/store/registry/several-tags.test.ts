import { expect, it } from 'vitest';
import { openSession } from '../../../src/index.js';
import type { Registry, RegistryOptions } from '../../support/registry.js';
import { pushImage, referrerOf, text, writeContent, written } from '../support/artifacts.js';
import { begin, openStore, REPOSITORY } from './support/start.js';

const TAGS = ['latest', 'v1', 'v1.2'];

/** The path behind `manifests/` of each PUT, with the digest as `DIGEST`; sorted, since some are sent at the same time. */
function puts(registry: Registry): readonly string[] {
  return registry.requests
    .filter(({ method, path }) => method === 'PUT' && path.includes('/manifests/'))
    .map(({ path }) => path.replace(/.*\/manifests\//, '').replace(/sha(256|512):[a-f0-9]+/, 'DIGEST'))
    .sort();
}

function tagged(registry: Registry, repository = REPOSITORY): Readonly<Record<string, string>> {
  return Object.fromEntries(registry.repository(repository).tags);
}

const all = (digest: string, tags: readonly string[] = TAGS) => Object.fromEntries(tags.map((tag) => [tag, digest]));

it('sets several tags in one request where OCI-Tag confirms them, and a single tag as ever (E65)', async () => {
  const { registry, store } = await begin({ queryTags: 10 });
  const { descriptor } = await pushImage(store, 'one', { tags: TAGS });
  expect(puts(registry)).toEqual(['DIGEST?tag=latest&tag=v1&tag=v1.2']);
  expect(tagged(registry)).toEqual(all(descriptor.digest));
  registry.clear();
  await pushImage(store, 'two', { tags: ['v2'] });
  await pushImage(store, 'three');
  expect(puts(registry)).toEqual(['DIGEST', 'v2']);
});

it.each<[string, RegistryOptions, readonly string[]]>([
  ['leaves the query out', {}, ['DIGEST?tag=latest&tag=v1&tag=v1.2', 'latest', 'v1', 'v1.2']],
  ['refuses it with 400', { queryTags: 'refused' }, ['DIGEST?tag=latest&tag=v1&tag=v1.2', 'latest', 'v1', 'v1.2']],
  ['refuses it with 404', refusing(404), ['DIGEST?tag=latest&tag=v1&tag=v1.2', 'latest', 'v1', 'v1.2']],
  ['refuses it with 405', refusing(405), ['DIGEST?tag=latest&tag=v1&tag=v1.2', 'latest', 'v1', 'v1.2']],
  ['refuses it with 414', refusing(414), ['DIGEST?tag=latest&tag=v1&tag=v1.2', 'latest', 'v1', 'v1.2']],
])('sets tags one by one where the registry %s, and remembers that', async (_, options, expected) => {
  const { registry, store } = await begin(options);
  const { descriptor } = await pushImage(store, 'one', { tags: TAGS });
  expect(puts(registry)).toEqual(expected);
  expect(tagged(registry)).toEqual(all(descriptor.digest));
  registry.clear();
  const next = await pushImage(store, 'two', { tags: TAGS });
  expect(puts(registry)).toEqual(TAGS);
  expect(tagged(registry)).toEqual(all(next.descriptor.digest));
});

function refusing(status: number): RegistryOptions {
  return { fault: ({ method, path }) => (method === 'PUT' && path.includes('?tag=') ? { status } : undefined) };
}

it('sets those tags one by one that OCI-Tag leaves out', async () => {
  const { registry, store } = await begin({ queryTags: 2 });
  const { descriptor } = await pushImage(store, 'one', { tags: TAGS });
  expect(puts(registry)).toEqual(['DIGEST?tag=latest&tag=v1&tag=v1.2', 'v1.2']);
  expect(tagged(registry)).toEqual(all(descriptor.digest));
});

it('reads OCI-Tag as one list, too, and does not take other tags for those that were asked for', async () => {
  const answer = { status: 201, headers: { 'OCI-Tag': 'v1 ,latest, V1.2' } };
  const { registry, store } = await begin({
    fault: ({ method, path }) => (method === 'PUT' && path.includes('?tag=') ? answer : undefined),
  });
  await pushImage(store, 'one', { tags: TAGS });
  expect(puts(registry)).toEqual(['DIGEST?tag=latest&tag=v1&tag=v1.2', 'v1.2']);
});

it.each(['V1,LATEST,V1.2', 'other'])(
  'remembers a registry that confirms %s alone, none of which was sent',
  async (sent) => {
    const answer = { status: 201, headers: { 'OCI-Tag': sent } };
    const { registry, store } = await begin({
      fault: ({ method, path }) => (method === 'PUT' && path.includes('?tag=') ? answer : undefined),
    });
    await pushImage(store, 'one', { tags: TAGS });
    registry.clear();
    const { descriptor } = await pushImage(store, 'two', { tags: TAGS });
    expect(puts(registry)).toEqual(TAGS);
    expect(tagged(registry)).toEqual(all(descriptor.digest));
  },
);

it('sends ten tags in a request at most', async () => {
  const { registry, store } = await begin({ queryTags: 10 });
  const tags = Array.from({ length: 23 }, (_, n) => `t${n}`);
  const { descriptor } = await pushImage(store, 'one', { tags });
  expect(puts(registry).map((path) => path.split('tag=').length - 1)).toEqual([10, 10, 3]);
  expect(tagged(registry)).toEqual(all(descriptor.digest, tags));
});

it('goes on one by one after a failure that tells nothing of the registry, and tries again the next time', async () => {
  for (const fault of [{ status: 503 }, 'reset'] as const) {
    let failures = 1;
    const { registry, store } = await begin({
      queryTags: 10,
      fault: ({ method, path }) => (method === 'PUT' && path.includes('?tag=') && failures-- > 0 ? fault : undefined),
    });
    const { descriptor } = await pushImage(store, 'one', { tags: TAGS });
    expect(puts(registry)).toEqual(['DIGEST?tag=latest&tag=v1&tag=v1.2', ...TAGS]);
    expect(tagged(registry)).toEqual(all(descriptor.digest));
    registry.clear();
    await pushImage(store, 'two', { tags: TAGS });
    expect(puts(registry)).toEqual(['DIGEST?tag=latest&tag=v1&tag=v1.2']);
  }
});

it('shares the answer within a session, per registry, and asks once for many at a time', async () => {
  const { registry } = await begin();
  const other = await begin({ queryTags: 10 });
  await using session = openSession();
  const stores = Array.from({ length: 4 }, (_, n) => openStore(registry.host, `team/app${n}`, { session }));
  await Promise.all(stores.map((store, n) => pushImage(store, `image ${n}`, { tags: TAGS })));
  expect(puts(registry).filter((path) => path.startsWith('DIGEST'))).toHaveLength(1);
  expect(puts(registry)).toHaveLength(1 + 4 * TAGS.length);
  for (const n of stores.keys()) expect(Object.keys(tagged(registry, `team/app${n}`)).sort()).toEqual([...TAGS].sort());
  await pushImage(openStore(other.registry.host, REPOSITORY, { session }), 'there', { tags: TAGS });
  expect(puts(other.registry)).toEqual(['DIGEST?tag=latest&tag=v1&tag=v1.2']);
});

it('reports what the registry refuses one by one: an immutable tag, a login that is missing', async () => {
  const fixed = await begin({
    queryTags: 10,
    fault: ({ method, path }) => (method === 'PUT' && path.includes('latest') ? { status: 409 } : undefined),
  });
  await expect(pushImage(fixed.store, 'one', { tags: TAGS })).rejects.toMatchObject({ code: 'REJECTED', status: 409 });
  expect(Object.keys(tagged(fixed.registry)).sort()).toEqual(['v1', 'v1.2']);
  const closed = await begin({
    fault: ({ method, path }) => (method === 'PUT' && path.includes('/manifests/') ? { status: 401 } : undefined),
  });
  await expect(pushImage(closed.store, 'one', { tags: TAGS })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  expect(puts(closed.registry)).toHaveLength(1);
});

it('points several tags at what is there in one request, and knows OCI-Subject of that request', async () => {
  const { registry, store } = await begin({ queryTags: 10 });
  const image = await pushImage(store, 'one', { tags: ['v1'] });
  registry.clear();
  await store.tagManifest(image, ['a', 'b']);
  expect(puts(registry)).toEqual(['DIGEST?tag=a&tag=b']);
  const note = referrerOf(image.descriptor, 'text/vnd.note');
  await writeContent(store, text('{}'));
  expect(await store.putManifest(note, { tags: ['n1', 'n2'] })).toEqual({ result: 'written', listedBy: 'api' });
  expect(registry.count('PUT', '/manifests/sha256-')).toBe(0);
});

it('sends a manifest that is known by its sha512 once with its tag, and under both names elsewhere', async () => {
  for (const [queryTags, expected] of [
    [10, ['DIGEST?tag=v1']],
    [0, ['DIGEST?tag=v1', 'v1']],
  ] as const) {
    const { registry, store } = await begin({ queryTags });
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] };
    const manifest = written(index, 'sha512');
    await store.putManifest(manifest, { tags: ['v1'] });
    expect(puts(registry)).toEqual(expected);
    expect((await store.manifest({ digest: manifest.descriptor.digest })).bytes).toEqual(manifest.bytes);
    expect((await store.manifest({ tag: 'v1' })).bytes).toEqual(manifest.bytes);
  }
});
