import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { parsePlatform } from '../../../src/oci/values/platform.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { resolvePlatform } from '../../../src/operations/attached/platform.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { inspect } from '../../../src/operations/inspect/inspect.js';
import type { Source } from '../../../src/store/interfaces/store.js';
import { openPacked } from '../../store/archive/support/packed.js';
import { HandWrittenLayout, REF_NAME, tagged } from '../../store/layout/support/by-hand.js';
import { listTags } from '../../store/support/artifacts.js';

const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/arm/v7'];

function on(image: Descriptor, platform: string, name?: string): object {
  const entry = { ...image, platform: parsePlatform(platform) };
  return name === undefined ? entry : tagged(entry, name);
}

/** A layout in which one name has an entry for each platform, without an index. */
async function variants(name?: string) {
  const layout = await HandWrittenLayout.begin();
  const images = await Promise.all(PLATFORMS.map((platform) => layout.image(platform)));
  await layout.index(images.map((image, at) => on(image, PLATFORMS[at] ?? '', name)));
  return { layout, images };
}

const WAYS: readonly (readonly [string, (layout: HandWrittenLayout) => Promise<Source>])[] = [
  ['a directory', (layout) => layout.open()],
  ['an archive', (layout) => openPacked(layout.directory)],
];

describe.each(WAYS)('entries of one name in %s that differ by platform', (_where, open) => {
  it.each(['v1', 'docker.io/library/a:v1', undefined])('are chosen from by platform, by the name %s', async (tag) => {
    const { layout, images } = await variants(tag);
    const store = await open(layout);
    for (const [at, platform] of PLATFORMS.entries())
      expect(await resolvePlatform(store, { tag }, parsePlatform(platform))).toMatchObject({
        digest: images[at]?.digest,
      });
    await expect(resolvePlatform(store, { tag }, parsePlatform('windows/amd64'))).rejects.toMatchObject({
      code: 'NO_MATCH',
      candidates: PLATFORMS,
    });
    await expect(store.resolve({ tag })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      message: expect.stringContaining('one for each platform'),
      candidates: PLATFORMS,
      hint: expect.stringContaining(`--platform (${PLATFORMS.join(', ')})`),
    });
  });

  it('are each once, however often they are entered', async () => {
    const { layout, images } = await variants();
    const [amd64, arm64] = images;
    if (amd64 === undefined || arm64 === undefined) throw new Error('there are images');
    await layout.index([
      on(amd64, 'linux/amd64', 'v1'),
      on(arm64, 'linux/arm64', 'v1'),
      on(amd64, 'linux/amd64', 'v1'),
    ]);
    const store = await open(layout);
    await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({ candidates: ['linux/amd64', 'linux/arm64'] });
    expect(await listTags(store)).toEqual(['v1']);
    await layout.index([on(amd64, 'linux/amd64', 'v1'), on(amd64, 'linux/amd64', 'v1')]);
    expect(await (await open(layout)).resolve({ tag: 'v1' })).toMatchObject({ digest: amd64.digest });
  });

  it('with the same platform twice, or none, are told apart by digest alone', async () => {
    const { layout, images } = await variants();
    const [one, two, three] = images;
    if (one === undefined || two === undefined || three === undefined) throw new Error('there are images');
    for (const entries of [
      [on(one, 'linux/amd64', 'v1'), on(two, 'linux/amd64', 'v1'), on(three, 'linux/arm64', 'v1')],
      [on(one, 'linux/amd64', 'v1'), tagged(two, 'v1')],
    ]) {
      await layout.index(entries);
      const store = await open(layout);
      await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({
        code: 'AMBIGUOUS',
        hint: expect.stringContaining(two.digest),
      });
      await expect(resolvePlatform(store, { tag: 'v1' }, parsePlatform('linux/amd64'))).rejects.toMatchObject({
        code: 'AMBIGUOUS',
      });
    }
  });

  it('do not count where they are attestations of BuildKit', async () => {
    const { layout, images } = await variants();
    const [image, attestation] = images;
    if (image === undefined || attestation === undefined) throw new Error('there are images');
    for (const name of ['v1', undefined]) {
      await layout.index([on(attestation, 'unknown/unknown', name), on(image, 'linux/amd64', name)]);
      expect(await (await open(layout)).resolve({ tag: name })).toMatchObject({ digest: image.digest });
    }
    await layout.index([on(attestation, 'unknown/unknown', 'v1')]);
    expect(await (await open(layout)).resolve({ tag: 'v1' })).toMatchObject({ digest: attestation.digest });
  });

  it('may be indexes, whose children are chosen', async () => {
    const { layout, images } = await variants();
    const [amd64, arm64] = images;
    if (amd64 === undefined || arm64 === undefined) throw new Error('there are images');
    const index = await layout.document({ manifests: [on(amd64, 'linux/amd64')] });
    await layout.index([on(index, 'linux/amd64', 'v1'), on(arm64, 'linux/arm64', 'v1')]);
    const chosen = await resolvePlatform(await open(layout), { tag: 'v1' }, parsePlatform('linux/amd64'));
    expect(chosen).toMatchObject({ digest: amd64.digest });
  });
});

it('is what attach, discover and inspect take', async () => {
  const { layout, images } = await variants('docker.io/library/a:v1');
  const place = `oci:${layout.directory}:docker.io/library/a:v1`;
  const file = { content: Buffer.from('{}'), name: 'x.json' };
  const platform = 'linux/arm64';
  const { subject } = await attach(place, [file], { artifactType: 'application/x.note', platform });
  expect(subject.digest).toBe(images[1]?.digest);
  const { referrers } = await discover(place, { platform });
  expect(referrers).toMatchObject([{ artifactType: 'application/x.note' }]);
  expect((await discover(place, { platform: 'linux/amd64' })).referrers).toEqual([]);
  expect(await inspect(place, { platform })).toMatchObject({ digest: images[1]?.digest });
  await expect(discover(place)).rejects.toMatchObject({ code: 'AMBIGUOUS', candidates: PLATFORMS });
  const { manifests } = JSON.parse(await layout.readIndex());
  expect(manifests).toHaveLength(4);
  expect(manifests[1].annotations[REF_NAME]).toBe('docker.io/library/a:v1');
});
