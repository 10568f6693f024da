import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { parseManifest } from '../../../src/oci/documents/manifest.js';
import { parsePlatform } from '../../../src/oci/values/platform.js';
import { annotate } from '../../../src/operations/annotate/annotate.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { discover } from '../../../src/operations/discover/discover.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { HandWrittenLayout, tagged } from '../../store/layout/support/by-hand.js';
import { pushImage, text, writeContent } from '../../store/support/artifacts.js';
import { runAtOnce } from '../../support/at-once.js';
import { newLayout, PLACES } from '../support/places.js';

const bytesAt = async (store: Store, tag: string) => Buffer.from((await store.manifest({ tag })).bytes).toString();

runAtOnce();

describe.concurrent.each(PLACES)('annotate in %s', (_name, open) => {
  it('sets and removes annotations, and moves the tag', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1', 'other'] });
    const before = Buffer.from(image.bytes).toString();
    const result = await annotate({ store, tag: 'v1' }, { b: '2', a: 'x', gone: null });
    expect(result).toMatchObject({
      annotations: { a: 'x', b: '2' },
      tag: 'v1',
      result: 'written',
      was: { digest: image.descriptor.digest },
      left: [],
    });
    expect(await bytesAt(store, 'v1')).toBe(`${before.slice(0, -1)},"annotations":{"a":"x","b":"2"}}`);
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(result.digest);
    expect(await bytesAt(store, 'other')).toBe(before);
    expect(await annotate({ store, tag: 'v1' }, { a: null, b: null })).toMatchObject({
      digest: image.descriptor.digest,
    });
    expect(await bytesAt(store, 'v1')).toBe(before);
  });

  it('writes nothing where nothing changes, and in a dry run', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    const { digest } = await annotate({ store, tag: 'v1' }, { a: '1' });
    expect(await annotate({ store, tag: 'v1' }, { a: '1', b: null })).toMatchObject({ result: 'exists', digest });
    const planned = await annotate({ store, tag: 'v1' }, { a: '2' }, { dryRun: true });
    expect(planned).toMatchObject({ dryRun: true, result: 'written', was: { digest } });
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(digest);
    await expect(store.manifest({ digest: planned.digest })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await annotate({ store, tag: 'v1' }, { a: '2' })).digest).toBe(planned.digest);
  });

  it('counts what stays attached to the old digest', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    for (const [name, artifactType] of [
      ['a', 'application/spdx+json'],
      ['b', 'application/spdx+json'],
      ['c', 'application/vnd.cncf.notary.signature'],
      ['d', 'application/vnd.example'],
    ] as const)
      await attach({ store, tag: 'v1' }, [{ name, content: name }], { artifactType });
    const { left, digest } = await annotate({ store, tag: 'v1' }, { a: '1' });
    const count = (kind?: string) => left.find((one) => one.kind === kind)?.count;
    expect([count('sbom'), count('signature'), count()]).toEqual([2, 1, 1]);
    expect((await discover({ store, digest: image.descriptor.digest })).referrers).toHaveLength(4);
    expect((await discover({ store, digest })).referrers).toEqual([]);
  });

  it('writes by digest where no tag is named, and lists a new version of an attachment', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const old = await attach({ store, tag: 'v1' }, [{ name: 'a', content: 'a' }], {
      artifactType: 'application/vnd.example',
    });
    const result = await annotate({ store, digest: old.digest }, { 'org.example.state': 'late' });
    expect(result).toMatchObject({ was: { digest: old.digest }, listedBy: old.listedBy });
    expect(result.tag).toBeUndefined();
    const { referrers } = await discover({ store, tag: 'v1' });
    expect(referrers.map(({ digest }) => digest).sort()).toEqual([old.digest, result.digest].sort());
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(image.descriptor.digest);
  });

  it('changes the index itself, and no platform of it', async () => {
    const store = await open();
    const image = await pushImage(store, 'image');
    const index = buildIndex({
      manifests: [{ ...image.descriptor, platform: { os: 'linux', architecture: 'arm64' } }],
    });
    await store.putManifest(index, { tags: ['all'] });
    const { digest } = await annotate({ store, tag: 'all' }, { a: '1' });
    const after = await store.manifest({ digest });
    expect(after).toMatchObject({ kind: 'index', content: { ...index.content, annotations: { a: '1' } } });
  });

  it('writes only where the tag names the digest beside it', async () => {
    const store = await open();
    const [one, two] = [
      await pushImage(store, 'one', { tags: ['v1'] }),
      await pushImage(store, 'two', { tags: ['v2'] }),
    ];
    const { digest } = one.descriptor;
    await expect(annotate({ store, tag: 'v2', digest }, { a: '1' })).rejects.toMatchObject({
      code: 'CHANGED',
      expected: digest,
      found: two.descriptor.digest,
    });
    expect(await annotate({ store, tag: 'v1', digest }, { a: '1' })).toMatchObject({ tag: 'v1', result: 'written' });
  });

  it.sequential('loses nothing of sixteen who annotate one tag at once', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    await annotate({ store, tag: 'v1' }, { old: '1' });
    const keys = Array.from({ length: 16 }, (_, n) => `org.example.${String(n).padStart(2, '0')}`);
    await Promise.all(keys.map((key) => annotate({ store, tag: 'v1' }, { [key]: 'x', old: null })));
    const { content } = await store.manifest({ tag: 'v1' });
    expect(content.annotations).toEqual(Object.fromEntries(keys.map((key) => [key, 'x'])));
    expect(Object.keys(content.annotations ?? {})).toEqual(keys);
  }, 120_000);

  it('refuses what cannot be done', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const at = { store, tag: 'v1' };
    const INVALID = { code: 'INVALID_ARGUMENT' };
    await expect(annotate(at, {})).rejects.toMatchObject(INVALID);
    await expect(annotate(at, { '': 'x' })).rejects.toMatchObject(INVALID);
    await expect(annotate(at, { 'org.opencontainers.image.created': 'now' })).rejects.toMatchObject(INVALID);
    await expect(annotate(at, { a: 'x'.repeat(4 * 1024 * 1024) })).rejects.toMatchObject(INVALID);
    await expect(annotate({ store }, { a: '1' })).rejects.toMatchObject(INVALID);
    await expect(annotate({ store, tag: 'none' }, { a: '1' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(image.descriptor.digest);
  });
});

