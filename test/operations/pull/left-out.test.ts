import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { parseManifest } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import type { LayoutStore } from '../../../src/store/layout/store.js';
import { pushImage, text, writeContent } from '../../store/support/artifacts.js';
import { layered } from '../support/mechanisms.js';
import { newLayout, PLACES } from '../support/places.js';
import { fails, fetch } from './support/pulling.js';

const SPDX = 'application/spdx+json';
const TITLE = 'org.opencontainers.image.title';
const all = { selection: { all: true } };

const titled = (title: string, content = title) => ({ type: SPDX, text: content, annotations: { [TITLE]: title } });
const blobOf = (store: LayoutStore, { digest }: { digest: string }) =>
  join(store.directory, 'blobs', digest.replace(':', '/'));
const layersOf = ({ content }: { content: object }): readonly Descriptor[] =>
  'layers' in content && Array.isArray(content.layers) ? content.layers : [];

/** An image with an SBOM, and something beside it. */
async function besides(attachOdd: (store: LayoutStore, subject: Descriptor) => Promise<unknown>) {
  const store = await newLayout();
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const fields = { artifactType: SPDX, subject: descriptor };
  await layered(store, [titled('bom.json')], { fields });
  await attachOdd(store, descriptor);
  return store;
}

describe('with --all, what cannot be fetched', () => {
  const attachOdd = (store: LayoutStore, subject: Descriptor, ...titles: string[]) =>
    layered(
      store,
      titles.map((title, n) => titled(title, `odd ${n}`)),
      { fields: { artifactType: SPDX, subject } },
    );

  it.each<[string, string, (store: LayoutStore, subject: Descriptor) => Promise<unknown>]>([
    [
      'a missing blob',
      'NOT_FOUND',
      async (store, subject) => {
        const [, second] = layersOf(await attachOdd(store, subject, 'odd-a', 'odd-b'));
        await rm(blobOf(store, second ?? subject));
      },
    ],
    [
      'a damaged blob',
      'DIGEST_MISMATCH',
      async (store, subject) => {
        const [, second] = layersOf(await attachOdd(store, subject, 'odd-a', 'odd-b'));
        await writeFile(blobOf(store, second ?? subject), 'odd X');
      },
    ],
    ['a hostile title', 'MALFORMED', (store, subject) => attachOdd(store, subject, 'odd-a', '../odd-b')],
    ['one name for two files', 'MALFORMED', (store, subject) => attachOdd(store, subject, 'odd-a', 'odd-a')],
    ['a name that is another file’s directory', 'MALFORMED', (store, subject) => attachOdd(store, subject, 'o', 'o/b')],
    [
      'an entry of an index that is missing',
      'NOT_FOUND',
      async (store, subject) => {
        const child = await layered(store, [titled('odd-c')]);
        const index = buildIndex({ manifests: [child.descriptor], subject, artifactType: 'application/x' });
        await store.putManifest(index, { settle: false });
        await rm(blobOf(store, child.descriptor));
      },
    ],
    [
      'an entry of an index in Docker’s schema 1',
      'UNSUPPORTED',
      async (store, subject) => {
        const bytes = Buffer.from('{"schemaVersion":1,"fsLayers":[],"history":[]}');
        const old = text(bytes.toString());
        await writeContent(store, old);
        const entry = { ...old.descriptor, mediaType: MediaType.imageManifest };
        const index = { schemaVersion: 2, mediaType: MediaType.imageIndex, artifactType: 'a/b', manifests: [entry] };
        const manifest = parseManifest(Buffer.from(JSON.stringify({ ...index, subject })));
        await store.putManifest(manifest, { settle: false });
      },
    ],
  ])('is named, and the rest is fetched: %s', async (_what, code, odd) => {
    const { result, names } = await fetch(await besides(odd), all);
    expect(result.incomplete).toMatchObject([{ way: expect.any(String), error: { code } }]);
    expect(names).toEqual([expect.stringMatching(/bom\.json$/)]);
    expect(result.artifacts.flatMap(({ files }) => files)).toHaveLength(1);
  });

  it('ends the pull where the caller is at fault: a file in the way, a template', async () => {
    const store = await besides((at, subject) => attachOdd(at, subject, 'odd-a'));
    await fails(store, 'INVALID_ARGUMENT', { ...all, name: 'x{ext}' });
    const { output, names } = await fetch(store, all);
    await writeFile(join(output, names[0] ?? ''), 'mine');
    await expect(fetch(store, { ...all, output, noClobber: true })).rejects.toMatchObject({ code: 'EXISTS' });
  });

  it('is the error where one attachment is wanted', async () => {
    const store = await besides(async (at, subject) => {
      const [only] = layersOf(await layered(at, [titled('odd')], { fields: { artifactType: 'a/b', subject } }));
      await rm(blobOf(at, only ?? subject));
    });
    await fails(store, 'NOT_FOUND', { selection: { artifactType: 'a/b' } });
  });
});

describe.each(PLACES)('an index that is attached in %s', (_what, open) => {
  it('stands for what it lists, at any depth, each once', async () => {
    const store = await open();
    const { descriptor: subject } = await pushImage(store, 'image', { tags: ['v1'] });
    const [one, two] = [await layered(store, [titled('one')]), await layered(store, [titled('two')])];
    const inner = buildIndex({ manifests: [one.descriptor, two.descriptor] });
    await store.putManifest(inner, { child: true });
    const platform = { os: 'linux', architecture: 'arm64' };
    const manifests = [{ ...one.descriptor, platform }, inner.descriptor];
    await store.putManifest(buildIndex({ manifests, subject, artifactType: 'a/b' }), { settle: false });
    const { result, names } = await fetch(store, { selection: { artifactType: 'a/b' } });
    expect(names.map((name) => name.replace(/^.*\//, '')).sort()).toEqual(['one', 'two']);
    expect(result.artifacts.map(({ digest }) => digest)).toEqual(
      [one, two].map(({ descriptor: { digest } }) => digest),
    );
    expect(result.artifacts[0]?.files).toMatchObject([{ platform: 'linux/arm64' }]);
    expect(result.incomplete).toEqual([]);
  });
});

describe('an index of blobs', () => {
  it('has files of its own, as BuildKit’s caches do', async () => {
    const store = await newLayout();
    const { descriptor: subject } = await pushImage(store, 'image', { tags: ['v1'] });
    const cache = text('cached');
    await writeContent(store, cache);
    const entry = { ...cache.descriptor, annotations: { [TITLE]: 'cache.bin' } };
    const index = {
      schemaVersion: 2,
      mediaType: MediaType.imageIndex,
      artifactType: 'a/b',
      manifests: [entry],
      subject,
    };
    await store.putManifest(parseManifest(Buffer.from(JSON.stringify(index))), { settle: false });
    expect((await fetch(store, all)).names).toEqual(['cache.bin']);
  });
});
