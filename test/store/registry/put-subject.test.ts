import { expect, it } from 'vitest';
import type { Manifest } from '../../../src/oci/documents/manifest.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import {
  attach,
  digests,
  listDigests,
  listTags,
  pushImage,
  referrerOf,
  text,
  writeContent,
} from '../support/artifacts.js';
import { begin, openStore, REPOSITORY } from './support/start.js';

const SBOM = 'application/spdx+json';

it('does nothing more after a matching OCI-Subject (E70, E73)', async () => {
  const { registry, store } = await begin();
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  const sbom = referrerOf(image.descriptor, SBOM);
  await writeContent(store, text('{}'));
  await store.prepareManifest(sbom);
  registry.clear();
  expect(await store.putManifest(sbom)).toEqual({ result: 'written', listedBy: 'api' });
  expect(registry.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `PUT /v2/${REPOSITORY}/manifests/${sbom.descriptor.digest}`,
  ]);
  expect(await listTags(store)).toEqual(['v1']);
});

it('asks the API where OCI-Subject is missing, and writes no tag when it lists the manifest (E71)', async () => {
  const { registry, store } = await begin({ ociSubject: false });
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  expect(await attach(store, referrerOf(image.descriptor, SBOM))).toEqual({ result: 'written', listedBy: 'api' });
  expect(await listTags(store)).toEqual(['v1']);
  expect(registry.count('PUT', '/manifests/sha256-')).toBe(0);
});

it('writes the tag where neither the answer nor the API knows the manifest', async () => {
  for (const referrers of ['api', 'none'] as const) {
    const { registry, store, open } = await begin({ referrers, ociSubject: false });
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = referrerOf(image.descriptor, SBOM);
    registry.repository(REPOSITORY).unlisted.add(sbom.descriptor.digest);
    expect(await attach(store, sbom)).toEqual({ result: 'written', listedBy: 'tag' });
    expect(await listTags(store)).toEqual([referrersTag(image.descriptor.digest), 'v1'].toSorted());
    expect(await listDigests(open(), image.descriptor)).toEqual(digests(sbom));
  }
});

it('does not believe an OCI-Subject of something else (E72)', async () => {
  let manifest: Manifest | undefined;
  const fault = ({ method, path }: FaultRequest): Fault | undefined =>
    method === 'PUT' && manifest !== undefined && path.endsWith(manifest.descriptor.digest)
      ? { status: 201, headers: { 'OCI-Subject': text('another image').descriptor.digest } }
      : undefined;
  const { registry, store, open } = await begin({ referrers: 'none', fault });
  const image = await pushImage(store, 'image');
  manifest = referrerOf(image.descriptor, SBOM);
  registry.putManifest(REPOSITORY, manifest.bytes, { mediaType: manifest.descriptor.mediaType });
  expect(await attach(store, manifest)).toMatchObject({ listedBy: 'tag' });
  expect(await listDigests(open(), image.descriptor)).toEqual(digests(manifest));
});

it('reads the header in whatever case it comes (E72)', async () => {
  let subject = '';
  const fault = ({ method, path }: FaultRequest): Fault | undefined =>
    method === 'PUT' && subject !== '' && path.includes('/manifests/sha256:')
      ? { status: 201, headers: { 'oCI-sUBJECT': subject } }
      : undefined;
  const { registry, store } = await begin({ fault });
  const image = await pushImage(store, 'image');
  subject = image.descriptor.digest;
  expect(await attach(store, referrerOf(image.descriptor, SBOM))).toEqual({ result: 'written', listedBy: 'api' });
  expect(registry.count('GET', `/referrers/${subject}`)).toBe(0);
});

it('attaches although the API could not be asked ahead', async () => {
  let isDown = true;
  const fault = ({ path }: FaultRequest) => (isDown && path.includes('/referrers/') ? { status: 503 } : undefined);
  const { store, open } = await begin({ fault });
  const image = await pushImage(store, 'image');
  const sbom = referrerOf(image.descriptor, SBOM);
  expect(await attach(store, sbom)).toEqual({ result: 'written', listedBy: 'api' });
  isDown = false;
  expect(await listDigests(open(), image.descriptor)).toEqual(digests(sbom));
});

