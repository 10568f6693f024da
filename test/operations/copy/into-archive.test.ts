import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isDigestTag } from '../../../src/oci/values/referrers-tag.js';
import { copyIntoArchive, type IntoArchiveOptions } from '../../../src/operations/copy/into-archive.js';
import type { PlanCopyOptions } from '../../../src/operations/copy/plan.js';
import { planCopy } from '../../../src/operations/copy/plan-copy.js';
import type { Source } from '../../../src/store/interfaces/store.js';
import { blobPath } from '../../../src/store/layout/files/paths.js';
import { openArchiveWriter } from '../../../src/store/open.js';
import { openForTest } from '../../store/archive/support/packed.js';
import { REF_NAME } from '../../store/layout/support/by-hand.js';
import { attach, listTags, pushImage, readBlob, referrerOf } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { SBOM } from '../support/attached.js';
import { newLayout, PLACES } from '../support/places.js';
import { copyTag, everything, loadedImage, loadedIndex } from './support/copying.js';

async function newArchive(name = 'copy.tar'): Promise<string> {
  return join(await tempDir(), name);
}

async function copyTo(path: string, source: Source, tag: string, options: PlanCopyOptions & IntoArchiveOptions = {}) {
  const writer = await openArchiveWriter(path);
  const plan = await planCopy(source, [{ selector: { tag }, tags: [tag] }], { recursive: true, ...options });
  return copyIntoArchive(source, writer, plan, options);
}

