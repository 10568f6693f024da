import { describe, expect, it } from 'vitest';
import { annotate } from '../../../src/operations/annotate/annotate.js';
import { addToIndex } from '../../../src/operations/index/add-to-index.js';
import { annotateIndex } from '../../../src/operations/index/annotate-index.js';
import { createIndex } from '../../../src/operations/index/create-index.js';
import { removeFromIndex } from '../../../src/operations/index/remove-from-index.js';
import { push } from '../../../src/operations/push/push.js';
import { resultSchemas } from '../../../src/operations/schemas/schemas.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { listDigests, pushImage, text, writeContent, written } from '../../store/support/artifacts.js';
import { runAtOnce } from '../../support/at-once.js';
import { newLayout, PLACES } from '../support/places.js';

const CONFIG = 'application/vnd.oci.image.config.v1+json';

/** An artifact of one file, under a tag. */
async function artifact(store: Store, tag: string, content = tag): Promise<string> {
  return (await push(store, [{ name: 'tool', content }], { tags: [tag], artifactType: 'application/x.tool' })).digest;
}

/** An image whose config says this. */
async function image(store: Store, tag: string, config: object): Promise<string> {
  const blob = text(JSON.stringify(config));
  await writeContent(store, blob);
  const manifest = written({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { ...blob.descriptor, mediaType: CONFIG },
    layers: [],
  });
  await store.putManifest(manifest, { tags: [tag] });
  return manifest.descriptor.digest;
}

async function entries(store: Store, tag = 'all') {
  const index = await store.manifest({ tag });
  return index.kind === 'index' ? index.content.manifests : undefined;
}

runAtOnce();

