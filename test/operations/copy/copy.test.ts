import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { plannedCopy } from '../../../src/operations/copy/dry-run.js';

import { planCopy } from '../../../src/operations/copy/plan-copy.js';
import type { CopyResult } from '../../../src/operations/copy/schema.js';
import { isDeleter } from '../../../src/store/interfaces/abilities.js';
import { begin } from '../../store/registry/support/start.js';
import { listTags, pushImage, readBlob } from '../../store/support/artifacts.js';
import { buildkitIndex, DELETING_PLACES } from '../detach/support/detaching.js';
import { put, SBOM, SCAN } from '../support/attached.js';
import { newLayout, PLACES } from '../support/places.js';
import { copyTag, everything, loadedImage, loadedIndex } from './support/copying.js';

const results = ({ objects }: CopyResult) => [...new Set(objects.map(({ result }) => result))].sort();
const pairs = PLACES.flatMap(([from, openFrom]) => PLACES.map(([to, openTo]) => [from, to, openFrom, openTo] as const));

describe.each(pairs)('from %s to %s', (_from, _to, openFrom, openTo) => {
  it('takes along everything that is attached, whichever way, with equal digests', async () => {
    const [source, destination] = await Promise.all([openFrom(), openTo()]);
    const index = await loadedIndex(source);
    const result = await copyTag(source, destination, 'multi');
    expect(await destination.resolve({ tag: 'multi' })).toMatchObject({ digest: index.digest });
    const there = await everything(source, index);
    // Five things under tags of cosign, four of BuildKit's, and five referrers.
    expect(there).toHaveLength(14);
    expect(await everything(destination, index)).toEqual(there);
    expect(results(result)).toContain('copied');
    expect(result.left).toEqual([]);
    // Each object is reported once, and its bytes are those that arrived.
    expect(new Set(result.objects.map(({ digest }) => digest)).size).toBe(result.objects.length);
    const again = await copyTag(source, destination, 'multi');
    expect([results(again), again.bytes]).toEqual([['exists'], 0]);
    expect(again.objects).toHaveLength(result.objects.length);
  });
});

describe.each(PLACES)('into %s', (_name, open) => {
  it('copies what is named, and no more, without being told to', async () => {
    const [source, destination] = [await newLayout(), await open()];
    const image = await loadedImage(source);
    const result = await copyTag(source, destination, 'v1', { recursive: false });
    expect(await everything(destination, image)).toEqual([]);
    expect(result).toMatchObject({ attached: 0, tags: [{ tag: 'v1', digest: image.digest }] });
    expect(result.bytes).toBe(result.objects.reduce((sum, { size }) => sum + size, 0));
  });

  it('copies one platform under its own digest, with what is attached to it', async () => {
    const [source, destination] = [await newLayout(), await open()];
    await loadedIndex(source);
    const platform = { os: 'linux', architecture: 'amd64' };
    const result = await copyTag(source, destination, 'multi', { platform });
    const copied = await destination.resolve({ tag: 'multi' });
    expect(copied.mediaType).toBe('application/vnd.oci.image.manifest.v1+json');
    // An SBOM, its signature, a scan result, and BuildKit's attestation, which has a subject and two layers.
    expect(await everything(destination, copied)).toHaveLength(5);
    expect(result.left).toEqual([]);
  });
});

describe.each(DELETING_PLACES)('what is damaged in %s', (_name, open) => {
  it('is healed: a root that is there, without a blob that it needs', async () => {
    const [source, destination] = [await newLayout(), await open()];
    const image = await pushImage(source, 'image', { tags: ['v1'] });
    await copyTag(source, destination, 'v1');
    const [layer] = image.kind === 'image' ? image.content.layers : [];
    if (layer === undefined || !isDeleter(destination)) throw new Error('nothing to delete');
    expect(await destination.deleteBlob(layer.digest)).toBe(true);
    const trusting = await copyTag(source, destination, 'v1', { assumeComplete: true });
    expect(results(trusting)).toEqual(['exists', 'skipped']);
    expect(await destination.hasBlob(layer)).toBe(false);
    const healed = await copyTag(source, destination, 'v1');
    expect(healed.objects.filter(({ result }) => result === 'copied').map(({ digest }) => digest)).toEqual([
      layer.digest,
    ]);
    expect((await readBlob(destination, layer)).length).toBe(layer.size);
  });
});

it.each([false, true])('ends where tags of cosign go around in a circle (of two: %s)', async (isPair) => {
  const [source, destination] = [await newLayout(), await newLayout()];
  const one = (await pushImage(source, 'one', { tags: ['v1'] })).descriptor;
  const two = (await pushImage(source, 'two', { tags: ['v2'] })).descriptor;
  const point = async (subject: Descriptor, to: Descriptor) =>
    source.tagManifest(await source.manifest({ digest: to.digest }), [`${referrersTag(subject.digest)}.sig`]);
  await point(one, isPair ? two : one);
  if (isPair) await point(two, one);
  await copyTag(source, destination, 'v1');
  expect(await destination.resolve({ tag: `${referrersTag(one.digest)}.sig` })).toMatchObject({
    digest: (isPair ? two : one).digest,
  });
});

