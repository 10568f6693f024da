import { expect, it } from 'vitest';
import { HttpClient } from '../../../src/io/http/client.js';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { referrerEntry } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { RegistryClient } from '../../../src/store/registry/client/client.js';
import { addToList } from '../../../src/store/registry/referrers/tag-entries.js';
import type { FaultRequest } from '../../support/loopback.js';
import type { RegistryOptions } from '../../support/registry.js';
import { attach, digests, list, listDigests, pushImage, referrerOf } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const SBOM = 'application/spdx+json';

/** A registry without the API. What comes to the tag of the image can be met with a fault, or with a surprise. */
async function withoutApi(options: RegistryOptions = {}) {
  const trap: { at?: ((request: FaultRequest) => ReturnType<NonNullable<RegistryOptions['fault']>>) | undefined } = {};
  const fault = (request: FaultRequest) =>
    request.path.includes('/manifests/sha256-') ? trap.at?.(request) : undefined;
  const started = await begin({ referrers: 'none', fault, strictBlobs: false, ...options });
  const { registry, store } = started;
  const subject = (await pushImage(store, 'image', { tags: ['v1'] })).descriptor;
  const tag = referrersTag(subject.digest);
  const setTag = (document: object) => registry.putManifest(REPOSITORY, document, { tag });
  const readTag = () => {
    const { manifests, tags } = registry.repository(REPOSITORY);
    const bytes = manifests.get(tags.get(tag) ?? '')?.bytes;
    return bytes === undefined ? undefined : JSON.parse(bytes.toString());
  };
  const writes = () => registry.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(tag)).length;
  registry.clear();
  return { ...started, subject, tag, setTag, readTag, writes, trap };
}

function index(manifests: readonly object[], more: object = {}): object {
  return { schemaVersion: 2, mediaType: MediaType.imageIndex, manifests, ...more };
}

it('writes a list that any tool can read (E94, E98)', async () => {
  const { registry, store, subject, tag, readTag } = await withoutApi();
  const sbom = referrerOf(subject, SBOM, { 'x.tool': 'syft' });
  expect(await attach(store, sbom)).toEqual({ result: 'written', listedBy: 'tag' });
  expect(readTag()).toEqual(index([{ ...sbom.descriptor, artifactType: SBOM, annotations: { 'x.tool': 'syft' } }]));
  const put = registry.requests.find(({ method, path }) => method === 'PUT' && path.endsWith(tag));
  expect(put?.headers['content-type']).toBe(MediaType.imageIndex);
  // The referrer itself is sent by its digest (E64).
  expect(registry.count('PUT', `/manifests/${sbom.descriptor.digest}`)).toBe(1);
});

it('keeps what others wrote into the list (E97)', async () => {
  const { store, open, subject, setTag, readTag } = await withoutApi();
  const older = referrerOf(subject, 'application/x.older');
  await store.putManifest(older);
  const foreign = { mediaType: 'application/xml', digest: `sha256:${'1'.repeat(64)}`, size: 7, 'x.unknown': [1] };
  const entry = { ...older.descriptor, artifactType: 'application/x.older', 'x.more': { a: null } };
  setTag(index([foreign, entry], { annotations: { 'x.list': 'kept' }, 'x.top': true }));
  const sbom = referrerOf(subject, SBOM);
  await attach(store, sbom);
  expect(readTag()).toEqual(
    index([foreign, entry, { ...sbom.descriptor, artifactType: SBOM }], {
      annotations: { 'x.list': 'kept' },
      'x.top': true,
    }),
  );
  expect(await listDigests(open(), subject, { onUnasked: () => {} })).toEqual(digests(older, sbom));
});

it('writes nothing where the entry is there (E94 step 4, E106)', async () => {
  const { store, open, subject, writes } = await withoutApi();
  const sbom = referrerOf(subject, SBOM);
  await attach(store, sbom);
  expect(writes()).toBe(1);
  await attach(open(), sbom);
  await open().putManifest(sbom, { tags: ['sbom'] });
  expect(writes()).toBe(1);
});

