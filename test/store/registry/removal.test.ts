import { expect, it } from 'vitest';
import { configOf } from '../../../src/oci/documents/manifest.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import type { FaultRequest } from '../../support/loopback.js';
import type { RegistryOptions } from '../../support/registry.js';
import { attach, digests, listDigests, pushImage, referrerOf, text, writeContent } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const SBOM = 'application/spdx+json';
type Trap = (request: FaultRequest) => ReturnType<NonNullable<RegistryOptions['fault']>>;

/** A registry, without the API unless the options say so, with one image and what is attached to it. */
async function withReferrers(count: number, options: RegistryOptions = {}) {
  const trap: { at?: Trap | undefined } = {};
  const fault = (request: FaultRequest) => trap.at?.(request);
  const started = await begin({ referrers: 'none', strictBlobs: false, ...options, fault }, { retryDelay: 5 });
  const { registry, store } = started;
  const subject = (await pushImage(store, 'image', { tags: ['v1'] })).descriptor;
  const tag = referrersTag(subject.digest);
  const referrers = Array.from({ length: count }, (_, n) => referrerOf(subject, SBOM, { n: String(n) }));
  for (const manifest of referrers) await attach(store, manifest, { settle: false });
  const setTag = (document: object) => registry.putManifest(REPOSITORY, document, { tag });
  const readTag = () => {
    const { manifests, tags } = registry.repository(REPOSITORY);
    const bytes = manifests.get(tags.get(tag) ?? '')?.bytes;
    return bytes === undefined ? undefined : JSON.parse(bytes.toString());
  };
  const [first] = referrers;
  registry.clear();
  return {
    ...started,
    subject,
    tag,
    referrers,
    first: first?.descriptor.digest ?? subject.digest,
    setTag,
    readTag,
    trap,
  };
}

const index = (manifests: readonly object[], more: object = {}) => ({
  schemaVersion: 2,
  mediaType: MediaType.imageIndex,
  manifests,
  ...more,
});

it('takes the entry out of the list before the manifest goes, and keeps an empty list (E99, E100)', async () => {
  const { registry, store, subject, tag, first, readTag } = await withReferrers(1);
  const unlisted: string[] = [];
  expect(await store.deleteManifest(first, { onUnlisted: (name) => unlisted.push(name) })).toBe(true);
  expect(unlisted).toEqual([tag]);
  expect(readTag()).toEqual(index([]));
  const writes = registry.requests.filter(({ method }) => method === 'PUT' || method === 'DELETE');
  expect(writes.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
    `PUT ${tag}`,
    `DELETE ${first}`,
  ]);
  expect((await store.resolve({ tag: 'v1' })).digest).toBe(subject.digest);
});

it('keeps foreign entries and unknown fields of the list (E97)', async () => {
  const { store, first, readTag, setTag } = await withReferrers(2);
  const foreign = { mediaType: 'application/xml', digest: `sha256:${'1'.repeat(64)}`, size: 7, 'x.unknown': [1] };
  const [one, two] = readTag().manifests;
  setTag(index([foreign, { ...one, 'x.more': null }, two, one], { 'x.top': true, annotations: { a: 'b' } }));
  expect(await store.deleteManifest(first, { settle: false })).toBe(true);
  expect(readTag()).toEqual(index([foreign, two], { 'x.top': true, annotations: { a: 'b' } }));
});

it('writes no list where none names it', async () => {
  const { registry, store, setTag, readTag, subject } = await withReferrers(0);
  const listed = { mediaType: MediaType.imageManifest, digest: `sha256:${'1'.repeat(64)}`, size: 7 };
  for (const document of [
    undefined,
    index([listed]),
    { schemaVersion: 2, mediaType: MediaType.dockerManifestList, manifests: [] },
  ]) {
    if (document !== undefined) setTag(document);
    // Only the manifest itself, as a tool without the tag schema pushes it.
    const { descriptor, bytes } = referrerOf(subject, SBOM, { n: String(document) });
    registry.putManifest(REPOSITORY, bytes);
    registry.clear();
    expect(await store.deleteManifest(descriptor.digest)).toBe(true);
    expect(registry.count('PUT')).toBe(0);
    expect(readTag()).toEqual(document);
  }
});

it('drops the entry of an old list also where there is the API (E104)', async () => {
  const { store, open, subject, referrers, first, setTag, readTag } = await withReferrers(2, { referrers: 'api' });
  expect(readTag()).toBeUndefined();
  setTag(index(referrers.map(({ descriptor }) => ({ ...descriptor, artifactType: SBOM }))));
  expect(await store.deleteManifest(first)).toBe(true);
  expect(readTag().manifests).toHaveLength(1);
  expect(await listDigests(open(), subject)).toEqual(digests(...referrers.slice(1)));
});

