import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { parsePlatform } from '../../../src/oci/values/platform.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { resultSchemas } from '../../../src/operations/schemas/schemas.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { HandWrittenLayout, tagged } from '../../store/layout/support/by-hand.js';
import { begin } from '../../store/registry/support/start.js';
import { listDigests, pushImage, text, writeContent } from '../../store/support/artifacts.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';

const SPDX = (name: string) => JSON.stringify({ spdxVersion: 'SPDX-2.3', name });
const TEMPLATE = 'sbom-{os}-{arch}{variant}.spdx.json';
const FILES = {
  'sbom-linux-amd64.spdx.json': SPDX('amd64'),
  'sbom-linux-arm64v8.spdx.json': SPDX('arm64'),
  'sbom-linux-s390x.spdx.json': SPDX('s390x'),
};

/** An image whose config names its platform. */
async function image(store: Store, platform: string, tag?: string): Promise<Descriptor> {
  const { os, architecture, variant } = parsePlatform(platform);
  const config = text(JSON.stringify({ os, architecture, variant }));
  await writeContent(store, config);
  const manifest = buildManifest({
    config: { ...config.descriptor, mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: [],
  });
  await store.putManifest(manifest, tag === undefined ? { child: true } : { tags: [tag] });
  return manifest.descriptor;
}

/** An index with an image, an index with another one, an entry whose config alone has a platform, and an attestation. */
async function platforms(store: Store) {
  const amd64 = await image(store, 'linux/amd64');
  const arm64 = await image(store, 'linux/arm64/v8');
  const s390x = await image(store, 'linux/s390x');
  const inner = buildIndex({ manifests: [{ ...arm64, platform: parsePlatform('linux/arm64/v8') }] });
  await store.putManifest(inner, { child: true });
  const attestation = await pushImage(store, 'attestation', { child: true });
  const outer = buildIndex({
    manifests: [
      { ...amd64, platform: parsePlatform('linux/amd64') },
      inner.descriptor,
      {
        ...attestation.descriptor,
        platform: parsePlatform('unknown/unknown'),
        annotations: {
          'vnd.docker.reference.type': 'attestation-manifest',
          'vnd.docker.reference.digest': amd64.digest,
        },
      },
      s390x,
    ],
  });
  await store.putManifest(outer, { tags: ['multi'] });
  return { index: outer.descriptor, inner: inner.descriptor, amd64, arm64, s390x };
}

const require = ['sbom'];
const settle = false;

describe.each(PLACES)('attach to each platform in %s', (_what, open) => {
  it('gives each platform its own file, at every depth, and the gate agrees', async () => {
    await inDirectory(FILES);
    const store = await open();
    const { index, inner, amd64, arm64, s390x } = await platforms(store);
    const result = await attach({ store, tag: 'multi' }, [TEMPLATE], { eachPlatform: true, settle });
    expect(result.subject).toMatchObject(index);
    expect(result.withoutPlatform).toBeUndefined();
    const shown = result.attachments.map(({ platform, subject, layers }) => [
      platform,
      subject.digest,
      layers[0]?.annotations?.['org.opencontainers.image.title'],
    ]);
    expect(shown.sort()).toEqual([
      ['linux/amd64', amd64.digest, 'sbom-linux-amd64.spdx.json'],
      ['linux/arm64/v8', arm64.digest, 'sbom-linux-arm64v8.spdx.json'],
      ['linux/s390x', s390x.digest, 'sbom-linux-s390x.spdx.json'],
    ]);
    for (const { subject, digest } of result.attachments) expect(await listDigests(store, subject)).toEqual([digest]);
    for (const holder of [index, inner]) expect(await listDigests(store, holder)).toEqual([]);
    for (const requireOn of ['any', 'platforms'] as const)
      expect((await discover({ store, tag: 'multi' }, { require, requireOn })).missing).toEqual([]);
    expect((await discover({ store, tag: 'multi' }, { require, requireOn: 'index' })).missing).toHaveLength(1);
    resultSchemas.attach.parse(JSON.parse(JSON.stringify(result)));
    const again = await attach({ store, tag: 'multi' }, [TEMPLATE], { eachPlatform: true, settle });
    expect(again.attachments.map(({ result: how, digest }) => [how, digest])).toEqual(
      result.attachments.map(({ digest }) => ['exists', digest]),
    );
  });

  it('attaches the file of each platform where all are one manifest, equal content once', async () => {
    const names = ['amd64', 'arm64', 'armv7'].map((name) => `sbom-linux-${name}.spdx.json`);
    const [first = '', second = '', third = ''] = names;
    await inDirectory({ [first]: SPDX('one'), [second]: SPDX('two'), [third]: SPDX('one') });
    const store = await open();
    const tool = await image(store, 'linux/amd64');
    const index = buildIndex({
      manifests: ['linux/amd64', 'linux/arm64', 'linux/arm/v7'].map((name) => ({
        ...tool,
        platform: parsePlatform(name),
      })),
    });
    await store.putManifest(index, { tags: ['same'] });
    const asked = { eachPlatform: true, settle } as const;
    const planned = await attach({ store, tag: 'same' }, [TEMPLATE], { ...asked, dryRun: true });
    const { attachments } = await attach({ store, tag: 'same' }, [TEMPLATE], asked);
    expect(attachments.map(({ platform, subject }) => [platform, subject.digest])).toEqual([
      ['linux/amd64', tool.digest],
      ['linux/arm64', tool.digest],
      ['linux/arm/v7', tool.digest],
    ]);
    const digests = attachments.map(({ digest }) => digest);
    expect(planned.attachments.map(({ digest }) => digest)).toEqual(digests);
    expect(digests[2]).toBe(digests[0]);
    expect([...(await listDigests(store, tool))].sort()).toEqual(digests.slice(0, 2).sort());
    await rm(third);
    await expect(attach({ store, tag: 'same' }, [TEMPLATE], asked)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      candidates: [third],
    });
  });

  it('goes on where it was interrupted', async () => {
    await inDirectory(FILES);
    const store = await open();
    const { arm64 } = await platforms(store);
    const first = await attach({ store, digest: arm64.digest }, ['sbom-linux-arm64v8.spdx.json'], { settle });
    const { attachments } = await attach({ store, tag: 'multi' }, [TEMPLATE], { eachPlatform: true, settle });
    const results = attachments.map(({ platform, result, digest }) => [platform, result, digest]);
    expect(results).toContainEqual(['linux/arm64/v8', 'exists', first.digest]);
    expect(results.filter(([, result]) => result === 'written')).toHaveLength(2);
  });

  it.each([
    ['platforms', false],
    ['both', true],
  ] as const)('attaches one file to %s, and the gate agrees', async (to, onIndex) => {
    const store = await open();
    const { index, amd64, arm64, s390x } = await platforms(store);
    const file = { content: SPDX('all'), name: 'all.spdx.json' };
    const { attachments } = await attach({ store, tag: 'multi' }, [file], { to, settle });
    expect(attachments.map(({ subject }) => subject.digest).sort()).toEqual(
      [...(onIndex ? [index] : []), amd64, arm64, s390x].map(({ digest }) => digest).sort(),
    );
    for (const requireOn of ['any', 'platforms'] as const)
      expect((await discover({ store, tag: 'multi' }, { require, requireOn })).missing).toEqual([]);
    const { missing } = await discover({ store, tag: 'multi' }, { require, requireOn: 'index' });
    expect(missing).toHaveLength(onIndex ? 0 : 1);
  });

  it('takes the index alone for all of its platforms, as the gate does', async () => {
    const store = await open();
    const { index } = await platforms(store);
    const file = { content: SPDX('all'), name: 'all.spdx.json' };
    await attach({ store, tag: 'multi' }, [file], { to: 'index', settle });
    const found = await discover({ store, tag: 'multi' }, { require });
    expect([found.missing, found.onIndex?.length]).toEqual([[], 3]);
    expect((await discover({ store, tag: 'multi' }, { require, requireOn: 'platforms' })).missing).toHaveLength(3);
    const one = { require, platform: 'linux/arm64' };
    const chosen = await discover({ store, tag: 'multi' }, one);
    expect([chosen.missing, chosen.onIndex]).toMatchObject([[], [{ index: index.digest }]]);
    expect(chosen.referrers).toEqual([]);
    const itself = await discover({ store, tag: 'multi' }, { ...one, requireOn: 'platforms' });
    expect(itself.missing).toMatchObject([{ onIndex: true }]);
    expect((await discover({ store, tag: 'multi' }, { ...one, requireOn: 'index' })).missing).toHaveLength(1);
  });

  it('takes an image for itself: by the platform of its config, and for all of --to', async () => {
    await inDirectory(FILES);
    const store = await open();
    const one = await image(store, 'linux/arm64/v8', 'one');
    const each = await attach({ store, tag: 'one' }, [TEMPLATE], { eachPlatform: true, settle });
    expect(each.attachments).toMatchObject([{ platform: 'linux/arm64/v8', subject: { digest: one.digest } }]);
    for (const to of ['platforms', 'both'] as const) {
      const same = await attach({ store, tag: 'one' }, ['sbom-linux-arm64v8.spdx.json'], { to, settle });
      expect(same.attachments).toMatchObject([{ digest: each.attachments[0]?.digest, result: 'exists' }]);
    }
    expect((await discover({ store, tag: 'one' }, { require })).missing).toEqual([]);
  });

  it('names all files that are missing, each with its platform, and writes nothing', async () => {
    await inDirectory({ 'sbom-linux-amd64.spdx.json': SPDX('amd64') });
    const store = await open();
    const { amd64 } = await platforms(store);
    await expect(attach({ store, tag: 'multi' }, [TEMPLATE], { eachPlatform: true, settle })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(
        /sbom-linux-arm64v8\.spdx\.json for linux\/arm64\/v8.*sbom-linux-s390x\.spdx\.json for linux\/s390x|sbom-linux-s390x\.spdx\.json for linux\/s390x.*sbom-linux-arm64v8\.spdx\.json for linux\/arm64\/v8/,
      ),
    });
    expect(await listDigests(store, amd64)).toEqual([]);
  });

  it('tells what it would write, and writes nothing', async () => {
    await inDirectory(FILES);
    const store = await open();
    const { amd64 } = await platforms(store);
    const told = await attach({ store, tag: 'multi' }, [TEMPLATE], { eachPlatform: true, dryRun: true });
    expect(await listDigests(store, amd64)).toEqual([]);
    resultSchemas.attach.parse(JSON.parse(JSON.stringify(told)));
    const { attachments } = await attach({ store, tag: 'multi' }, [TEMPLATE], { eachPlatform: true, settle });
    const pairs = (all: readonly { readonly platform?: string; readonly digest: string }[]) =>
      all.map(({ platform, digest }) => [platform, digest]);
    expect(pairs(told.attachments)).toEqual(pairs(attachments));
  });
});

