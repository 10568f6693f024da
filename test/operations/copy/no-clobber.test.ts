import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { CopyAhead } from '../../../src/operations/copy/ahead.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { copyIntoStore } from '../../../src/operations/copy/into-store.js';
import { planCopy } from '../../../src/operations/copy/plan-copy.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { begin, openStore } from '../../store/registry/support/start.js';
import { listDigests, listTags, pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { put, SBOM } from '../support/attached.js';
import { newLayout, PLACES } from '../support/places.js';

const ALL = { names: { all: true }, noClobber: true, settle: false } as const;

describe.each(PLACES)('into %s', (_name, open) => {
  it('leaves a tag that names another manifest, and copies the rest', async () => {
    const [source, destination] = [await newLayout(), await open()];
    const own = await pushImage(source, 'same', { tags: ['same'] });
    const changed = await pushImage(source, 'changed', { tags: ['changed', 'free'] });
    const sbom = await put(source, (await pushImage(source, 'moved', { tags: ['moved'] })).descriptor, SBOM);
    await pushImage(destination, 'same', { tags: ['same'] });
    const there = await pushImage(destination, 'there', { tags: ['changed', 'moved'] });
    for (const dryRun of [true, false]) {
      const { tags, kept, roots, attached } = await copy(source, destination, { ...ALL, recursive: true, dryRun });
      expect(tags).toEqual([
        { tag: 'free', digest: changed.descriptor.digest },
        { tag: 'same', digest: own.descriptor.digest },
      ]);
      expect(kept?.map(({ tag, digest }) => [tag, digest])).toEqual([
        ['changed', there.descriptor.digest],
        ['moved', there.descriptor.digest],
      ]);
      expect(kept?.[0]?.wanted).toBe(changed.descriptor.digest);
      expect([roots.length, attached]).toEqual([2, 0]);
    }
    expect((await destination.resolve({ tag: 'moved' })).digest).toBe(there.descriptor.digest);
    expect(await destination.hasManifest(sbom.digest)).toBe(false);
    const again = await copy(source, destination, { ...ALL, recursive: true });
    expect([again.bytes, again.kept?.length]).toEqual([0, 2]);
  });

  it('moves nothing where the only tag stays', async () => {
    const [source, destination] = [await newLayout(), await open()];
    const image = await pushImage(source, 'new', { tags: ['v1'] });
    await pushImage(destination, 'old', { tags: ['v1'] });
    const result = await copy({ store: source, tag: 'v1' }, destination, { noClobber: true });
    expect(result).toMatchObject({ roots: [], tags: [], objects: [], bytes: 0, kept: [{ tag: 'v1' }] });
    expect(await destination.hasManifest(image.descriptor.digest)).toBe(false);
    const moved = await copy({ store: source, tag: 'v1' }, destination);
    expect(moved.kept).toBeUndefined();
    expect((await destination.resolve({ tag: 'v1' })).digest).toBe(image.descriptor.digest);
  });

  it('adds what is attached to an image that is there, and leaves the tags of cosign', async () => {
    const [source, destination] = [await newLayout(), await open()];
    const image = await pushImage(source, 'image', { tags: ['v1'] });
    await pushImage(destination, 'image', { tags: ['v1'] });
    const sbom = await put(source, image.descriptor, SBOM);
    const [signature, attestation] = [tagOf(image.descriptor, 'sig'), tagOf(image.descriptor, 'att')];
    const mine = await pushImage(source, 'mine', { tags: [signature] });
    const attested = await pushImage(source, 'attested', { tags: [attestation] });
    const theirs = await pushImage(destination, 'theirs', { tags: [signature] });
    const options = { noClobber: true, recursive: true, settle: false };
    const { kept } = await copy({ store: source, tag: 'v1' }, destination, options);
    expect(kept).toEqual([{ tag: signature, digest: theirs.descriptor.digest, wanted: mine.descriptor.digest }]);
    expect((await destination.resolve({ tag: signature })).digest).toBe(theirs.descriptor.digest);
    expect((await destination.resolve({ tag: attestation })).digest).toBe(attested.descriptor.digest);
    expect(await destination.hasManifest(mine.descriptor.digest)).toBe(false);
    expect(await listDigests(destination, image.descriptor)).toContain(sbom.digest);
    const converted = await copy({ store: source, tag: 'v1' }, destination, { ...options, convert: true });
    expect(converted.kept).toEqual(kept);
    // The SBOM, the attestation, and both images as referrers.
    expect(converted.attached).toBe(4);
    expect(await destination.hasManifest(mine.descriptor.digest)).toBe(false);
  });
});

function tagOf({ digest }: Descriptor, end: 'sig' | 'att'): string {
  return `${referrersTag(digest)}.${end}`;
}

describe('sixteen at once that copy different images to one tag', () => {
  const images = Array.from({ length: 16 }, (_, index) => `image ${index}`);

  async function sources() {
    return Promise.all(
      images.map(async (name) => {
        const store = await newLayout();
        const { descriptor } = await pushImage(store, name, { tags: ['v1'] });
        return { store, digest: descriptor.digest };
      }),
    );
  }

  it.each([
    [
      'a layout',
      async () => {
        const path = join(await tempDir(), 'layout');
        return async () => openLayout(path, { create: true });
      },
    ],
    [
      'a registry that honours If-None-Match',
      async () => {
        const { registry } = await begin({ etag: 'honoured' });
        return async () => openStore(registry.host, 'team/app');
      },
    ],
  ])('set it once: %s', async (_, place) => {
    const open = await place();
    const all = await sources();
    const results = await Promise.all(
      all.map(async ({ store }) => copy({ store, tag: 'v1' }, await open(), { noClobber: true })),
    );
    const set = results.filter(({ tags }) => tags.length === 1);
    const named = (await (await open()).resolve({ tag: 'v1' })).digest;
    expect(set.map(({ tags }) => tags)).toEqual([[{ tag: 'v1', digest: named }]]);
    for (const { tags, kept } of results)
      expect([tags.length, ...(kept ?? []).map(({ digest }) => digest)]).toEqual(tags.length === 1 ? [1] : [0, named]);
    expect(await listTags(await open())).toEqual(['v1']);
  });
});

describe.each(PLACES)('a tag that another writer sets after the plan was made: %s', (_name, open) => {
  it('stays, and is named', async () => {
    const [source, destination] = [await newLayout(), await open()];
    const mine = await pushImage(source, 'new', { tags: ['v1', 'v2'] });
    const ahead = destination.kind === 'registry' ? new CopyAhead(destination, {}) : undefined;
    const tagThere = async (tag: string) =>
      ahead === undefined ? (await destination.findTag(tag))?.digest : ahead.tagged(tag);
    const plan = await planCopy(source, [{ selector: { tag: 'v1' }, tags: ['v1', 'v2'] }], { ahead, tagThere });
    const theirs = await pushImage(destination, 'theirs', { tags: ['v1'] });
    const { tags, kept } = await copyIntoStore(source, destination, plan, { ahead });
    const { digest: wanted } = mine.descriptor;
    expect(tags).toEqual([{ tag: 'v2', digest: wanted }]);
    expect(kept).toEqual([{ tag: 'v1', digest: theirs.descriptor.digest, wanted }]);
    expect((await destination.resolve({ tag: 'v1' })).digest).toBe(theirs.descriptor.digest);
  });
});
