import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copy } from '../../../src/operations/copy/copy.js';
import { openSource } from '../../../src/store/open.js';
import { begin, REPOSITORY } from '../../store/registry/support/start.js';
import { attach, listTags, pushImage, referrerOf } from '../../store/support/artifacts.js';
import type { Fault } from '../../support/loopback.js';
import type { RegistryOptions } from '../../support/registry.js';
import { tempDir } from '../../support/temp.js';
import { put, SBOM, SCAN } from '../support/attached.js';
import { newLayout } from '../support/places.js';
import { everything } from './support/copying.js';

const V1_MANIFEST = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/** A repository with the tags `v1`, `odd` and `v2`, an SBOM for each, and a registry where requests for some paths fail. */
async function withOdd(options: RegistryOptions = {}) {
  const broken = new Map<string, Fault>();
  const started = await begin({
    ...options,
    fault: ({ path }) => [...broken].find(([end]) => path.includes(end))?.[1],
  });
  const { store } = started;
  const images = new Map<string, Awaited<ReturnType<typeof pushImage>>>();
  for (const tag of ['v1', 'odd', 'v2']) {
    const image = await pushImage(store, tag, { tags: [tag] });
    images.set(tag, image);
    await put(store, image.descriptor, SBOM, tag);
  }
  const of = (tag: string) => {
    const image = images.get(tag);
    if (image?.kind !== 'image') throw new Error(`${tag} is not an image`);
    return image;
  };
  return { ...started, broken, of };
}

type Odd = Awaited<ReturnType<typeof withOdd>>;

const ODD: readonly (readonly [string, string, (repository: Odd) => void])[] = [
  ['vanished', 'NOT_FOUND', ({ broken }) => broken.set('manifests/odd', { status: 404 })],
  ['refused', 'FORBIDDEN', ({ broken }) => broken.set('manifests/odd', { status: 403 })],
  ['damaged', 'MALFORMED', ({ broken }) => broken.set('manifests/odd', { status: 200, body: '{"schemaVersion":2' })],
  ['an error of the registry', 'BUSY', ({ broken }) => broken.set('manifests/odd', { status: 500 })],
  [
    'of Docker schema 1',
    'UNSUPPORTED',
    ({ registry }) => {
      const content = { schemaVersion: 1, name: 'x', tag: 'odd', fsLayers: [], history: [], signatures: [] };
      registry.putManifest(REPOSITORY, content, { tag: 'odd', mediaType: V1_MANIFEST });
    },
  ],
  [
    'without a layer',
    'NOT_FOUND',
    ({ broken, of }) => broken.set(`blobs/${of('odd').content.layers[0]?.digest}`, { status: 404 }),
  ],
  [
    'with a damaged config',
    'DIGEST_MISMATCH',
    ({ broken, of }) => {
      const config = of('odd').content.config;
      if (config === undefined) throw new Error('the image has no config');
      const { digest, size } = config;
      broken.set(`blobs/${digest}`, { status: 200, body: Buffer.alloc(size, 'x') });
    },
  ],
  [
    'with a layer that is refused',
    'FORBIDDEN',
    ({ broken, of }) => broken.set(`blobs/${of('odd').content.layers[0]?.digest}`, { status: 403 }),
  ],
  [
    'with a list of referrers that fails',
    'FORBIDDEN',
    ({ broken, of }) => broken.set(`referrers/${of('odd').descriptor.digest}`, { status: 403 }),
  ],
];

describe.each(ODD)('one tag of three, %s', (what, code, spoil) => {
  it.each(['a layout', 'a registry', 'an archive'])('is named, and the others are copied into %s', async (place) => {
    const repository = await withOdd({ referrers: 'api' });
    spoil(repository);
    const path = join(await tempDir(), place === 'an archive' ? 'all.tar' : 'all');
    const destination = place === 'a registry' ? (await begin()).store : undefined;
    const to = destination ?? `${place === 'an archive' ? 'oci-archive' : 'oci'}:${path}`;
    const result = await copy(repository.open(), to, { names: { all: true }, recursive: true, settle: false });
    expect(result.tags.map(({ tag }) => tag)).toEqual(['v1', 'v2']);
    expect(result.incomplete).toMatchObject([{ way: expect.stringContaining(':odd'), error: { code } }]);
    const there = destination ?? (await openSource({ kind: place === 'an archive' ? 'archive' : 'layout', path }));
    expect((await listTags(there)).sort()).toEqual(['v1', 'v2']);
    for (const tag of ['v1', 'v2']) expect(await everything(there, repository.of(tag).descriptor)).toHaveLength(1);
    if (destination === undefined) await there.close();
    const { descriptor } = repository.of('odd');
    const alone = copy({ store: repository.open(), tag: 'odd' }, await newLayout(), { recursive: true });
    await expect(alone, descriptor.digest).rejects.toMatchObject({
      code: code === 'FORBIDDEN' && what.includes('referrers') ? 'INCOMPLETE' : code,
    });
  });
});