describe('what is attached', () => {
  it('is never copied as the list that the source keeps of it (E105)', async () => {
    const { store: source } = await begin({ referrers: 'none' });
    const destination = await newLayout();
    const image = await loadedImage(source);
    expect(await listTags(source)).toContain(referrersTag(image.digest));
    await copyTag(source, destination, 'v1');
    expect(await listTags(destination)).toEqual(['v1']);
    const { store: api } = await begin({ referrers: 'api' });
    await copyTag(source, api, 'v1');
    expect(await listTags(api)).toEqual(['v1']);
  });

  it('is listed in one step where there is no Referrers API', async () => {
    const source = await newLayout();
    const { descriptor } = await pushImage(source, 'image', { tags: ['v1'] });
    for (let count = 0; count < 12; count++) await put(source, descriptor, SCAN, String(count));
    const { store, registry } = await begin({ referrers: 'none' });
    await copyTag(source, store, 'v1');
    const writes = registry.requests.filter(
      ({ method, path }) => method === 'PUT' && path.endsWith(referrersTag(descriptor.digest)),
    );
    expect(writes).toHaveLength(1);
    expect(await everything(store, descriptor)).toHaveLength(12);
  });

  it('is listed beside what others attached to the same image', async () => {
    const source = await newLayout();
    const image = await loadedImage(source);
    const { store } = await begin({ referrers: 'none' });
    await copyTag(source, store, 'v1', { recursive: false });
    await put(store, image, SBOM, 'of another');
    await copyTag(source, store, 'v1');
    expect(await everything(store, image)).toHaveLength(4);
  });

  it('is chosen: what fits, and what leads to it', async () => {
    const source = await newLayout();
    const image = await loadedImage(source);
    const kinds = async (selection: NonNullable<Parameters<typeof copyTag>[3]>['selection']) => {
      const destination = await newLayout();
      await copyTag(source, destination, 'v1', { selection });
      return (await everything(destination, image)).map((line) => line.split(' ')[0]);
    };
    expect(await kinds({ kind: 'scan' })).toEqual(['scan']);
    expect(await kinds({ artifactType: 'application/vnd.example.signature.v1' })).toEqual(['sbom', 'undefined']);
    // What is attached to what stays behind stays with it.
    expect(await kinds({ except: { kinds: ['sbom'] } })).toEqual(['scan']);
    expect(await kinds({ except: { artifactTypes: [SCAN] } })).toEqual(['sbom', 'undefined']);
  });

  it('stays behind with a message where only the index leads to it', async () => {
    const [source, destination] = [await newLayout(), await newLayout()];
    await buildkitIndex(source, false);
    const platform = { os: 'linux', architecture: 'amd64' };
    const result = await copyTag(source, destination, 'multi', { platform });
    expect(result.left).toHaveLength(1);
  });

  it('is an error where it cannot be asked for: it would be lost', async () => {
    const { store } = await begin({ fault: ({ path }) => (path.endsWith('.att') ? { status: 403 } : undefined) });
    await pushImage(store, 'image', { tags: ['v1'] });
    await expect(copyTag(store, await newLayout(), 'v1')).rejects.toMatchObject({ code: 'INCOMPLETE' });
  });

  it('is pushed as a referrer, too, where that is wanted', async () => {
    const source = await newLayout();
    const index = await loadedIndex(source);
    const { store } = await begin({ referrers: 'api' });
    await copyTag(source, store, 'multi', { convert: true });
    const before = await everything(source, index);
    const after = await everything(store, index);
    // Three images of cosign became three referrers more.
    expect(after).toHaveLength(before.length + 3);
    const again = await copyTag(source, store, 'multi', { convert: true });
    expect(results(again)).toEqual(['exists']);
  });
});

it('says what it would do, and does nothing', async () => {
  const [source, destination] = [await newLayout(), await newLayout()];
  await loadedImage(source);
  await copyTag(source, destination, 'v1', { recursive: false });
  const plan = await planCopy(source, [{ selector: { tag: 'v1' }, tags: ['v2'] }], { recursive: true });
  const planned = await plannedCopy(destination, (of) => destination.format(of), plan);
  expect(planned).toMatchObject({ dryRun: true, attached: 3 });
  expect(results(planned)).toEqual(['copied', 'exists']);
  expect(await listTags(destination)).toEqual(['v1']);
  const actual = await copyTag(source, destination, 'v1');
  expect(actual.bytes).toBe(planned.bytes);
});
