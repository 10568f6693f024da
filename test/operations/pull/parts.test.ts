import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import type { Manifest } from '../../../src/oci/documents/manifest.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { type PullOptions, pull } from '../../../src/operations/pull/pull.js';
import { read } from '../../../src/operations/pull/read.js';
import { pullSchema } from '../../../src/operations/pull/schema.js';
import { push } from '../../../src/operations/push/push.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { Content, pushImage, text, writeContent } from '../../store/support/artifacts.js';
import { tempDir, tree } from '../../support/temp.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { cosignTag } from '../support/mechanisms.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';
import { attestation, sign } from '../support/signing.js';
import { streamFrom } from './support/pulling.js';

const CONFIG = 'application/vnd.acme.config.v1+json';

/** Pulls into a new directory; the names that are there. */
async function pulled(store: Store, { descriptor }: Pick<Manifest, 'descriptor'>, options: PullOptions) {
  const output = await tempDir();
  try {
    const result = await pull({ store, digest: descriptor.digest }, { output, ...options });
    expect(pullSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    return { output, result, names: await tree(output) };
  } catch (error) {
    expect(await tree(output)).toEqual([]);
    throw error;
  }
}

const names = async (...args: Parameters<typeof pulled>) => (await pulled(...args)).names;

/** An artifact with files, one of them in a directory, and a packed directory. */
async function artifact(store: Store, more: { readonly title?: string; readonly files?: readonly string[] } = {}) {
  await inDirectory({ 'site/index.html': '<p>' });
  const files = (more.files ?? ['a.txt', 'b.json', 'docs/c.txt', '.hidden']).map((name) => ({
    content: `content of ${name}`,
    name,
    ...(name.endsWith('.json') && { mediaType: 'application/json' }),
  }));
  const { manifest } = await push(store, [...files, { path: 'site' }], { artifactType: 'application/x' });
  const config = new Content(Buffer.from('{"a": 1}'), { mediaType: CONFIG });
  await writeContent(store, config);
  const annotations = more.title === undefined ? undefined : { 'org.opencontainers.image.title': more.title };
  const whole = buildManifest({
    config: { ...config.descriptor, ...(annotations && { annotations }) },
    layers: 'layers' in manifest.content ? manifest.content.layers : [],
  });
  await store.putManifest(whole, { tags: ['v1'] });
  return whole;
}

describe.each(PLACES)('a part of an artifact in %s', (_what, open) => {
  it.each<[PullOptions, readonly string[]]>([
    [{ files: ['*.txt'] }, ['a.txt']],
    [{ files: ['**/*.txt'] }, ['a.txt', 'docs/c.txt']],
    [{ files: ['*.txt', 'b.{json,yaml}'] }, ['a.txt', 'b.json']],
    [{ files: ['.h*'] }, ['.hidden']],
    [{ files: ['site/'] }, ['site/index.html']],
    [{ files: ['site/**', '[ab].*'] }, ['a.txt', 'b.json', 'site/index.html']],
    [{ mediaTypes: ['application/json'] }, ['b.json']],
    [{ mediaTypes: ['application/json', 'application/none'] }, ['b.json']],
    [{ mediaTypes: ['application/json'], files: ['**'] }, ['b.json']],
    [{ files: ['a.txt'], config: true }, ['a.txt', 'config.json']],
    [{ files: ['config.json'], config: true }, ['config.json']],
    [{ mediaTypes: [CONFIG], config: true }, ['config.json']],
    [{ config: true }, ['.hidden', 'a.txt', 'b.json', 'config.json', 'docs/c.txt', 'site/index.html']],
    [{ files: ['b.json'], name: '{digest:8}{ext}' }, [expect.stringMatching(/^[0-9a-f]{8}\.json$/)]],
  ])('is what %j selects', async (options, expected) => {
    const store = await open();
    expect(await names(store, await artifact(store), options)).toEqual(expected);
  });

  it.each<[PullOptions, string]>([
    [{ files: ['*.md'] }, 'has no file that fits "*.md"'],
    [{ files: ['a.txt', '*.md'] }, 'has no file that fits "*.md"'],
    [{ files: ['*.txt', 'site/index.html'] }, 'has no file that fits "site/index.html"'],
    [{ files: ['config.json'] }, 'has no file that fits "config.json"'],
    [{ mediaTypes: ['text/x-none'], config: true }, 'has no file that has the media type text/x-none'],
    [{ mediaTypes: ['application/json'], files: ['a.txt'] }, 'has the media type application/json and such a name'],
  ])('is an error that lists what is there, for %j', async (options, message) => {
    const store = await open();
    const error = await pulled(store, await artifact(store), options).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'NO_MATCH',
      message: expect.stringContaining(message),
      candidates: expect.arrayContaining(['b.json (application/json)', 'docs/c.txt (text/plain)']),
      hint: expect.stringMatching(/^It has a\.txt \(text\/plain\), .*; a packed directory is taken whole$/),
    });
  });

  it('leads on to files in directories', async () => {
    const store = await open();
    await expect(pulled(store, await artifact(store), { files: ['c.*'] })).rejects.toMatchObject({
      hint: expect.stringMatching(/; \*\*\/c\.\* also looks into directories$/),
    });
  });

  it('is verified with all of the artifact', async () => {
    const store = await open();
    const whole = await artifact(store);
    const key = makeKey();
    const use = { verify: true, trust: [key.trust], files: ['a.txt'], config: true };
    await expect(pulled(store, whole, use)).rejects.toMatchObject({
      code: 'NO_MATCH',
      message: expect.not.stringContaining('file'),
    });
    await sign(store, whole.descriptor, key);
    const { result } = await pulled(store, whole, use);
    const files = result.artifacts.flatMap((one) => one.files);
    expect(files).toMatchObject([{ verified: { trusts: [key.trust.name] } }, { config: true, verified: {} }]);
    expect(files).toHaveLength(2);
  });

  it('goes to standard output where it is one file', async () => {
    const store = await open();
    const whole = await artifact(store);
    const selector = { digest: whole.descriptor.digest };
    expect((await streamFrom(store, { selector, files: ['b*'] })).content).toBe('content of b.json');
    expect((await streamFrom(store, { selector, files: ['config.json'], config: true })).content).toBe('{"a": 1}');
    await expect(streamFrom(store, { selector, files: ['*.txt', 'b*'] })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      candidates: ['a.txt', 'b.json'],
    });
    const bytes = await read({ store, ...selector }, {}, { mediaTypes: ['application/json'] });
    expect(bytes.toString()).toBe('content of b.json');
  });
});