it('fails with the first failure where no root is left', async () => {
  const repository = await withOdd();
  for (const tag of ['v1', 'odd', 'v2']) repository.broken.set(`manifests/${tag}`, { status: 403 });
  const destination = await begin();
  const work = copy(repository.open(), destination.store, { names: { all: true } });
  await expect(work).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(destination.registry.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
});

it('ends where the destination takes nothing', async () => {
  const repository = await withOdd();
  const { store } = await begin({ fault: ({ method }) => (method === 'POST' ? { status: 403 } : undefined) });
  const work = copy(repository.open(), store, { names: { all: true } });
  await expect(work).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

it('leaves out what the destination refuses', async () => {
  const repository = await withOdd();
  const { digest } = repository.of('odd').descriptor;
  const { store } = await begin({
    fault: ({ method, path }) => (method === 'PUT' && path.includes(digest) ? { status: 400 } : undefined),
  });
  const result = await copy(repository.open(), store, { names: { all: true } });
  expect(result.incomplete).toMatchObject([{ way: expect.stringContaining(':odd') }]);
  expect((await listTags(store)).sort()).toEqual(['v1', 'v2']);
});

it('leaves out a name that cannot be a tag there', async () => {
  const source = await newLayout();
  await pushImage(source, 'a', { tags: ['v1'] });
  await pushImage(source, 'b', { tags: ['not a tag'] });
  await pushImage(source, 'c', { tags: ['v2'] });
  const { store } = await begin();
  const result = await copy(source, store, { names: { all: true } });
  expect(result.incomplete).toMatchObject([{ error: { code: 'INVALID_ARGUMENT' } }]);
  expect((await listTags(store)).sort()).toEqual(['v1', 'v2']);
});

it('leaves out a tag without the platform', async () => {
  const { loadedIndex } = await import('./support/copying.js');
  const source = await newLayout();
  await loadedIndex(source);
  await pushImage(source, 'a', { tags: ['v1'] });
  const platform = { os: 'linux', architecture: 'amd64' };
  const result = await copy(source, await newLayout(), { names: { patterns: ['multi', 'v1'] }, platform });
  expect(result).toMatchObject({ tags: [{ tag: 'multi' }], incomplete: [{ error: { code: 'NO_MATCH' } }] });
});

describe('an odd attachment of one tag', () => {
  it.each([
    ['vanished', { status: 404 }],
    ['damaged', { status: 200, body: '{}' }],
  ] as const)('that is %s is named, and its image is copied with the others', async (_what, fault) => {
    for (const place of ['layout', 'archive'] as const) {
      const { store, open, broken, of } = await withOdd({ referrers: 'api' });
      const odd = referrerOf(of('odd').descriptor, SCAN);
      await attach(store, odd, { settle: false });
      broken.set(`manifests/${odd.descriptor.digest}`, fault);
      const path = join(await tempDir(), 'all');
      const to = place === 'layout' ? `oci:${path}` : `oci-archive:${path}`;
      const result = await copy(open(), to, { names: { all: true }, recursive: true });
      expect(result.tags.map(({ tag }) => tag)).toEqual(['odd', 'v1', 'v2']);
      expect(result.incomplete).toMatchObject([{ way: expect.stringContaining(odd.descriptor.digest) }]);
      const there = await openSource({ kind: place, path });
      expect(await everything(there, of('odd').descriptor)).toHaveLength(1);
      await there.close();
    }
  });

  it('whose blob is missing stays behind alone', async () => {
    const { store, open, broken, of } = await withOdd({ referrers: 'api' });
    const layer = await pushImage(store, 'signature');
    const blob = layer.kind === 'image' ? layer.content.layers[0] : undefined;
    await store.tagManifest(layer, [`${of('odd').descriptor.digest.replace(':', '-')}.sig`]);
    broken.set(`blobs/${blob?.digest}`, { status: 404 });
    const destination = await newLayout();
    const result = await copy(open(), destination, { names: { all: true }, recursive: true });
    expect((await listTags(destination)).sort()).toEqual(['odd', 'v1', 'v2']);
    expect(result.incomplete).toMatchObject([{ way: expect.stringContaining(layer.descriptor.digest) }]);
  });
});