it.each([401, 403, 429, 500, 503])('writes no list where the old one answered %i (E95)', async (status) => {
  const { store, open, subject, setTag, readTag, writes, trap } = await withoutApi();
  const before = index([{ mediaType: MediaType.imageManifest, digest: `sha256:${'1'.repeat(64)}`, size: 7 }]);
  setTag(before);
  trap.at = ({ method }) => (method === 'GET' ? { status } : undefined);
  const attaching = attach(store, referrerOf(subject, SBOM));
  await expect(attaching).rejects.toMatchObject({
    status,
    message: expect.stringContaining(referrersTag(subject.digest)),
  });
  expect(writes()).toBe(0);
  expect(readTag()).toEqual(before);
  trap.at = undefined;
  expect(await attach(open(), referrerOf(subject, SBOM))).toEqual({ result: 'written', listedBy: 'tag' });
  expect(readTag().manifests).toHaveLength(2);
});

it.each(['GET', 'PUT'])('is patient with a registry that fails a %s of the list now and then', async (method) => {
  const { store, subject, readTag, writes, trap } = await withoutApi();
  // distribution 2.8 answers 500 for a tag that another writer is just writing.
  trap.at = (request) => (request.method === method && request.count <= 2 ? { status: 500 } : undefined);
  await attach(store, referrerOf(subject, SBOM));
  expect(readTag().manifests).toHaveLength(1);
  trap.at = (request) => (request.method === method ? { status: 500 } : undefined);
  const before = writes();
  await expect(attach(store, referrerOf(subject, 'application/x.other'))).rejects.toMatchObject({ code: 'BUSY' });
  expect(writes() - before).toBe(method === 'PUT' ? 4 : 0);
  expect(readTag().manifests).toHaveLength(1);
});

it.each<[string, object]>([
  ['an image', { schemaVersion: 2, mediaType: MediaType.imageManifest, config: {}, layers: [] }],
  ['an image list of Docker', index([], { mediaType: MediaType.dockerManifestList })],
])('leaves a tag alone that is %s (E94 step 2)', async (_, document) => {
  const { registry, store, subject, setTag, readTag, writes } = await withoutApi();
  const config = registry.putBlob(REPOSITORY, '{}');
  const foreign = 'config' in document ? { ...document, config } : document;
  const { digest } = setTag(foreign);
  await expect(attach(store, referrerOf(subject, SBOM))).rejects.toMatchObject({
    code: 'EXISTS',
    found: digest,
    message: expect.stringContaining('not a list of referrers'),
    hint: expect.stringContaining('tag'),
  });
  expect(writes()).toBe(0);
  expect(readTag()).toEqual(foreign);
});

it('starts a list where the tag gives the image itself, as on GitLab', async () => {
  const { store, open, subject, readTag } = await withoutApi({ mapTagToSubject: true });
  expect(await list(open(), subject)).toEqual([]);
  const sbom = referrerOf(subject, SBOM);
  expect(await attach(store, sbom)).toEqual({ result: 'written', listedBy: 'tag' });
  expect(readTag().manifests).toHaveLength(1);
  expect(await listDigests(open(), subject)).toEqual(digests(sbom));
  expect((await open().resolve({ tag: 'v1' })).digest).toBe(subject.digest);
});

it('says so where the tag gives the image itself whatever is written', async () => {
  const { store, open, subject } = await withoutApi({ mapTagToSubject: 'always' });
  await expect(attach(store, referrerOf(subject, SBOM))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  expect((await open().resolve({ tag: 'v1' })).digest).toBe(subject.digest);
});

it('writes no list that is larger than registries take', async () => {
  const { store, subject, setTag, readTag, writes } = await withoutApi();
  const entry = { mediaType: MediaType.imageManifest, digest: `sha256:${'1'.repeat(64)}`, size: 7 };
  const before = index([{ ...entry, annotations: { large: 'x'.repeat(4 * 1024 * 1024 - 300) } }]);
  setTag(before);
  await expect(attach(store, referrerOf(subject, SBOM))).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    hint: expect.stringContaining('Referrers API'),
  });
  expect(writes()).toBe(0);
  expect(readTag()).toEqual(before);
});

