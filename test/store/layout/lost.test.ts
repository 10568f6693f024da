import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import type { Manifest } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { EMPTY_DESCRIPTOR } from '../../../src/oci/values/empty.js';
import { blobState } from '../../../src/store/layout/blobs/claim.js';
import { Written } from '../../../src/store/layout/blobs/written.js';
import { DirectoryFiles } from '../../../src/store/layout/files/directory-files.js';
import { blobPath } from '../../../src/store/layout/files/paths.js';
import { type HostedLayout, openHostedLayout } from '../../../src/store/layout/hosting/hosted-store.js';
import { lostOf, needsOf } from '../../../src/store/layout/needs.js';
import { tempDir } from '../../support/temp.js';
import { type Content, noise, readBlob, text, writeContent } from '../support/artifacts.js';

const layer = noise(50_000);
const EMPTY = text('{}');

async function newLayout(): Promise<HostedLayout> {
  return openHostedLayout(join(await tempDir(), 'layout'), { create: true });
}

/** Another process removes the file. */
function lose(store: HostedLayout, { digest }: Descriptor): Promise<void> {
  return rm(blobPath(store.directory, digest));
}

function imageOf(content: Content, type = 'application/x.image'): Manifest {
  return buildManifest({ artifactType: type, layers: [content.descriptor] });
}

const ingested = (store: HostedLayout) => store.ingestBlob('a/b', layer.open);
const cloned = async (store: HostedLayout) => {
  const from = await newLayout();
  await writeContent(from, layer);
  await store.cloneBlob(layer.descriptor, from.blobFile(layer.descriptor.digest), layer.open);
};

