import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { discover } from '../../../src/operations/discover/discover.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { PLACES } from '../support/places.js';

const KEY = 'vnd.artifact.lifecycle.end-of-life.date';
const now = new Date('2026-06-01T00:00:00Z');

const retire = (store: Store, date: string | undefined, created?: string, tag = 'v1') =>
  attach({ store, tag }, [], {
    artifactType: 'application/vnd.artifact.lifecycle',
    annotations: date === undefined ? { note: 'x' } : { [KEY]: date },
    created,
  });
const endOf = async (store: Store, tag = 'v1') => (await discover({ store, tag }, { now })).endOfLife;

describe.each(PLACES)('the end of life of an image in %s', (_name, open) => {
  it('is what its newest lifecycle attachment tells', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    expect(await endOf(store)).toBeUndefined();
    await retire(store, undefined, '2026-05-01T00:00:00Z');
    expect(await endOf(store)).toBeUndefined();
    const old = await retire(store, '2026-05-01', '2025-01-01T00:00:00Z');
    expect(await endOf(store)).toEqual({ reference: old.reference, date: '2026-05-01', past: true });
    await retire(store, '2027-05-01', '2025-02-01T00:00:00Z');
    expect(await endOf(store)).toMatchObject({ date: '2027-05-01', past: false });
    await retire(store, 'some day', '2025-03-01T00:00:00Z');
    const { date, ...rest } = (await endOf(store)) ?? {};
    expect([date, Object.keys(rest)]).toEqual(['some day', ['reference']]);
  });

  it('is the earliest where none is the newest', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    await retire(store, '2026-07-01');
    await retire(store, '2026-05-01');
    expect(await endOf(store)).toMatchObject({ date: '2026-05-01', past: true });
    await retire(store, '');
    expect(await endOf(store)).toMatchObject({ date: '2026-05-01', past: true });
    await retire(store, '2026-08-01', '2020-01-01T00:00:00Z');
    expect(await endOf(store)).toMatchObject({ date: '2026-08-01' });
  });

  it('is that of each platform, and is told whatever is selected', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const entry = { ...image.descriptor, platform: { os: 'linux', architecture: 'arm64' } };
    await store.putManifest(buildIndex({ manifests: [entry] }), { tags: ['all'] });
    await retire(store, '2026-05-01');
    await retire(store, '2026-12-01', undefined, 'all');
    const result = await discover({ store, tag: 'all' }, { now, selection: { kind: 'sbom' } });
    expect(result.endOfLife).toMatchObject({ date: '2026-12-01', past: false });
    expect(result.platforms?.[0]?.endOfLife).toMatchObject({ date: '2026-05-01', past: true });
    expect(result.referrers).toEqual([]);
  });
});

it('is read from the manifest where a registry lists other annotations alone', async () => {
  const { open, store } = await begin({
    referrers: 'api',
    fault: ({ method, path }) => (method === 'GET' && path.includes('/referrers/') ? listing : undefined),
  });
  let listing: { readonly status: number; readonly headers: Record<string, string>; readonly body: string } | undefined;
  await pushImage(store, 'image', { tags: ['v1'] });
  const { mediaType, digest, size, artifactType } = await retire(store, '2026-05-01');
  const manifests = [{ mediaType, digest, size, artifactType, annotations: {} }];
  const type = 'application/vnd.oci.image.index.v1+json';
  listing = {
    status: 200,
    headers: { 'content-type': type },
    body: JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }),
  };
  expect(await endOf(open())).toMatchObject({ date: '2026-05-01', past: true });
});