it('reads again when the list changed meanwhile, where the registry honours conditions (E96)', async () => {
  const { registry, store, subject, setTag, readTag, trap } = await withoutApi({ etag: 'honoured' });
  const others = [1, 2].map((n) => ({
    mediaType: MediaType.imageManifest,
    digest: `sha256:${String(n).repeat(64)}`,
    size: 7,
  }));
  // Another writer is faster: first to make the list, then to add to it.
  trap.at = ({ method, count }) => {
    if (method === 'PUT' && count <= 2) setTag(index(others.slice(0, count)));
    return undefined;
  };
  const sbom = referrerOf(subject, SBOM);
  await attach(store, sbom);
  expect(readTag().manifests).toEqual([...others, { ...sbom.descriptor, artifactType: SBOM }]);
  const statuses = registry.requests.filter(({ method, path }) => method === 'PUT' && path.includes('sha256-'));
  expect(statuses.map(({ status }) => status)).toEqual([412, 412, 201]);
  expect(statuses[0]?.headers['if-none-match']).toBe('*');
  expect(statuses[1]?.headers['if-match']).toMatch(/^"sha256:/);
  // A server that was seen to honour conditions is read back once, and not looked at again.
  const written = registry.requests.findIndex(({ status, path }) => status === 201 && path.includes('sha256-'));
  const [readBack, ...more] = registry.requests.slice(written + 1);
  expect([readBack?.method, more]).toEqual(['GET', []]);
});

it.each(['none', 'ignored'] as const)('writes again what another writer erased (ETag: %s)', async (etag) => {
  const { store, subject, setTag, readTag, writes, trap } = await withoutApi({ etag });
  const other = { mediaType: MediaType.imageManifest, digest: `sha256:${'1'.repeat(64)}`, size: 7 };
  // The other read the list before ours was written, and writes its own when ours has settled, three times over.
  let erased = 0;
  trap.at = ({ method }) => {
    if (method === 'GET' && writes() > erased && erased < 3) {
      setTag(index([other], { annotations: { time: String(erased) } }));
      erased += 1;
    }
    return undefined;
  };
  const sbom = referrerOf(subject, SBOM);
  expect(await attach(store, sbom)).toEqual({ result: 'written', listedBy: 'tag' });
  expect(writes()).toBe(4);
  expect(readTag().manifests).toEqual([other, { ...sbom.descriptor, artifactType: SBOM }]);
});

it('waits before it looks again, unless it shall not settle', async () => {
  const { store, subject } = await withoutApi();
  let count = 0;
  const times = async (settle: boolean) => {
    const measured: number[] = [];
    for (const _ of [1, 2, 3]) {
      const began = performance.now();
      await attach(store, referrerOf(subject, SBOM, { n: String(count++) }), { settle });
      measured.push(performance.now() - began);
    }
    return measured;
  };
  expect(Math.min(...(await times(true)))).toBeGreaterThanOrEqual(250);
  // One of them at least is not held up by whatever else the machine does.
  expect(Math.min(...(await times(false)))).toBeLessThan(250);
});

it('stops waiting when it is interrupted', async () => {
  const { store, subject, writes } = await withoutApi();
  const controller = new AbortController();
  const attaching = attach(store, referrerOf(subject, SBOM), { signal: controller.signal });
  const timer = setInterval(() => (writes() > 0 ? controller.abort() : undefined), 5);
  await expect(attaching).rejects.toMatchObject({ code: 'INTERRUPTED' });
  clearInterval(timer);
});

it('does not write a list that was read a while ago', async () => {
  const { registry, subject, setTag, readTag } = await withoutApi();
  const http = new HttpClient();
  const client = new RegistryClient({
    http,
    registry: registry.host,
    repository: REPOSITORY,
    actions: ['pull', 'push'],
    credentials: async () => undefined,
  });
  const other = { mediaType: MediaType.imageManifest, digest: `sha256:${'1'.repeat(64)}`, size: 7 };
  setTag(index([other]));
  const entry: Descriptor = referrerEntry(referrerOf(subject, SBOM));
  const old = performance.now() - 1_500;
  await addToList(client, subject.digest, [entry], {
    prefetched: { entries: [], asked: old, arrived: old },
    settle: false,
  });
  await http.close();
  expect(readTag().manifests).toEqual([other, entry]);
});

it('keeps an index as a referrer in the list', async () => {
  const { store, open, subject, readTag } = await withoutApi();
  const bundle = buildIndex({ manifests: [], subject, annotations: { a: 'b' } });
  await attach(store, bundle);
  expect(readTag().manifests).toEqual([{ ...bundle.descriptor, annotations: { a: 'b' } }]);
  expect(await listDigests(open(), subject)).toEqual(digests(bundle));
});