describe('content that is removed between its write and the entry of its manifest', () => {
  it.each<[string, (store: HostedLayout) => Promise<unknown>]>([
    ['was written', (store) => store.writeBlob(layer.descriptor, layer.open)],
    ['was there', (store) => ingested(store).then(() => store.writeBlob(layer.descriptor, layer.open))],
    ['was taken in without its digest', ingested],
    ['was cloned', cloned],
    ['was there, and would have been cloned', (store) => ingested(store).then(() => cloned(store))],
  ])('is written again where it %s', async (_, write) => {
    const store = await newLayout();
    await writeContent(store, EMPTY);
    const used = await openHostedLayout(store.directory);
    await write(used);
    await writeContent(used, EMPTY);
    for (const one of [layer.descriptor, EMPTY_DESCRIPTOR]) await lose(store, one);
    expect(await used.putManifest(imageOf(layer), { tags: ['v1'] })).toMatchObject({ result: 'written' });
    expect(await readBlob(store, layer.descriptor)).toEqual(layer.bytes);
    expect(await readBlob(store, EMPTY_DESCRIPTOR)).toEqual(EMPTY.bytes);
  });

  it('is a child of an index with its blobs: all of it is written again', async () => {
    const store = await newLayout();
    await writeContent(store, EMPTY, layer);
    const child = imageOf(layer);
    const index = buildIndex({ manifests: [child.descriptor] });
    const outer = buildIndex({ manifests: [index.descriptor] });
    await store.putManifest(child, { child: true });
    await store.putManifest(index, { child: true });
    for (const one of [child.descriptor, index.descriptor, layer.descriptor]) await lose(store, one);
    await store.putManifest(outer, { tags: ['v1'] });
    expect(await readBlob(store, layer.descriptor)).toEqual(layer.bytes);
    expect(await store.manifest({ digest: child.descriptor.digest })).toMatchObject({ bytes: child.bytes });
  });

  it('is embedded in the manifest, or empty: it needs no source', async () => {
    const store = await newLayout();
    const content = text('embedded');
    const data = content.bytes.toString('base64');
    const manifest = buildManifest({ artifactType: 'a/b', layers: [{ ...content.descriptor, data }] });
    await store.putManifest(manifest, { tags: ['v1'], complete: true });
    expect(await readBlob(store, content.descriptor)).toEqual(content.bytes);
    expect(await readBlob(store, EMPTY_DESCRIPTOR)).toEqual(EMPTY.bytes);
  });

  it.each<[string, () => Promise<Readable>]>([
    ['comes once', () => Promise.resolve(Readable.from([]))],
    ['has changed', async () => Readable.from([Buffer.alloc(50_000, 'other')])],
  ])('fails with CHANGED and enters nothing where its source %s', async (_, then) => {
    const store = await newLayout();
    await writeContent(store, EMPTY);
    let opened = 0;
    await store.ingestBlob('a/b', () => (opened++ === 0 ? layer.open() : then()));
    await lose(store, layer.descriptor);
    const before = await store.document('index.json');
    await expect(store.putManifest(imageOf(layer), { tags: ['v1'] })).rejects.toMatchObject({
      code: 'CHANGED',
      message: expect.stringContaining(layer.descriptor.digest),
    });
    expect(await store.document('index.json')).toEqual(before);
  });

  it('fails with CHANGED where a caller says that all is there, as a registry has to know', async () => {
    const store = await newLayout();
    await expect(store.putManifest(imageOf(layer), { complete: true })).rejects.toMatchObject({ code: 'CHANGED' });
    // Without that it is what it was: tools may bring blobs later.
    await store.putManifest(imageOf(layer), { tags: ['v1'] });
  });

  it('is told from what was absent before: foreign layers, children, subjects and other blobs', async () => {
    const store = await newLayout();
    const [there, gone, child] = [noise(1000, 'there'), noise(1000, 'gone'), imageOf(noise(10, 'of the child'))];
    await writeContent(store, there, gone, EMPTY);
    await store.putManifest(child, { child: true });
    const files = new DirectoryFiles(store.directory);
    const foreign = { ...noise(9).descriptor, mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar' };
    const manifest = buildManifest({
      artifactType: 'a/b',
      subject: noise(7).descriptor,
      layers: [there.descriptor, gone.descriptor, noise(8).descriptor, foreign],
    });
    const index = buildIndex({ manifests: [child.descriptor, imageOf(noise(6)).descriptor] });
    const needs = await needsOf(files, manifest, new Written(), false);
    const ofIndex = await needsOf(files, index, new Written(), true);
    expect([await lostOf(files, needs), await lostOf(files, ofIndex)]).toEqual([[], []]);
    for (const one of [gone.descriptor, child.descriptor]) await lose(store, one);
    expect(await lostOf(files, needs)).toEqual([gone.descriptor]);
    expect(await lostOf(files, ofIndex)).toMatchObject([{ digest: child.descriptor.digest }]);
  });
});

describe('a manifest that is removed', () => {
  it('does not come back by a tag that was on its way', async () => {
    const store = await newLayout();
    await writeContent(store, EMPTY, layer);
    const manifest = imageOf(layer);
    await store.putManifest(manifest);
    const other = await openHostedLayout(store.directory);
    const read = await other.manifest({ digest: manifest.descriptor.digest });
    expect(await store.deleteManifest(manifest.descriptor.digest)).toBe(true);
    await expect(other.tagManifest(read, ['v1'])).rejects.toMatchObject({ code: 'CHANGED' });
    await expect(store.manifest({ digest: manifest.descriptor.digest })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.findTag('v1')).toBeUndefined();
  });

  it('comes back where its own writer tags it: the content is at hand', async () => {
    const store = await newLayout();
    await writeContent(store, EMPTY, layer);
    const manifest = imageOf(layer);
    await store.putManifest(manifest, { child: true });
    await lose(store, manifest.descriptor);
    await store.tagManifest(manifest, ['v1']);
    expect((await store.manifest({ tag: 'v1' })).bytes).toEqual(manifest.bytes);
  });

  it('is removed once: one of two is told so', async () => {
    const store = await newLayout();
    await writeContent(store, EMPTY, layer);
    const manifest = imageOf(layer);
    await store.putManifest(manifest);
    const { digest } = manifest.descriptor;
    const gone = await Promise.all([store.deleteManifest(digest), store.deleteManifest(digest)]);
    expect(gone.sort()).toEqual([false, true]);
  });
});

/** The ways in which a writer tells that it is about to name a blob. */
const CLAIMS: readonly (readonly [string, (other: HostedLayout) => Promise<unknown>])[] = [
  ['writes it', (other) => other.writeBlob(layer.descriptor, layer.open)],
  ['takes it in', ingested],
  ['clones it', cloned],
  ['asks for it before it is sent', (other) => other.keepBlob(layer.descriptor)],
  ['mounts it from its own repository', (other) => other.linkBlob(other, layer.descriptor.digest)],
  [
    'mounts it from another repository',
    async (other) => {
      const from = await newLayout();
      await writeContent(from, layer);
      await other.linkBlob(from, layer.descriptor.digest);
    },
  ],
  [
    'uploads it piece by piece',
    async (other) => {
      const id = await other.beginUpload();
      await other.appendUpload(id, await layer.open());
      await other.commitUpload(id, layer.descriptor.digest);
    },
  ],
];

describe('a blob of a manifest that is pruned', () => {
  /** The clock of files ticks slowly: the claim is made again until it is later than the manifest. */
  async function claimedLater(store: HostedLayout, manifest: Manifest, claim: () => Promise<unknown>): Promise<void> {
    const timeOf = ({ digest }: Descriptor) => blobState(store.directory, digest)?.claimedNs ?? 0n;
    do await claim();
    while (timeOf(layer.descriptor) <= timeOf(manifest.descriptor));
  }

  async function old(): Promise<{ store: HostedLayout; other: HostedLayout; manifest: Manifest }> {
    const store = await newLayout();
    await writeContent(store, EMPTY, layer);
    const manifest = imageOf(layer, 'a/old');
    await store.putManifest(manifest);
    return { store, other: await openHostedLayout(store.directory), manifest };
  }

  async function prune(store: HostedLayout, { descriptor }: Manifest) {
    const candidates = new Set(await store.blobsOf(descriptor.digest));
    await store.deleteManifest(descriptor.digest);
    return store.pruneBlobs(candidates);
  }

  it('goes when nobody has claimed it', async () => {
    const { store, manifest } = await old();
    expect(await prune(store, manifest)).toEqual({ blobs: 2, bytes: layer.bytes.length + 2 });
    expect(await store.hasBlob(layer.descriptor)).toBe(false);
  });

  it.each(CLAIMS)('stays when somebody %s before, and names it later', async (_, claim) => {
    const { store, other, manifest } = await old();
    await claimedLater(store, manifest, () => claim(other));
    expect(await prune(store, manifest)).toMatchObject({ blobs: 1 });
    // A client of a registry sends the config, which nobody has claimed, before the manifest.
    await writeContent(other, EMPTY);
    await other.putManifest(imageOf(layer, 'a/new'), { complete: true });
    expect(await readBlob(store, layer.descriptor)).toEqual(layer.bytes);
  });

  it('stays when it is claimed while the pruner looks', async () => {
    const { store, other, manifest } = await old();
    const candidates = new Set(await store.blobsOf(manifest.descriptor.digest));
    await store.deleteManifest(manifest.descriptor.digest);
    await claimedLater(store, manifest, () => other.keepBlob(layer.descriptor));
    // The manifest, which is gone, has the time that it had before.
    expect(await store.pruneBlobs(candidates)).toMatchObject({ blobs: 1 });
    expect(await other.keepBlob(layer.descriptor)).toBe(true);
  });

  it('goes with the manifest that claimed it', async () => {
    const { store, other, manifest } = await old();
    await claimedLater(store, manifest, () => other.writeBlob(layer.descriptor, layer.open));
    await other.putManifest(manifest);
    expect(await prune(store, manifest)).toMatchObject({ blobs: 2 });
  });
});

describe('the collection of garbage', () => {
  const YEAR = new Date(Date.now() - 365 * 24 * 60 * 60 * 1000);

  async function age(store: HostedLayout): Promise<void> {
    await utimes(blobPath(store.directory, layer.descriptor.digest), YEAR, YEAR);
  }

  it.each(CLAIMS)('leaves an old blob when somebody %s', async (_, claim) => {
    const store = await newLayout();
    await writeContent(store, layer);
    await age(store);
    await claim(await openHostedLayout(store.directory));
    expect(await store.collectGarbage()).toMatchObject({ blobs: [], young: 1 });
    expect(await store.hasBlob(layer.descriptor)).toBe(true);
  });

  it.each<[string, (from: HostedLayout, to: HostedLayout) => Promise<unknown>]>([
    ['mounted', (from, to) => to.linkBlob(from, layer.descriptor.digest)],
    ['cloned', (from, to) => to.cloneBlob(layer.descriptor, from.blobFile(layer.descriptor.digest), layer.open)],
  ])('leaves a blob that was just %s from an old file', async (_, take) => {
    const [from, to] = [await newLayout(), await newLayout()];
    await writeContent(from, layer);
    await age(from);
    await take(from, to);
    expect(await to.collectGarbage()).toMatchObject({ blobs: [], young: 1 });
  });

  it('removes an old blob that nobody has claimed', async () => {
    const store = await newLayout();
    await writeContent(store, layer);
    await age(store);
    expect(await store.collectGarbage()).toMatchObject({ blobs: [{ digest: layer.descriptor.digest }] });
  });
});