describe.concurrent.each(PLACES)('an index in %s', (_, open) => {
  it('is made of tags and digests, in their order, and is the same when it is made again', async () => {
    const store = await open();
    const [b, a] = [await artifact(store, 'b'), await artifact(store, 'a')];
    const members = [{ location: 'b', platform: 'linux/arm/v7', annotations: { z: '1', a: '2' } }, a];
    const options = { tags: ['all', 'latest'], artifactType: 'application/x.tools', annotations: { k: 'v' } };
    const made = await createIndex(store, members, options);
    expect(made).toMatchObject({ result: 'written', tags: ['all', 'latest'], artifactType: 'application/x.tools' });
    resultSchemas['index create'].parse(JSON.parse(JSON.stringify(made)));
    expect(await entries(store, 'latest')).toEqual([
      expect.objectContaining({
        digest: b,
        artifactType: 'application/x.tool',
        annotations: { a: '2', z: '1' },
        platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
      }),
      expect.not.objectContaining({ platform: expect.anything() }),
    ]);
    const again = await createIndex(store, members, options);
    expect(again).toMatchObject({ result: 'exists', digest: made.digest, moved: [], added: [] });
  });

  it('has the platform of an image config, and invents none', async () => {
    const store = await open();
    await image(store, 'windows', { os: 'windows', architecture: 'amd64', 'os.version': '10.0.1', variant: '' });
    await image(store, 'half', { architecture: 'amd64' });
    await image(store, 'odd', {});
    await artifact(store, 'artifact');
    const { manifests } = await createIndex(store, ['windows', 'half', 'odd', 'artifact']);
    expect(manifests.map(({ platform }) => platform)).toEqual([
      'windows:10.0.1/amd64',
      undefined,
      undefined,
      undefined,
    ]);
    // An entry for an image has no artifact type (image-spec descriptor.md).
    expect(manifests.map(({ artifactType }) => artifactType)).toEqual([
      undefined,
      undefined,
      undefined,
      'application/x.tool',
    ]);
  });

  it('takes no tag from something else, unless that is wanted', async () => {
    const store = await open();
    const [a] = [await artifact(store, 'a'), await artifact(store, 'b')];
    await expect(createIndex(store, ['b'], { tags: ['new', 'a'] })).rejects.toMatchObject({ code: 'EXISTS', found: a });
    expect(await store.findTag('new')).toBeUndefined();
    await createIndex(store, ['b'], { tags: ['all'] });
    await expect(createIndex(store, ['a'], { tags: ['all'] })).rejects.toMatchObject({ code: 'EXISTS' });
    const { moved } = await createIndex(store, ['b'], { tags: ['a', 'all'], overwrite: true });
    expect(moved).toEqual([{ tag: 'a', digest: expect.anything(), previous: a }]);
  });

  it('is attached to a subject', async () => {
    const store = await open();
    const subject = await pushImage(store, 'image', { tags: ['v1'] });
    await artifact(store, 'a');
    const made = await createIndex(store, ['a'], { tags: ['all'], subject: 'v1', artifactType: 'application/x.y' });
    expect(made.subject?.digest).toBe(subject.descriptor.digest);
    expect(made.listedBy).toBeDefined();
    expect(await listDigests(store, subject.descriptor)).toContain(made.digest);
    const changed = await addToIndex({ store, tag: 'all' }, ['v1']);
    expect(await listDigests(store, subject.descriptor)).toContain(changed.digest);
  });

  it('gets members in an order that does not depend on who comes first', async () => {
    const [one, other] = [await open(), await newLayout()];
    const platforms = ['linux/arm64', 'darwin/arm64', 'linux/amd64', undefined];
    for (const [store, order] of [
      [one, [0, 1, 2, 3]],
      [other, [3, 1, 0, 2]],
    ] as const) {
      for (const n of order) {
        await artifact(store, `t${n}`);
        await addToIndex({ store, tag: 'all' }, [{ location: `t${n}`, platform: platforms[n] }]);
      }
    }
    const names = (await entries(one))?.map(({ platform }) => platform && `${platform.os}/${platform.architecture}`);
    expect(names).toEqual(['darwin/arm64', 'linux/amd64', 'linux/arm64', undefined]);
    expect((await one.resolve({ tag: 'all' })).digest).toBe((await other.resolve({ tag: 'all' })).digest);
  });

  it('names a platform once, unless both or the new one is wanted', async () => {
    const store = await open();
    const [a, b] = [await artifact(store, 'a'), await artifact(store, 'b')];
    const add = (location: string, samePlatform?: 'replace' | 'keep', platform = 'linux/arm64') =>
      addToIndex({ store, tag: 'all' }, [{ location, platform }], { samePlatform });
    await add('a');
    expect(await add('a')).toMatchObject({ result: 'exists', moved: [] });
    // The variant that is implied makes no other platform.
    await expect(add('b', undefined, 'linux/arm64/v8')).rejects.toMatchObject({ code: 'EXISTS', found: a });
    expect((await add('b', 'replace')).removed.map(({ digest }) => digest)).toEqual([a]);
    expect((await entries(store))?.map(({ digest }) => digest)).toEqual([b]);
    await add('a', 'keep');
    expect((await entries(store))?.map(({ digest }) => digest)).toEqual([a, b].toSorted());
    await expect(
      createIndex(store, [
        { location: 'a', platform: 'linux/amd64' },
        { location: 'b', platform: 'linux/amd64' },
      ]),
    ).rejects.toMatchObject({ code: 'EXISTS' });
  });

  it('has one manifest for several platforms, and gives one that had none its own', async () => {
    const store = await open();
    const a = await artifact(store, 'a');
    const add = (platform?: string, samePlatform?: 'replace') =>
      addToIndex({ store, tag: 'all' }, [{ location: a, platform }], { samePlatform });
    await add();
    await expect(add('linux/amd64')).rejects.toMatchObject({
      code: 'EXISTS',
      hint: expect.stringContaining('annotate'),
    });
    await add('linux/amd64', 'replace');
    await add('linux/arm64');
    expect(await add()).toMatchObject({ result: 'exists' });
    expect((await entries(store))?.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64']);
  });

  it('gives a platform to one member at a time: several would lose those that tell them apart', async () => {
    const store = await open();
    const digest = await artifact(store, 'a');
    const target = { store, tag: 'all' };
    for (const platform of ['linux/arm/v6', 'linux/arm/v7'])
      await addToIndex(target, [{ location: 'a', platform }], { samePlatform: 'keep' });
    const before = await entries(store);
    expect(before).toMatchObject([{ digest }, { digest }]);
    for (const member of [digest, 'linux/arm'])
      await expect(annotateIndex(target, { member, platform: 'linux/riscv64' })).rejects.toMatchObject({
        code: 'AMBIGUOUS',
        candidates: ['linux/arm/v6', 'linux/arm/v7'],
      });
    expect(await entries(store)).toEqual(before);
    await annotateIndex(target, { member: 'linux/arm/v6', platform: 'linux/riscv64' });
    expect(await entries(store)).toMatchObject([
      { platform: { architecture: 'riscv64' } },
      { platform: { variant: 'v7' } },
    ]);
  });

  it('changes none of several tags where one of them cannot be changed', async () => {
    const store = await open();
    await artifact(store, 'a');
    await artifact(store, 'b');
    for (const [tag, location] of [
      ['all', 'a'],
      ['all', 'b'],
      ['half', 'b'],
    ] as const)
      await addToIndex({ store, tag }, [location]);
    const before = await entries(store);
    // Tags of an open store are named one by one.
    const target = `${store.format({})}:all,half`;
    await expect(removeFromIndex(target, ['a'])).rejects.toMatchObject({ code: 'NO_MATCH' });
    const changes = { member: 'a', annotations: { k: 'v' } };
    await expect(annotateIndex(target, changes)).rejects.toMatchObject({ code: 'NO_MATCH' });
    const others = `${store.format({})}:all,b`;
    await expect(annotateIndex(others, { annotations: { k: 'v' } })).rejects.toMatchObject({ code: 'EXISTS' });
    expect(await entries(store)).toEqual(before);
    expect((await store.manifest({ tag: 'all' })).content.annotations).toBeUndefined();
    await removeFromIndex(target, ['b']);
    expect([await entries(store), await entries(store, 'half')]).toMatchObject([[{}], []]);
  });

  it('gives a member up by its tag, its digest and its platform, and says what it lacks', async () => {
    const store = await open();
    const digests = [await artifact(store, 'a'), await artifact(store, 'b'), await artifact(store, 'c')];
    const platforms = ['linux/amd64', 'linux/arm64', undefined];
    const members = digests.map((location, n) => ({ location, platform: platforms[n] }));
    await createIndex(store, members, { tags: ['all', 'other'] });
    const target = { store, tag: 'all' };
    const removed = await removeFromIndex(target, ['linux/arm64', 'a']);
    expect(removed.removed.map(({ digest }) => digest)).toEqual(digests.slice(0, 2));
    expect((await removeFromIndex(target, [digests[2] ?? ''])).manifests).toEqual([]);
    await expect(removeFromIndex(target, ['c'])).rejects.toMatchObject({ code: 'NO_MATCH' });
    await expect(removeFromIndex({ store, tag: 'other' }, ['linux/s390x', 'a'])).rejects.toMatchObject({
      code: 'NO_MATCH',
      candidates: ['linux/amd64', 'linux/arm64', digests[2]],
    });
    expect(await entries(store, 'other')).toHaveLength(3);
    await expect(removeFromIndex({ store, tag: 'none' }, ['a'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // The manifests stay.
    for (const digest of digests)
      expect(await store.hasManifest((await store.resolve({ tag: 'a' })).digest)).toBe(!!digest);
  });

  it('gets annotations, its type, and platforms of its members', async () => {
    const store = await open();
    const a = await artifact(store, 'a');
    await createIndex(store, [{ location: 'a', annotations: { old: '1' } }, a], { tags: ['all'] });
    const target = { store, tag: 'all' };
    const type = { artifactType: 'application/x.tools', annotations: { b: '2', a: '1' } };
    expect(await annotateIndex(target, type)).toMatchObject({ ...type, result: 'written' });
    expect(await annotateIndex(target, type)).toMatchObject({ result: 'exists' });
    await annotateIndex(target, { member: 'a', platform: 'linux/arm64', annotations: { old: null, new: 'x' } });
    expect(await entries(store)).toEqual([
      expect.objectContaining({ annotations: { new: 'x' }, platform: { os: 'linux', architecture: 'arm64' } }),
    ]);
    const bare = await annotateIndex(target, { annotations: { a: null, b: null, none: null } });
    expect(bare).not.toHaveProperty('annotations');
    // Made at once, the index has the same bytes.
    const members = [{ location: a, platform: 'linux/arm64', annotations: { new: 'x' } }];
    const { artifactType } = type;
    expect((await createIndex(store, members, { artifactType })).digest).toBe(bare.digest);
    await expect(annotateIndex(target, { member: 'linux/s390x', annotations: { a: '' } })).rejects.toMatchObject({
      code: 'NO_MATCH',
    });
  });

  it('brings members of other places along, with all that they need, and only what is attached where that is asked', async () => {
    const [store, from] = [await open(), await newLayout()];
    await image(from, 'one', { os: 'linux', architecture: 'amd64' });
    const index = await createIndex(from, ['one'], { tags: ['nested'] });
    const [child] = index.manifests;
    const attached = await push(from, [{ name: 'sbom', content: 'x' }], { artifactType: 'application/x.sbom' });
    await from.putManifest(
      written({
        ...JSON.parse(Buffer.from(attached.manifest.bytes).toString()),
        subject: { mediaType: index.mediaType, digest: index.digest, size: index.size },
      }),
    );
    const made = await createIndex(store, [{ location: { store: from, tag: 'nested' } }], { tags: ['all'] });
    expect(made.copied?.objects).toBeGreaterThan(2);
    expect(made.manifests[0]).not.toHaveProperty('platform');
    expect(await store.hasManifest(child?.digest ?? index.digest)).toBe(true);
    const subject = (await from.resolve({ tag: 'nested' })).digest;
    expect(await listDigests(store, { ...made, digest: subject })).toEqual([]);
    await addToIndex({ store, tag: 'all' }, [{ location: { store: from, tag: 'nested' } }], { recursive: true });
    expect(await listDigests(store, { ...made, digest: subject })).toHaveLength(1);
    const tags: string[] = [];
    for await (const tag of store.tags()) if (!tag.startsWith('sha256-')) tags.push(tag);
    expect(tags).toEqual(['all']);
  });

  it('says what it would do, and does nothing', async () => {
    const [store, from] = [await open(), await newLayout()];
    await artifact(from, 'a');
    const member = { location: { store: from, tag: 'a' }, platform: 'linux/amd64' };
    const planned = await addToIndex({ store, tag: 'all' }, [member], { dryRun: true });
    expect(planned).toMatchObject({ dryRun: true, result: 'written' });
    expect(await store.findTag('all')).toBeUndefined();
    expect(await store.hasManifest(planned.manifests[0]?.digest ?? planned.digest)).toBe(false);
    expect((await createIndex(store, [member], { tags: ['all'], dryRun: true })).digest).toBe(planned.digest);
    expect((await addToIndex({ store, tag: 'all' }, [member])).digest).toBe(planned.digest);
    const without = await removeFromIndex({ store, tag: 'all' }, ['linux/amd64'], { dryRun: true });
    expect(without.manifests).toEqual([]);
    expect(await entries(store)).toHaveLength(1);
  });

  it('keeps the type of a list of Docker, and all that it does not know', async () => {
    const store = await open();
    const a = await store.resolve({ digest: undefined, tag: (await artifact(store, 'a')) && 'a' });
    const list = 'application/vnd.docker.distribution.manifest.list.v2+json';
    const entry = { ...a, platform: { os: 'linux', architecture: 'amd64', features: ['sse4'] }, 'x.more': 1 };
    await store.putManifest(written({ schemaVersion: 2, mediaType: list, manifests: [entry], 'x.top': true }), {
      tags: ['all'],
    });
    await artifact(store, 'b');
    const { mediaType } = await addToIndex({ store, tag: 'all' }, [{ location: 'b', platform: 'linux/arm64' }]);
    expect(mediaType).toBe(list);
    await annotateIndex({ store, tag: 'all' }, { member: 'b', annotations: { k: 'v' } });
    await expect(annotateIndex({ store, tag: 'all' }, { annotations: { k: 'v' } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    const { bytes } = await store.manifest({ tag: 'all' });
    expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({
      mediaType: list,
      'x.top': true,
      manifests: [entry, { annotations: { k: 'v' } }],
    });
  });

  it('gets an artifact for a platform by push, beside those of others', async () => {
    const store = await open();
    const pushTo = (platform: string, content: string) =>
      push({ store, tag: 'all' }, [{ name: 'tool', content }], { platform, tags: ['latest'] });
    const first = await pushTo('linux/amd64', 'a');
    resultSchemas.push.parse(JSON.parse(JSON.stringify(first)));
    expect(first.index).toMatchObject({ platform: 'linux/amd64', removed: [] });
    expect(first.index?.moved.map(({ tag }) => tag)).toEqual(['all', 'latest']);
    const second = await pushTo('linux/arm64', 'b');
    const third = await pushTo('linux/amd64', 'c');
    expect(third.index?.removed.map(({ digest }) => digest)).toEqual([first.digest]);
    for (const tag of ['all', 'latest'])
      expect((await entries(store, tag))?.map(({ digest }) => digest)).toEqual([third.digest, second.digest]);
    expect((await pushTo('linux/amd64', 'c')).index?.moved).toEqual([]);
    await artifact(store, 'single');
    await expect(
      push({ store, tag: 'single' }, [], { platform: 'linux/amd64', artifactType: 'a/b' }),
    ).rejects.toMatchObject({
      code: 'EXISTS',
      message: expect.stringContaining('not an index'),
    });
    await expect(push(store, [], { platform: 'linux/amd64', artifactType: 'a/b' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it.sequential('ends for two that want the same at once: the last one gets it', async () => {
    const store = await open();
    const pushed = await Promise.all(
      ['a', 'b', 'c'].map((content) =>
        push({ store, tag: 'all' }, [{ name: 'tool', content }], { platform: 'linux/amd64' }),
      ),
    );
    const [entry, ...more] = (await entries(store)) ?? [];
    expect(more).toEqual([]);
    expect(pushed.map(({ digest }) => digest)).toContain(entry?.digest);
    const values = ['1', '2', '3'];
    await Promise.all(values.map((k) => annotateIndex({ store, tag: 'all' }, { annotations: { k } })));
    expect(values).toContain((await store.manifest({ tag: 'all' })).content.annotations?.k);
    await Promise.all(values.map((own) => annotate({ store, tag: 'all' }, { own })));
    expect(values).toContain((await store.manifest({ tag: 'all' })).content.annotations?.own);
  }, 30_000);
});
