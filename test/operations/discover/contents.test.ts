import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseManifest } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { type DiscoverOptions, discover } from '../../../src/operations/discover/discover.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { Content, pushImage, writeContent } from '../../store/support/artifacts.js';
import type { RegistryOptions } from '../../support/registry.js';
import { createRounds } from '../../support/rounds.js';
import { cosignTags } from '../detach/support/detaching.js';
import { put, SBOM } from '../support/attached.js';
import { PLACES } from '../support/places.js';

const title = (text: string) => ({ 'org.opencontainers.image.title': text });
const created = { 'org.opencontainers.image.created': '2026-01-31T12:00:00Z' };

/** Attaches files of so many bytes. */
async function files(store: Store, subject: Descriptor, sizes: Readonly<Record<string, number>>, annotations = {}) {
  const empty = new Content(Buffer.from('{}'), { mediaType: 'application/vnd.oci.empty.v1+json' });
  const contents = Object.values(sizes).map((size) => new Content(Buffer.alloc(size)));
  await writeContent(store, empty, ...contents);
  const layers = Object.keys(sizes).map((name, index) => ({
    ...contents[index]?.descriptor,
    ...(name === '' ? {} : { annotations: title(name) }),
  }));
  const document = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: SBOM,
    config: empty.descriptor,
    layers: [...layers, empty.descriptor],
    subject,
    annotations,
  };
  const manifest = parseManifest(Buffer.from(JSON.stringify(document)));
  await store.putManifest(manifest, { settle: false });
  return manifest.descriptor;
}

const contentsIn = async (store: Store, options: DiscoverOptions = {}) =>
  [...(await discover({ store, tag: 'v1' }, { contents: true, ...options }))].map(({ content }) => content);

describe.each(PLACES)('the files of attachments in %s', (_what, open) => {
  it('are named with their size, in the order of the manifest', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = await put(store, descriptor, SBOM);
    await files(store, sbom, { 'b.json': 700, 'a\u001b.json': 20, '': 3 });
    expect(await contentsIn(store)).toEqual([
      { size: 0, titles: [] },
      { size: 723, titles: ['b.json', 'a\u001b.json'] },
    ]);
  });

  it('are the layer itself under a tag of cosign', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await cosignTags(store, descriptor);
    const found = [...(await discover({ store, tag: 'v1' }, { contents: true }))];
    expect(found).toHaveLength(5);
    for (const { content, size } of found) expect(content).toEqual({ size, titles: [] });
  });

  it('are not all kept where they have no end', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const names = Array.from({ length: 500 }, (_, index) => `${String(index).padStart(100, 'x')}.json`);
    await files(store, descriptor, Object.fromEntries(names.map((name) => [name, 2])));
    const [content] = await contentsIn(store);
    expect(content?.size).toBe(1000);
    expect(content?.titles).toEqual(names.slice(0, content?.titles.length));
    expect(content?.titles.join('').length).toBeLessThanOrEqual(16 * 1024);
  });
});

/** Three SBOMs, one of them on another, in a registry whose list leaves out annotations and whose requests are counted. */
async function three(options: RegistryOptions = {}) {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const rounds = createRounds();
  const { registry, store, open } = await begin({ rounds, ...options });
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const first = await files(store, descriptor, { 'first.json': 1 });
  await files(store, descriptor, { 'second.json': 2 }, created);
  await files(store, first, { 'third.json': 3 });
  const counted = async (more: DiscoverOptions) => {
    registry.clear();
    rounds.count = 0;
    const result = await discover({ store: open(), tag: 'v1' }, more);
    return { result, rounds: rounds.count, requests: registry.requests.length };
  };
  return { registry, open, counted };
}

describe('the manifests of attachments in a registry', () => {
  it('are read once, as what is attached to them is asked', async () => {
    const { registry, counted } = await three();
    const without = await counted({});
    const with_ = await counted({ contents: true });
    expect([...with_.result].map(({ content }) => content?.titles)).toEqual(
      expect.arrayContaining([['first.json'], ['second.json'], ['third.json']]),
    );
    expect(with_.rounds).toBe(without.rounds);
    // The API's first entry is opened in any case.
    expect(with_.requests - without.requests).toBeLessThanOrEqual(3);
    expect(registry.duplicates()).toEqual([]);
  });

  it('are not read again where their list had to be checked', async () => {
    const { registry, counted } = await three({ referrers: 'none' });
    const without = await counted({});
    const with_ = await counted({ contents: true });
    expect([...with_.result].every(({ content }) => content !== undefined)).toBe(true);
    expect([with_.rounds, with_.requests]).toEqual([without.rounds, without.requests]);
    expect(registry.duplicates()).toEqual([]);
  });

  it('tell the date that a list leaves out', async () => {
    const { open, registry } = await three({ referrers: 'none' });
    const [list] = [...registry.repository('team/app').tags].filter(([tag]) => tag.startsWith('sha256-'));
    expect(list).toBeDefined();
    const dates = async (more: DiscoverOptions) =>
      [...(await discover({ store: open(), tag: 'v1' }, more))].map((node) => node.created).sort();
    expect(await dates({ contents: true })).toContain('2026-01-31T12:00:00Z');
  });

  it.each([404, 403, 500])('that answer %i leave an attachment without its files', async (status) => {
    let broken = '';
    const fault = ({ path }: { readonly path: string }) =>
      broken !== '' && path.endsWith(`/manifests/${broken}`) ? { status } : undefined;
    const { open, counted } = await three({ fault });
    const { result } = await counted({ contents: true });
    const third = [...result].find(({ content }) => content?.titles[0] === 'third.json');
    broken = third?.digest ?? 'none';
    const unread: string[] = [];
    const onUnread = (what: string) => void unread.push(what);
    const again = await discover({ store: open(), tag: 'v1' }, { contents: true, onUnread });
    expect([...again]).toHaveLength(3);
    expect(again.incomplete).toEqual([]);
    expect([...again].find(({ digest }) => digest === broken)).not.toHaveProperty('content');
    expect(unread).toEqual([expect.stringContaining(broken)]);
  });
});

it('stops to read manifests in a registry that fails', async () => {
  let isBroken = false;
  const fault = ({ path }: { readonly path: string }) =>
    isBroken && path.includes('/manifests/sha256:') ? { status: 500 } : undefined;
  const { registry, store, open } = await begin({ fault });
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  for (let count = 0; count < 60; count++) await put(store, descriptor, SBOM, String(count));
  // A first look proves that the lists of this registry are right.
  const looking = open();
  expect(await contentsIn(looking, { contents: false })).toHaveLength(60);
  isBroken = true;
  registry.clear();
  const unread: string[] = [];
  const onUnread = (what: string) => void unread.push(what);
  expect(await contentsIn(looking, { onUnread })).toHaveLength(60);
  expect(unread).toContain('other manifests');
  expect(unread.length).toBeLessThan(60);
});