/** A source that answers in another order each time. */
function shuffled(source: Source): Source {
  let count = 0;
  const slow = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
    return async (...args: A) => {
      count += 7;
      await sleep((count % 5) * 3);
      return call(...args);
    };
  };
  const manifest = slow(source.manifest.bind(source));
  const openBlob = slow(source.openBlob.bind(source));
  return new Proxy(source, {
    get(target, name) {
      if (name === 'manifest') return manifest;
      if (name === 'openBlob') return openBlob;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const entry = z.looseObject({
  digest: z.string(),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

/** The entries of `index.json`, read from the bytes of an uncompressed archive. */
async function entriesOf(path: string) {
  const text = await readFile(path, 'latin1');
  const start = text.indexOf('{"schemaVersion":2,"mediaType"');
  const json: unknown = JSON.parse(text.slice(start, text.indexOf('\0', start)));
  return z.object({ manifests: z.array(entry) }).parse(json).manifests;
}

describe.each(PLACES)('from %s', (_name, open) => {
  it('takes along everything that is attached, whichever way, with equal digests', async () => {
    const source = await open();
    const index = await loadedIndex(source);
    const path = await newArchive();
    const result = await copyTo(path, source, 'multi');
    const archive = await openForTest(path);
    expect(await archive.resolve({ tag: 'multi' })).toMatchObject({ digest: index.digest });
    const there = await everything(source, index);
    expect(there).toHaveLength(14);
    expect(await everything(archive, index)).toEqual(there);
    for (const { digest } of result.objects) expect(await archive.blobSize(digest)).toBeGreaterThan(0);
    expect(result).toMatchObject({
      roots: [{ digest: index.digest, reference: `oci-archive:${path}@${index.digest}` }],
      left: [],
    });
    expect(new Set(result.objects.map((object) => object.result))).toEqual(new Set(['copied']));
    expect(new Set(result.objects.map(({ digest }) => digest)).size).toBe(result.objects.length);
    expect(result.bytes).toBe(result.objects.reduce((sum, { size }) => sum + size, 0));
  });

  it('can be copied back, and to the same archive again', async () => {
    const source = await open();
    const index = await loadedIndex(source);
    const path = await newArchive();
    await copyTo(path, source, 'multi');
    const archive = await openForTest(path);
    const back = await newLayout();
    await copyTag(archive, back, 'multi');
    expect(await everything(back, index)).toEqual(await everything(source, index));
    for (const again of [source, shuffled(source), archive, back]) {
      const other = await newArchive();
      await copyTo(other, again, 'multi');
      expect((await readFile(other)).equals(await readFile(path))).toBe(true);
    }
  });
});

describe('index.json', () => {
  it('names what was asked for by its tag, and what is attached without one, with type and annotations', async () => {
    const source = await newLayout();
    const image = await loadedImage(source);
    const annotated = referrerOf(image, SBOM, { 'org.example.note': 'kept', [REF_NAME]: 'no tag' });
    await attach(source, annotated);
    const path = await newArchive();
    const result = await copyTo(path, source, 'v1');
    const [first, ...attached] = await entriesOf(path);
    expect(first).toEqual({ ...image, annotations: { [REF_NAME]: 'v1' } });
    expect(attached).toHaveLength(result.attached);
    expect(attached.map(({ digest }) => digest)).toEqual(attached.map(({ digest }) => digest).toSorted());
    for (const { artifactType, annotations } of attached) {
      expect(artifactType).toBeDefined();
      expect(annotations ?? {}).not.toHaveProperty([REF_NAME]);
    }
    const found = attached.find(({ digest }) => digest === annotated.descriptor.digest);
    expect(found).toMatchObject({ artifactType: SBOM, annotations: { 'org.example.note': 'kept' } });
  });

  it('has no entries for the children of an index, and the tags of cosign', async () => {
    const source = await newLayout();
    const index = await loadedIndex(source);
    const path = await newArchive();
    await copyTo(path, source, 'multi');
    const digests = (await entriesOf(path)).map(({ digest }) => digest);
    const { content } = await source.manifest({ digest: index.digest });
    const children = 'manifests' in content ? content.manifests : [];
    const platforms = children.filter(({ platform }) => platform?.architecture !== 'unknown');
    expect(platforms).toHaveLength(2);
    for (const child of platforms) expect(digests).not.toContain(child.digest);
    expect((await listTags(await openForTest(path))).filter(isDigestTag)).not.toEqual([]);
  });

  it('holds a whole repository, sorted by tag, with several tags of one manifest', async () => {
    const source = await newLayout();
    const images = await Promise.all(['b', 'a'].map((tag) => pushImage(source, tag, { tags: [tag] })));
    await pushImage(source, 'a', { tags: ['A', 'z'] });
    const roots = (await listTags(source)).reverse().map((tag) => ({ selector: { tag }, tags: [tag] }));
    const plan = await planCopy(source, roots);
    const path = await newArchive();
    const result = await copyIntoArchive(source, await openArchiveWriter(path), plan);
    const named = (await entriesOf(path)).map(({ digest, annotations }) => [annotations?.[REF_NAME], digest]);
    const [b, a] = images.map(({ descriptor }) => descriptor.digest);
    expect(named).toEqual([
      ['A', a],
      ['a', a],
      ['z', a],
      ['b', b],
    ]);
    expect(result.tags.map(({ tag }) => tag)).toEqual(['A', 'a', 'b', 'z']);
  });

  it('names what was asked for by digest, without a tag', async () => {
    const source = await newLayout();
    const { digest } = await loadedImage(source);
    const path = await newArchive();
    const plan = await planCopy(source, [{ selector: { digest }, tags: [] }]);
    await copyIntoArchive(source, await openArchiveWriter(path), plan);
    expect(await entriesOf(path)).toMatchObject([{ digest }]);
    const archive = await openForTest(path);
    expect((await archive.manifest({})).descriptor.digest).toBe(digest);
  });
});

it('tells of every object once, and how far blobs have come', async () => {
  const source = await newLayout();
  await loadedIndex(source);
  const told: string[] = [];
  const moved = new Map<string, number>();
  const result = await copyTo(await newArchive('copy.tgz'), source, 'multi', {
    onObject: ({ digest, result: what }) => told.push(`${what} ${digest}`),
    onProgress: ({ name, bytes, total, phase }) => {
      expect([phase, bytes <= total]).toEqual(['move', true]);
      moved.set(name, bytes);
    },
  });
  expect(told).toEqual(result.objects.map(({ digest }) => `copied ${digest}`));
  for (const [name, bytes] of moved) {
    const object = result.objects.find(({ digest }) => digest === name);
    expect(object?.size).toBe(bytes);
  }
  expect(moved.size).toBeGreaterThan(0);
});

it('leaves nothing when a blob is missing, or it is interrupted', async () => {
  const source = await newLayout();
  const { content } = await source.manifest({ digest: (await loadedImage(source)).digest });
  const path = await newArchive();
  const controller = new AbortController();
  const stopped = copyTo(path, source, 'v1', { signal: controller.signal, onObject: () => controller.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(await readdir(dirname(path))).toEqual([]);
  const [layer] = 'layers' in content ? content.layers : [];
  if (layer === undefined) throw new Error('the image has a layer');
  expect((await readBlob(source, layer)).length).toBe(layer.size);
  await rm(blobPath(source.directory, layer.digest));
  await expect(copyTo(path, source, 'v1')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining(layer.digest),
  });
  expect(await readdir(dirname(path))).toEqual([]);
});

it('is refused before a plan is made where a file is in the way', async () => {
  const source = await newLayout();
  await loadedImage(source);
  const path = await newArchive();
  await copyTo(path, source, 'v1');
  const before = await stat(path);
  await expect(openArchiveWriter(path)).rejects.toMatchObject({ code: 'EXISTS' });
  const writer = await openArchiveWriter(path, { overwrite: true });
  const plan = await planCopy(source, [{ selector: { tag: 'v1' }, tags: ['v1', 'latest'] }], { recursive: true });
  await copyIntoArchive(source, writer, plan);
  expect(await listTags(await openForTest(path))).toEqual(['latest', 'v1']);
  expect((await stat(path)).ino).not.toBe(before.ino);
  expect(await readdir(dirname(path))).toEqual([basename(path)]);
});