describe('a part', () => {
  it('is all that is asked for', async () => {
    const { registry, store } = await begin();
    const whole = await artifact(store);
    registry.clear();
    await pulled(store, whole, { files: ['*.json'] });
    expect(registry.count('GET', '/blobs/')).toBe(1);
    registry.clear();
    await pulled(store, whole, { files: ['b.json'], config: true });
    expect(registry.count('GET', '/blobs/')).toBe(2);
    registry.clear();
    await expect(pulled(store, whole, { files: ['none'] })).rejects.toMatchObject({ code: 'NO_MATCH' });
    expect(registry.count('GET', '/blobs/')).toBe(0);
  });

  it('has the name that -o gives it', async () => {
    const store = await newLayout();
    const output = join(await tempDir(), 'mine.json');
    const { descriptor } = await artifact(store);
    await pull({ store, digest: descriptor.digest }, { output, files: ['b.json'] });
    expect(await readFile(output, 'utf8')).toBe('content of b.json');
  });

  it('is taken though another file has a name that is not safe', async () => {
    const store = await newLayout();
    const contents = [text('evil'), text('good')];
    await writeContent(store, ...contents);
    const titles = ['../evil', './/good.txt'];
    const layers = contents.map(({ descriptor }, n) => ({
      ...descriptor,
      annotations: { 'org.opencontainers.image.title': titles[n] ?? '' },
    }));
    const manifest = buildManifest({ artifactType: 'application/x', layers });
    await store.putManifest(manifest, { child: true });
    expect(await names(store, manifest, { files: ['good*'] })).toEqual(['good.txt']);
    await expect(pulled(store, manifest, { files: ['../evil'] })).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it.each(['', '[', 'a{b', 'a\\'])('is not one of the pattern %j', async (glob) => {
    const store = await newLayout();
    await expect(pulled(store, await artifact(store), { files: [glob] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      hint: expect.stringContaining('docs/**'),
    });
  });

  it('is not one of a media type that cannot be one', async () => {
    const store = await newLayout();
    const options = { mediaTypes: ['json'] };
    await expect(pulled(store, await artifact(store), options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('the config', () => {
  it('comes under its title, which is checked', async () => {
    const store = await newLayout();
    const options = { files: ['a.txt'], config: true };
    expect(await names(store, await artifact(store, { title: 'cfg/acme.json' }), options)).toEqual([
      'a.txt',
      'cfg/acme.json',
    ]);
    const hostile = await artifact(store, { title: '../acme.json' });
    await expect(pulled(store, hostile, options)).rejects.toMatchObject({ code: 'MALFORMED' });
    const twice = await artifact(store, { title: 'A.TXT' });
    await expect(pulled(store, twice, options)).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('gives way to a file of its name', async () => {
    const store = await newLayout();
    const whole = await artifact(store, { files: ['config.json'] });
    const { output, names: found } = await pulled(store, whole, { files: ['config.json'], config: true });
    expect(found).toEqual([expect.stringMatching(/^config-[0-9a-f]{12}\.json$/), 'config.json']);
    expect(await readFile(join(output, 'config.json'), 'utf8')).toBe('content of config.json');
    expect(await readFile(join(output, found[0] ?? ''), 'utf8')).toBe('{"a": 1}');
  });

  it('is written where it is the empty one, and missed where there is none', async () => {
    const store = await newLayout();
    const { manifest } = await push(store, [{ content: 'x', name: 'x.txt' }], { artifactType: 'application/x' });
    const { output, names: found } = await pulled(store, manifest, { config: true });
    expect(found).toEqual(['config.json', 'x.txt']);
    expect(await readFile(join(output, 'config.json'), 'utf8')).toBe('{}');
  });

  it('of an image is taken alone, and its layers where their type is named', async () => {
    const store = await newLayout();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const { output, names: found } = await pulled(store, image, { config: true });
    expect(found).toEqual(['config.json']);
    expect(await readFile(join(output, 'config.json'), 'utf8')).toBe('{"name":"image"}');
    const mediaTypes = ['application/vnd.oci.image.layer.v1.tar'];
    expect(await names(store, image, { mediaTypes })).toEqual([expect.stringMatching(/^sha256-.*\.tar$/)]);
    await expect(pulled(store, image, { files: ['*'] })).rejects.toMatchObject({ code: 'NO_MATCH' });
    const index = buildIndex({
      manifests: [{ ...image.descriptor, platform: { os: 'linux', architecture: 'amd64' } }],
    });
    await store.putManifest(index, { tags: ['multi'] });
    await expect(pulled(store, index, { config: true })).rejects.toMatchObject({ code: 'AMBIGUOUS' });
    expect(await names(store, index, { config: true, platform: 'linux/amd64' })).toEqual(['config.json']);
  });
});

describe.each(PLACES)('parts of attachments in %s', (_what, open) => {
  const SBOM = 'application/spdx+json';

  it('are those of all that are selected', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const put = (note: string, ...files: string[]) =>
      attach(
        { store, tag: 'v1' },
        files.map((name) => ({ content: `${note} ${name}`, name })),
        { artifactType: SBOM, annotations: { note }, settle: false },
      );
    await put('one', 'a.json', 'a.txt');
    const other = await put('two', 'b.json', 'c.txt');
    const selection = { all: true };
    const found = await names(store, image, { selection, files: ['*.json'] });
    expect(found).toEqual([expect.stringMatching(/^sha256-.*\/[ab]\.json$/), expect.stringMatching(/\/[ab]\.json$/)]);
    // Only one of them has such a file: no directory of its own is needed.
    expect(await names(store, image, { selection, files: ['b.json'] })).toEqual(['b.json']);
    const one = { selection: { digest: other.digest }, files: ['*.txt'], config: true };
    expect(await names(store, image, one)).toEqual(['c.txt', 'config.json']);
    await expect(pulled(store, image, { ...one, files: ['a.txt'] })).rejects.toMatchObject({ code: 'NO_MATCH' });
  });

  it('are the signed layer alone, where only that is signed', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const key = makeKey();
    await cosignTag(store, image.descriptor, '.att', attestation(key, image.descriptor.digest));
    const use = { verify: true, trust: [key.trust], selection: { kind: 'sbom' }, config: true } as const;
    await expect(pulled(store, image, use)).rejects.toMatchObject({
      code: 'NO_MATCH',
      message: expect.stringContaining('has no config'),
    });
  });
});

it('does not say that nothing fits while an attachment could not be read', async () => {
  let broken: string | undefined;
  const { store } = await begin({
    fault: ({ path }) => (broken !== undefined && path.includes(broken) ? { status: 403 } : undefined),
  });
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  const options = { artifactType: 'application/spdx+json', settle: false };
  const one = await attach({ store, tag: 'v1' }, [{ content: 'a', name: 'a.json' }], options);
  await attach({ store, tag: 'v1' }, [{ content: 'b', name: 'b.txt' }], options);
  broken = `/manifests/${one.digest}`;
  await expect(pulled(store, image, { selection: { all: true }, files: ['a.json'] })).rejects.toMatchObject({
    code: 'INCOMPLETE',
    cause: { code: 'FORBIDDEN' },
  });
});
