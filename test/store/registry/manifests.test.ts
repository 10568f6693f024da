import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { MANIFEST_TYPES, MediaType } from '../../../src/oci/values/media-types.js';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { pushImage, text, written } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const ODD = written('{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}');
const WRONG = text('something else').descriptor.digest;

/** A registry that gives this answer to GET and HEAD of `team/app:odd`, and to GET of its digest. */
function answering(headers: Record<string, string>, body: string | Uint8Array = ODD.bytes, chunked = false) {
  const bytes = Buffer.from(body);
  const fault = ({ path }: FaultRequest): Fault | undefined => {
    if (!path.endsWith('/manifests/odd') && !path.endsWith(ODD.descriptor.digest)) return undefined;
    // Bytes are sent with their length, a stream without.
    return { status: 200, headers, body: chunked ? Readable.from([bytes]) : bytes };
  };
  return begin({ fault });
}

it('names all types that it can read, to GET and HEAD alike (E21, E31)', async () => {
  const { registry, store, open } = await begin({ strictAccept: true });
  const manifest = await pushImage(store, 'image', { tags: ['v1'] });
  registry.clear();
  const reader = open();
  await reader.resolve({ tag: 'v1' });
  await reader.manifest({ digest: manifest.descriptor.digest });
  expect(registry.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  for (const { headers } of registry.requests) {
    expect(headers.accept?.split(', ')).toEqual(expect.arrayContaining([...MANIFEST_TYPES]));
    expect(headers['accept-encoding']).toBe('identity');
  }
});

it('needs no Docker-Content-Digest and no Content-Length (E26, E30)', async () => {
  for (const chunked of [false, true]) {
    const { store } = await answering({ 'content-type': MediaType.imageIndex }, ODD.bytes, chunked);
    expect(await store.resolve({ tag: 'odd' })).toEqual(ODD.descriptor);
    expect((await store.manifest({ tag: 'odd' })).descriptor).toEqual(ODD.descriptor);
  }
});

it('ignores parameters of the Content-Type (E22), and one that says nothing', async () => {
  for (const type of [`${MediaType.imageIndex}; charset=utf-8`, 'application/json', 'application/octet-stream']) {
    const { store } = await answering({ 'content-type': type });
    expect(await store.resolve({ tag: 'odd' })).toEqual(ODD.descriptor);
  }
});

it('compares the digest that is announced with the content, in its own algorithm (E25)', async () => {
  const type = { 'content-type': MediaType.imageIndex };
  const { store } = await answering({ ...type, 'docker-content-digest': WRONG });
  await expect(store.manifest({ tag: 'odd' })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', expected: WRONG });
  const sha512 = digestOf(ODD.bytes, 'sha512');
  const long = await answering({ ...type, 'docker-content-digest': sha512 });
  expect((await long.store.manifest({ tag: 'odd' })).descriptor.digest).toBe(sha512);
  const odd = await answering({ ...type, 'docker-content-digest': 'not a digest' });
  expect((await odd.store.manifest({ tag: 'odd' })).descriptor).toEqual(ODD.descriptor);
  expect(await odd.store.resolve({ tag: 'odd' })).toEqual(ODD.descriptor);
});

it('refuses content that has another digest than it was asked for by (E24)', async () => {
  const { store } = await answering(
    { 'content-type': MediaType.imageIndex, 'docker-content-digest': ODD.descriptor.digest },
    Buffer.from(ODD.bytes).toString().replace('[]', '[ ]'),
  );
  await expect(store.manifest({ digest: ODD.descriptor.digest })).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
    expected: ODD.descriptor.digest,
  });
  await expect(store.manifest({ tag: 'odd' })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});

it('refuses a body that says it is something else than the Content-Type, unless its digest was given (E23)', async () => {
  const { store } = await answering({ 'content-type': MediaType.dockerManifestList });
  await expect(store.manifest({ tag: 'odd' })).rejects.toMatchObject({
    code: 'MALFORMED',
    expected: MediaType.dockerManifestList,
    found: MediaType.imageIndex,
  });
  expect((await store.manifest({ digest: ODD.descriptor.digest })).descriptor).toEqual(ODD.descriptor);
});

it.each<[string, string | Uint8Array]>([
  ['a web page', '<!doctype html><html></html>'],
  ['cut off', '{"schemaVersion":2,"manifests":['],
  ['a manifest and an index at once', '{"schemaVersion":2,"manifests":[],"layers":[]}'],
  ['larger than any manifest', Buffer.alloc(9 * 1024 * 1024, ' ')],
])('refuses a manifest that is %s', async (_, body) => {
  const { store } = await answering({ 'content-type': MediaType.imageIndex }, body);
  await expect(store.manifest({ tag: 'odd' })).rejects.toMatchObject({ code: 'MALFORMED' });
});

it('reads and writes a manifest of nearly 4 MB (E67)', async () => {
  const { store, open } = await begin();
  await store.writeBlob(text('{}').descriptor, text('{}').open);
  const annotations = Object.fromEntries(Array.from({ length: 390 }, (_, n) => [`large.${n}`, 'x'.repeat(10_000)]));
  const large = buildManifest({ artifactType: 'application/x.large', annotations });
  await store.putManifest(large, { tags: ['large'] });
  expect(Buffer.compare((await open().manifest({ tag: 'large' })).bytes, large.bytes)).toBe(0);
});

it('sends a manifest with its own type and nothing more (E60)', async () => {
  const { registry, store } = await begin();
  await pushImage(store, 'image', { tags: ['v1', 'v2'] });
  const puts = registry.requests.filter(({ method, path }) => method === 'PUT' && path.includes('/manifests/'));
  expect(puts.map(({ path }) => path.replace(/sha256:.*?(\?|$)/, 'DIGEST$1')).toSorted()).toEqual([
    `/v2/${REPOSITORY}/manifests/DIGEST?tag=v1&tag=v2`,
    `/v2/${REPOSITORY}/manifests/v1`,
    `/v2/${REPOSITORY}/manifests/v2`,
  ]);
  for (const { headers } of puts) expect(headers['content-type']).toBe(MediaType.imageManifest);
});

it('notices when the registry stored something else (E62)', async () => {
  let announced = '';
  const fault = ({ method, path }: FaultRequest): Fault | undefined =>
    method === 'PUT' && path.includes('/manifests/')
      ? { status: 201, headers: { 'docker-content-digest': announced } }
      : undefined;
  const { store } = await begin({ fault });
  announced = WRONG;
  await expect(store.putManifest(ODD)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', found: WRONG });
  // Another algorithm names the same bytes, or at least cannot be said to name others.
  announced = digestOf(ODD.bytes, 'sha512');
  expect(await store.putManifest(ODD)).toEqual({ result: 'written' });
});

const MATRIX: readonly (readonly [number, string])[] = [
  [400, 'REJECTED'],
  [401, 'UNAUTHORIZED'],
  [403, 'FORBIDDEN'],
  [405, 'UNSUPPORTED'],
  [408, 'TIMEOUT'],
  [413, 'REJECTED'],
  [429, 'BUSY'],
  [500, 'BUSY'],
  [501, 'UNSUPPORTED'],
  [503, 'BUSY'],
];

it.each(MATRIX)('turns the status %i into %s', async (status, code) => {
  const { store } = await begin({
    fault: () => ({ status, headers: { 'content-type': 'text/plain' }, body: 'because' }),
  });
  for (const ask of [
    () => store.manifest({ tag: 'v1' }),
    () => store.resolve({ tag: 'v1' }),
    () => store.hasBlob(ODD.descriptor),
    () => store.openBlob(ODD.descriptor),
  ]) {
    await expect(ask()).rejects.toMatchObject({ code, status, message: expect.stringContaining(String(status)) });
  }
});

it.each<[string, string, string, string]>([
  [
    'JSON',
    'application/json',
    '{"errors":[{"code":"MANIFEST_INVALID","message":"no layers","detail":{"n":0}}]}',
    'MANIFEST_INVALID no layers ({"n":0})',
  ],
  [
    'JSON with a code that nobody knows',
    'application/json',
    '{"errors":[{"code":"TAG_INVALID"},{"code":"X","detail":"y"}]}',
    'TAG_INVALID; X (y)',
  ],
  ['text', 'text/plain', 'go away', 'go away'],
  ['a web page', 'text/html; charset=utf-8', '<html>secret</html>', 'a web page, not a registry'],
  ['nothing', 'application/json', '', 'answered 400'],
])('says what the registry said, as %s (E6, E7)', async (_, type, body, message) => {
  const { store } = await begin({ fault: () => ({ status: 400, headers: { 'content-type': type }, body }) });
  const failed = store.manifest({ tag: 'v1' });
  await expect(failed).rejects.toMatchObject({ code: 'REJECTED', message: expect.stringContaining(message) });
});

it('says that a manifest may be too large for the registry (E66)', async () => {
  const { store } = await begin({ fault: ({ method }) => (method === 'PUT' ? { status: 413 } : undefined) });
  await expect(store.putManifest(ODD)).rejects.toMatchObject({
    code: 'REJECTED',
    hint: expect.stringContaining('large'),
  });
});

it.each([
  [MediaType.imageManifest, ODD],
  [MediaType.dockerManifest, ODD],
  [MediaType.ociArtifactManifest, ODD],
  [MediaType.dockerManifestList, written(`{"schemaVersion":2,"mediaType":"${MediaType.imageManifest}","layers":[]}`)],
  [
    `${MediaType.imageIndex}; charset=utf-8`,
    written(`{"schemaVersion":2,"mediaType":"${MediaType.dockerManifest}","layers":[]}`),
  ],
])('refuses a document of another shape than its type, %s, whatever digest comes along', async (type, sent) => {
  const announced = { 'content-type': type, 'docker-content-digest': sent.descriptor.digest };
  for (const headers of [announced, { 'content-type': type }]) {
    const { store } = await answering(headers, sent.bytes);
    await expect(store.manifest({ tag: 'odd' })).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining('but was sent as'),
    });
  }
});