describe('files for each platform', () => {
  it.each([
    ['sbom.spdx.json', 'no placeholder'],
    ['sbom-{os}-{architecture}.json', 'unknown placeholder'],
    ['sbom-{}.json', 'unknown placeholder'],
    ['sbom-{os.json', 'unpaired brace'],
    ['sbom-{os}}.json', 'unpaired brace'],
  ])('refuses the template %s before any request', async (template, fault) => {
    const { store, registry } = await begin();
    await expect(attach({ store, tag: 'multi' }, [template], { eachPlatform: true })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(fault),
    });
    expect(registry.requests).toEqual([]);
  });

  it('looks for all files, and reads them, before the first request that writes', async () => {
    const directory = await inDirectory({ ...FILES, 'sbom-linux-s390x.spdx.json': 'not an SBOM' });
    const { store, registry } = await begin();
    await platforms(store);
    const before = registry.requests.length;
    const writes = () => registry.requests.slice(before).filter(({ method }) => !['GET', 'HEAD'].includes(method));
    const options = { eachPlatform: true, settle } as const;
    await expect(attach({ store, tag: 'multi' }, [TEMPLATE], options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('sbom-linux-s390x.spdx.json'),
    });
    await rm(join(directory, 'sbom-linux-s390x.spdx.json'));
    await expect(attach({ store, tag: 'multi' }, [TEMPLATE], options)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(writes()).toEqual([]);
  });

  it('says which file is there where the index has a variant, and the name lacks it', async () => {
    await inDirectory({ 'sbom-linux-arm64.spdx.json': SPDX('arm64') });
    const store = await newLayout();
    await image(store, 'linux/arm64/v8', 'one');
    await expect(attach({ store, tag: 'one' }, [TEMPLATE], { eachPlatform: true })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      candidates: ['sbom-linux-arm64v8.spdx.json'],
      hint: 'sbom-linux-arm64.spdx.json is there: rename it, or leave out {variant}',
    });
  });

  it('refuses a file for two platforms, and takes one for two manifests of a platform', async () => {
    await inDirectory({ 'sbom-windows.json': SPDX('windows') });
    const store = await newLayout();
    const one = await image(store, 'windows/amd64');
    const two = await image(store, 'windows/arm64');
    const on = (descriptor: Descriptor, platform: string) => ({ ...descriptor, platform: parsePlatform(platform) });
    const tagAs = (tag: string, ...manifests: Descriptor[]) =>
      store.putManifest(buildIndex({ manifests }), { tags: [tag] });
    await tagAs('builds', on(one, 'windows:10.0.1/amd64'), on(two, 'windows:10.0.2/amd64'));
    await tagAs('same', on(one, 'windows/amd64'), on(two, 'windows/amd64'));
    const features = { os: 'windows', architecture: 'amd64', 'os.features': ['win32k'] };
    await tagAs('features', on(one, 'windows/amd64'), { ...two, platform: features });
    const options = { eachPlatform: true } as const;
    await expect(attach({ store, tag: 'builds' }, ['sbom-{os}.json'], options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('both windows:10.0.1/amd64 and windows:10.0.2/amd64'),
      hint: expect.stringContaining('{os.version}'),
    });
    await expect(attach({ store, tag: 'features' }, ['sbom-{os}.json'], options)).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      candidates: [one.digest, two.digest],
    });
    await inDirectory({ 'sbom-windows.spdx.json': SPDX('windows') });
    const { attachments } = await attach({ store, tag: 'same' }, ['sbom-{os}.spdx.json'], options);
    expect(attachments.map(({ subject }) => subject.digest)).toEqual([one.digest, two.digest]);
    await inDirectory({ '10.0.1.spdx.json': SPDX('1'), '10.0.2.spdx.json': SPDX('2') });
    expect((await attach({ store, tag: 'builds' }, ['{os.version}.spdx.json'], options)).attachments).toHaveLength(2);
  });

  it.each(['../secret', '..', 'a/b', 'a\\b', '\u001b[31m'])('does not read where the platform %j leads', async (os) => {
    await inDirectory({ 'secret.json': SPDX('secret'), 'dir/x': '' });
    const store = await newLayout();
    const one = await image(store, 'linux/amd64');
    const index = buildIndex({ manifests: [{ ...one, platform: { os, architecture: 'amd64' } }] });
    await store.putManifest(index, { tags: ['multi'] });
    const attached = attach({ store, tag: 'multi' }, ['dir/{os}.json'], { eachPlatform: true });
    await expect(attached).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('leaves out an entry that names no platform, and says so', async () => {
    await inDirectory(FILES);
    const store = await newLayout();
    const amd64 = await image(store, 'linux/amd64');
    const chart = await pushImage(store, 'a chart', { child: true });
    const index = buildIndex({
      manifests: [{ ...amd64, platform: parsePlatform('linux/amd64') }, chart.descriptor],
    });
    await store.putManifest(index, { tags: ['multi'] });
    const result = await attach({ store, tag: 'multi' }, [TEMPLATE], { eachPlatform: true });
    expect(result.attachments).toHaveLength(1);
    expect(result.withoutPlatform).toMatchObject([{ digest: chart.descriptor.digest }]);
    await store.putManifest(chart, { tags: ['chart'] });
    await expect(attach({ store, tag: 'chart' }, [TEMPLATE], { eachPlatform: true })).rejects.toMatchObject({
      code: 'NO_MATCH',
    });
  });

  it('may be several: they become one artifact, with their types', async () => {
    const names = Object.keys(FILES).map((name) => name.replace('.spdx.json', '.txt'));
    await inDirectory({ ...FILES, ...Object.fromEntries(names.map((name) => [name, name])) });
    const store = await newLayout();
    await platforms(store);
    const files = [TEMPLATE, { path: 'sbom-{os}-{arch}{variant}.txt', mediaType: 'text/markdown' }];
    const artifactType = 'application/spdx+json';
    const { attachments } = await attach({ store, tag: 'multi' }, files, { eachPlatform: true, artifactType });
    for (const { layers } of attachments)
      expect(layers.map(({ mediaType }) => mediaType)).toEqual([expect.anything(), 'text/markdown']);
  });

  it('are found for entries of one name in a layout, which differ by platform', async () => {
    await inDirectory(FILES);
    const layout = await HandWrittenLayout.begin();
    const names = ['linux/amd64', 'linux/s390x'];
    const images = await Promise.all(names.map((platform) => layout.image(platform)));
    await layout.index(images.map((each, at) => tagged({ ...each, platform: parsePlatform(names[at] ?? '') }, 'v1')));
    const result = await attach(`oci:${layout.directory}:v1`, [TEMPLATE], { eachPlatform: true });
    expect(result.subject).toBeUndefined();
    expect(result.attachments.map(({ platform }) => platform)).toEqual(names);
  });

  it('refuses a file that two platforms share beside a file of their own', async () => {
    await inDirectory({ ...FILES, 'notes-linux.txt': 'of one of them' });
    const store = await newLayout();
    await platforms(store);
    const files = [TEMPLATE, { path: 'notes-{os}.txt', mediaType: 'text/plain' }];
    const options = { eachPlatform: true, artifactType: 'application/spdx+json' } as const;
    await expect(attach({ store, tag: 'multi' }, files, options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/names notes-linux\.txt for both linux/),
    });
  });

  it('attaches to no platform whose manifest is not there, nor with the size that the index tells', async () => {
    await inDirectory(FILES);
    const layout = await HandWrittenLayout.begin();
    const amd64 = await layout.image('linux/amd64');
    const gone = { mediaType: amd64.mediaType, digest: parseDigest(`sha256:${'a'.repeat(64)}`), size: 7 };
    const on = (descriptor: Descriptor, platform: string) => ({ ...descriptor, platform: parsePlatform(platform) });
    const sparse = buildIndex({ manifests: [on(amd64, 'linux/amd64'), on(gone, 'linux/s390x')] });
    const lying = buildIndex({ manifests: [on({ ...amd64, size: amd64.size + 1 }, 'linux/amd64')] });
    for (const { bytes, descriptor } of [sparse, lying])
      await layout.blob(Buffer.from(bytes).toString(), descriptor.mediaType);
    await layout.index([tagged(sparse.descriptor, 'sparse'), tagged(lying.descriptor, 'lying')]);
    const at = (tag: string) => `oci:${layout.directory}:${tag}`;
    const named = { code: 'NOT_FOUND', message: expect.stringContaining(gone.digest) };
    const file = 'sbom-linux-s390x.spdx.json';
    await expect(attach(at('sparse'), [TEMPLATE], { eachPlatform: true })).rejects.toMatchObject(named);
    await expect(attach(at('sparse'), [file], { to: 'platforms' })).rejects.toMatchObject(named);
    await expect(attach(at('sparse'), [file], { platform: 'linux/s390x' })).rejects.toMatchObject(named);
    await expect(attach(at('sparse'), [file], { platform: 'linux/s390x', dryRun: true })).rejects.toMatchObject(named);
    expect((await discover(at('sparse'))).referrers).toEqual([]);
    const { attachments } = await attach(at('lying'), [TEMPLATE], { eachPlatform: true });
    expect(attachments).toMatchObject([{ subject: { size: amd64.size } }]);
  });

  it('says which platform failed, and what is attached already', async () => {
    await inDirectory(FILES);
    let refused = 'nothing';
    const { store } = await begin({
      fault: ({ method, path }) => (method === 'PUT' && path.endsWith(refused) ? { status: 403 } : undefined),
    });
    await platforms(store);
    const told = await attach({ store, tag: 'multi' }, [TEMPLATE], { eachPlatform: true, dryRun: true });
    refused = told.attachments.find(({ platform }) => platform === 'linux/s390x')?.digest ?? '';
    await expect(attach({ store, tag: 'multi' }, [TEMPLATE], { eachPlatform: true, settle })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(/^linux\/s390x: /),
    });
  });
});