describe('annotate', () => {
  it('keeps every other byte, as another tool wrote it', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image');
    const plain = await store.manifest({ digest: descriptor.digest });
    const document = { ...JSON.parse(Buffer.from(plain.bytes).toString()), unknown: { b: 1, a: [] } };
    const odd = JSON.stringify({ ...document, annotations: { z: '<', a: 'ä' }, last: null }, null, 3).replace(
      '<',
      '\\u003c',
    );
    await store.putManifest(parseManifest(Buffer.from(odd)), { tags: ['v1'] });
    await annotate({ store, tag: 'v1' }, { a: 'b"\u202e\n', 'k/é': '$&' });
    const after = odd.replace('"ä"', () => JSON.stringify('b"\u202e\n'));
    expect(await bytesAt(store, 'v1')).toBe(
      after.replace(/("a": "b.*")(\n)/, (_all, a, end) => `${a},\n      "k/é": "$&"${end}`),
    );
  });

  it('takes annotations that are null for none, and refuses those that are a list', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image');
    const plain = Buffer.from((await store.manifest({ digest: descriptor.digest })).bytes).toString();
    const withAnnotations = (json: string) =>
      parseManifest(Buffer.from(plain.replace(/\}$/, `,"annotations":${json}}`)));
    await store.putManifest(withAnnotations('null'), { tags: ['v1'] });
    await annotate({ store, tag: 'v1' }, { a: '1' });
    expect(await bytesAt(store, 'v1')).toContain('"annotations":{"a":"1"}}');
    await store.putManifest(withAnnotations('[]'), { tags: ['v2'] });
    await expect(annotate({ store, tag: 'v2' }, { a: '1' })).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('refuses a format without annotations', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image');
    const { bytes } = await store.manifest({ digest: descriptor.digest });
    const docker = Buffer.from(bytes)
      .toString()
      .replace('application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json');
    await writeContent(store, text('{}'));
    await store.putManifest(parseManifest(Buffer.from(docker)), { tags: ['v1'] });
    await expect(annotate({ store, tag: 'v1' }, { a: '1' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: 'application/vnd.docker.distribution.manifest.v2+json',
    });
  });
});

it('advises no platform where a layout has a name several times, since it takes none', async () => {
  const layout = await HandWrittenLayout.begin();
  const images = [await layout.image('one'), await layout.image('two')];
  const on = (platform: string) => ({ platform: parsePlatform(platform) });
  await layout.index(
    images.map((each, at) => tagged({ ...each, ...on(at === 0 ? 'linux/amd64' : 'linux/arm64') }, 'v1')),
  );
  await expect(annotate(`oci:${layout.directory}:v1`, { a: '1' })).rejects.toMatchObject({
    code: 'AMBIGUOUS',
    hint: expect.not.stringContaining('--platform'),
  });
});