it('takes a document of the same shape under the name of Docker or OCI, where a digest comes along', async () => {
  const headers = { 'content-type': MediaType.dockerManifestList, 'docker-content-digest': ODD.descriptor.digest };
  const { store } = await answering(headers);
  expect((await store.manifest({ tag: 'odd' })).descriptor).toEqual(ODD.descriptor);
  // The digest that was asked for says what the document is.
  const { store: lying } = await answering({ 'content-type': MediaType.imageManifest });
  expect((await lying.manifest({ digest: ODD.descriptor.digest })).kind).toBe('index');
});

it('lists the tags once for the hints of all that a reader finds missing, and anew for a writer', async () => {
  const { registry, store, open } = await begin();
  await pushImage(store, 'image', { tags: ['v1'] });
  registry.clear();
  const lists = () => registry.requests.filter(({ path }) => path.includes('/tags/list')).length;
  const missing = { code: 'NOT_FOUND', candidates: ['v1'], hint: 'It has the tags v1' };
  const reader = open({ access: 'read' });
  await Promise.all(
    ['a', 'b', 'c'].map((tag) => expect(reader.manifest({ tag })).rejects.toMatchObject({ ...missing, status: 404 })),
  );
  await expect(reader.resolve({ digest: WRONG })).rejects.toMatchObject(missing);
  expect(lists()).toBe(1);
  for (const tag of ['a', 'b']) await expect(store.resolve({ tag })).rejects.toMatchObject(missing);
  expect(lists()).toBe(3);
});