it('asks for the list and writes none with the API', async () => {
  const { registry, store, first, readTag } = await withReferrers(1, { referrers: 'api' });
  expect(await store.deleteManifest(first)).toBe(true);
  expect(readTag()).toBeUndefined();
  expect(registry.count('PUT')).toBe(0);
});

it('never touches the image where the tag gives the image itself (E101)', async () => {
  const { registry, store, subject, first, open } = await withReferrers(1, { mapTagToSubject: true });
  expect(await store.deleteManifest(first)).toBe(true);
  expect(await listDigests(open(), subject)).toEqual([]);
  expect((await open().resolve({ tag: 'v1' })).digest).toBe(subject.digest);
  expect(registry.count('DELETE', subject.digest)).toBe(0);
});

it.each([401, 403, 429, 500])('deletes nothing where the list answered %i', async (status) => {
  const { registry, store, tag, first, readTag, trap } = await withReferrers(1);
  trap.at = ({ method, path }) => (method === 'GET' && path.endsWith(tag) ? { status } : undefined);
  await expect(store.deleteManifest(first)).rejects.toMatchObject({ status });
  expect(registry.count('DELETE')).toBe(0);
  expect(registry.count('PUT')).toBe(0);
  expect(readTag().manifests).toHaveLength(1);
});

it('puts the entry back where the registry does not delete', async () => {
  const { store, open, subject, referrers, first, readTag } = await withReferrers(2, { deletes: false });
  const before = readTag().manifests;
  await expect(store.deleteManifest(first, { settle: false })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    status: 405,
    message: expect.stringContaining('does not let manifests be deleted'),
  });
  expect(readTag().manifests).toEqual(expect.arrayContaining(before));
  expect(await listDigests(open(), subject)).toEqual(digests(...referrers));
});

it('goes on where an interruption left it', async () => {
  const { registry, store, open, first, readTag, trap } = await withReferrers(1);
  trap.at = ({ method }) => (method === 'DELETE' ? 'reset' : undefined);
  await expect(store.deleteManifest(first, { settle: false })).rejects.toMatchObject({
    code: 'UNREACHABLE',
    hint: expect.stringContaining('again'),
  });
  expect(readTag().manifests).toEqual([]);
  trap.at = undefined;
  expect(await open().deleteManifest(first)).toBe(true);
  expect(registry.repository(REPOSITORY).manifests.has(first)).toBe(false);
});

it('cleans the lists of what others deleted', async () => {
  const { registry, store, subject, referrers, first, open } = await withReferrers(2, { pageSize: 1 });
  registry.repository(REPOSITORY).manifests.delete(first);
  expect(await store.deleteManifest(first, { settle: false })).toBe(true);
  expect(await store.deleteManifest(first)).toBe(false);
  expect(await listDigests(open(), subject)).toEqual(digests(...referrers.slice(1)));
});

it('says that a manifest of a repository that does not exist is not there', async () => {
  const { store } = await begin();
  expect(await store.deleteManifest(text('none').descriptor.digest)).toBe(false);
});

it('takes a repeated request for carried out, whose first answer was lost', async () => {
  const { registry, store, trap } = await withReferrers(0);
  for (const kind of ['manifest', 'tag', 'blob'] as const) {
    const image = await pushImage(store, kind, { tags: ['x'] });
    const { digest } = image.descriptor;
    const config = configOf(image)?.digest ?? digest;
    trap.at = ({ method, path, count }) => {
      if (method !== 'DELETE' || count > 1) return undefined;
      // It is carried out, and the answer does not arrive.
      const { manifests, tags, blobs } = registry.repository(REPOSITORY);
      const name = path.split('/').at(-1) ?? '';
      for (const map of [manifests, tags, blobs]) map.delete(name);
      return 'reset';
    };
    const deleting =
      kind === 'manifest'
        ? store.deleteManifest(digest)
        : kind === 'tag'
          ? store.deleteTag('x')
          : store.deleteBlob(config);
    expect(await deleting, kind).toBe(true);
    trap.at = undefined;
  }
});

const ERRORS = (code: string) => JSON.stringify({ errors: [{ code, message: 'no' }] });