it.each([401, 403, 429, 500])('does not take %i of the API for "no API"', async (status) => {
  const { registry, store } = await begin({
    ociSubject: false,
    fault: ({ path }) => (path.includes('/referrers/') ? { status } : undefined),
  });
  const image = await pushImage(store, 'image');
  await expect(attach(store, referrerOf(image.descriptor, SBOM))).rejects.toMatchObject({
    status,
    message: expect.stringContaining('was sent, but is not listed'),
  });
  expect(registry.count('PUT', '/manifests/sha256-')).toBe(0);
});

it('writes a manifest all the same where the look ahead fails', async () => {
  const { store } = await begin({ fault: ({ method }) => (method === 'HEAD' ? { status: 503 } : undefined) });
  expect((await pushImage(store, 'image', { tags: ['v1'] })).descriptor.size).toBeGreaterThan(0);
});

it('knows what one repository can do, not the whole host (E107)', async () => {
  const fault = ({ path }: FaultRequest) => (path.includes('/old/referrers/') ? { status: 404 } : undefined);
  const { registry } = await begin({ ociSubject: false, fault });
  for (const [repository, via] of [
    ['team/old', 'tag'],
    ['team/new', 'api'],
  ] as const) {
    const store = openStore(registry.host, repository);
    const image = await pushImage(store, 'image');
    expect(await attach(store, referrerOf(image.descriptor, SBOM))).toEqual({ result: 'written', listedBy: via });
  }
});

const UNKNOWN = { errors: [{ code: 'DIGEST_INVALID' }, { code: 'MANIFEST_BLOB_UNKNOWN', detail: 'sha256:4413' }] };

/** distribution 2.8 while another client uploads the same blob. */
const early = (times: number) => {
  let left = times;
  return ({ method, path }: FaultRequest): Fault | undefined =>
    method === 'PUT' && path.includes('/manifests/') && left-- > 0
      ? { status: 400, body: JSON.stringify(UNKNOWN) }
      : undefined;
};

it('sends a manifest again while the registry does not see its blobs yet', async () => {
  const { registry, store } = await begin({ fault: early(2) });
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  expect((await store.resolve({ tag: 'v1' })).digest).toBe(descriptor.digest);
  expect(registry.requests.filter(({ method, status }) => method === 'PUT' && status === 400)).toHaveLength(2);
});

it('gives up when the registry never sees them, and says what it answered', async () => {
  const { registry, store } = await begin({ fault: early(100) });
  await expect(pushImage(store, 'image', { tags: ['v1'] })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('MANIFEST_BLOB_UNKNOWN'),
  });
  expect(registry.requests.filter(({ method, status }) => method === 'PUT' && status === 400)).toHaveLength(8);
});

it.each([202, 204] as const)('takes %i for a manifest that is stored, after a look', async (manifestStatus) => {
  const { registry, store } = await begin({ manifestStatus });
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const asked = registry.requests.map(({ method, path }) => `${method} ${path}`);
  expect(asked.slice(asked.findLastIndex((request) => request.startsWith('PUT')) + 1)).toEqual([
    `HEAD /v2/${REPOSITORY}/manifests/${descriptor.digest}`,
  ]);
  expect((await store.resolve({ tag: 'v1' })).digest).toBe(descriptor.digest);
});

it.each([202, 204])('does not take %i for a manifest that is not stored', async (status) => {
  const { store } = await begin({
    fault: ({ method, path }) => (method === 'PUT' && path.includes('/manifests/') ? { status } : undefined),
  });
  await expect(pushImage(store, 'image', { tags: ['v1'] })).rejects.toMatchObject({
    code: 'REJECTED',
    status,
    message: expect.stringContaining(`answered ${status}, but does not have it`),
  });
});