it.each<[string, number, string, string | boolean]>([
  ['manifest', 200, '', true],
  ['manifest', 204, '', true],
  ['manifest', 404, 'MANIFEST_UNKNOWN', 'UNSUPPORTED'],
  ['manifest', 405, 'UNSUPPORTED', 'UNSUPPORTED'],
  ['manifest', 400, 'UNSUPPORTED', 'UNSUPPORTED'],
  ['manifest', 501, '', 'UNSUPPORTED'],
  ['manifest', 400, 'DIGEST_INVALID', 'REJECTED'],
  ['manifest', 401, 'UNAUTHORIZED', 'UNAUTHORIZED'],
  ['manifest', 403, 'DENIED', 'FORBIDDEN'],
  ['manifest', 500, '', 'BUSY'],
  ['tag', 202, '', true],
  ['tag', 400, 'DIGEST_INVALID', 'UNSUPPORTED'],
  ['tag', 405, 'UNSUPPORTED', 'UNSUPPORTED'],
  ['tag', 501, '', 'UNSUPPORTED'],
  ['tag', 404, 'MANIFEST_UNKNOWN', 'UNSUPPORTED'],
  ['tag', 403, 'DENIED', 'FORBIDDEN'],
  ['blob', 202, '', true],
  ['blob', 404, 'BLOB_UNKNOWN', false],
  ['blob', 405, 'UNSUPPORTED', 'UNSUPPORTED'],
  ['blob', 400, 'DIGEST_INVALID', 'REJECTED'],
])('takes for the deletion of a %s the answer %i %s as %s', async (kind, status, code, outcome) => {
  const { registry, store, subject, trap } = await withReferrers(0);
  trap.at = ({ method }) => (method === 'DELETE' ? { status, body: code === '' ? '' : ERRORS(code) } : undefined);
  const deleting = () =>
    kind === 'manifest'
      ? store.deleteManifest(subject.digest)
      : kind === 'tag'
        ? store.deleteTag('v1')
        : store.deleteBlob(subject.digest);
  if (typeof outcome === 'boolean') expect(await deleting()).toBe(outcome);
  else await expect(deleting()).rejects.toMatchObject({ code: outcome, status });
  // Whatever it answers to a tag: the digest under it is never sent.
  if (kind === 'tag') expect(registry.count('DELETE', 'sha256:')).toBe(0);
});

it('deletes what cannot be read', async () => {
  const { registry, store } = await withReferrers(0);
  const broken = registry.putManifest(REPOSITORY, '{"schemaVersion":', { tag: 'broken' });
  const { digest } = text('{"schemaVersion":').descriptor;
  expect(broken.digest).toBe(digest);
  expect(await store.deleteManifest(digest)).toBe(true);
  expect(registry.repository(REPOSITORY).tags.has('broken')).toBe(false);
});

it.each<[string, RegistryOptions]>([
  ['honours conditions', { etag: 'honoured' }],
  ['ignores conditions', { etag: 'ignored' }],
  ['has no ETag', {}],
  ['wants every child to be there', { strictBlobs: true, etag: 'ignored' }],
])(
  'keeps the rest when 16 delete and 16 attach at once, where the registry %s',
  async (_, options) => {
    const { store, open, subject, referrers } = await withReferrers(16, { latency: 2, ...options });
    const fresh = Array.from({ length: 16 }, (_, n) => referrerOf(subject, SBOM, { fresh: String(n) }));
    await writeContent(store, text('{}'));
    await Promise.all([
      ...referrers.map(({ descriptor }) => open().deleteManifest(descriptor.digest)),
      ...fresh.map((manifest) => attach(open(), manifest)),
    ]);
    expect(await listDigests(open(), subject)).toEqual(digests(...fresh));
  },
  60_000,
);

it('forgets what it deleted', async () => {
  const { registry, store } = await withReferrers(0);
  const content = text('a blob');
  await store.writeBlob(content.descriptor, content.open);
  await store.deleteBlob(content.descriptor.digest);
  expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
  const image = await pushImage(store, 'other');
  expect((await store.manifest({ digest: image.descriptor.digest })).bytes).toEqual(image.bytes);
  await store.prepareManifest(image);
  await store.deleteManifest(image.descriptor.digest);
  await expect(store.manifest({ digest: image.descriptor.digest })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await store.putManifest(image)).toEqual({ result: 'written' });
  expect(registry.repository(REPOSITORY).manifests.has(image.descriptor.digest)).toBe(true);
});

it('puts the entry back where a registry says 404 to DELETE, and still gives the manifest', async () => {
  const { store, subject, referrers, first, trap } = await withReferrers(2);
  trap.at = ({ method, path }) => (method === 'DELETE' && path.endsWith(first) ? { status: 404 } : undefined);
  await expect(store.deleteManifest(first, { settle: false })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    status: 404,
  });
  expect([...(await listDigests(store, subject))].sort()).toEqual([...digests(...referrers)].sort());
});
