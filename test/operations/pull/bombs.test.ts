import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { type HostileEntry, makeFiles, readText, tarOf } from '../../io/tar/support/archives.js';
import { Content, writeContent } from '../../store/support/artifacts.js';
import { tempDir, tree } from '../../support/temp.js';
import { newLayout } from '../support/places.js';
import { pullManifest } from './support/pulling.js';

const TITLE = 'org.opencontainers.image.title';
const UNPACK = { 'io.deis.oras.content.unpack': 'true' };
const MIB = 1024 ** 2;

interface Layer {
  readonly title: string;
  readonly bytes: Buffer;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An artifact of these layers and of one plain file. */
async function artifactOf(...layers: readonly Layer[]) {
  const store = await newLayout();
  const all = [{ title: 'plain.txt', bytes: Buffer.from('theirs'), annotations: {} }, ...layers];
  const contents = all.map(
    ({ bytes }) => new Content(bytes, { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }),
  );
  await writeContent(store, ...contents);
  const named = contents.map(({ descriptor }, n) => ({
    ...descriptor,
    annotations: { [TITLE]: all[n]?.title ?? '', ...(all[n]?.annotations ?? UNPACK) },
  }));
  return { store, manifest: buildManifest({ artifactType: 'application/x', layers: named }) };
}

/** A layer with a file of zeros. */
async function zeros(title: string, size: number): Promise<Layer> {
  return { title, bytes: gzipSync(await tarOf([{ name: `${title}/zeros`, content: Buffer.alloc(size) }])) };
}

/** Pulls over what is there; nothing may have changed. */
async function refusal(layers: readonly Layer[], maxUnpackedBytes?: number): Promise<unknown> {
  const { store, manifest } = await artifactOf(...layers);
  const output = await tempDir();
  await makeFiles(output, { 'plain.txt': 'mine', 'd/zeros': 'mine', 'd/keep': 'mine' });
  const before = await tree(output);
  const error = await pullManifest(store, manifest, { output, maxUnpackedBytes }).catch((caught: unknown) => caught);
  expect(await tree(output)).toEqual(before);
  for (const name of before) expect(await readText(output, name)).toBe('mine');
  return error;
}

describe('a layer that unpacks to too much', () => {
  it('stops at the limit, before any file of the artifact is written', async () => {
    expect(await refusal([await zeros('d', 20 * MIB)], 10 * MIB)).toMatchObject({
      code: 'SIZE_MISMATCH',
      expected: 10 * MIB,
      hint: expect.stringContaining('--max-unpacked'),
    });
  });

  it('stops where several stay below it alone, and not together', async () => {
    const layers = await Promise.all(['d', 'e', 'f'].map((title) => zeros(title, 4 * MIB)));
    expect(await refusal(layers, 10 * MIB)).toMatchObject({ code: 'SIZE_MISMATCH', expected: 10 * MIB });
    const { store, manifest } = await artifactOf(...layers.slice(1));
    await pullManifest(store, manifest, { output: await tempDir(), maxUnpackedBytes: 10 * MIB });
  });

  it('stops where each of many members of gzip is small', async () => {
    const tar = await tarOf([{ name: 'd/zeros', content: Buffer.alloc(4 * MIB) }]);
    const members = Array.from({ length: Math.ceil(tar.length / 65536) }, (_, n) =>
      gzipSync(tar.subarray(n * 65536, (n + 1) * 65536)),
    );
    expect(await refusal([{ title: 'd', bytes: Buffer.concat(members) }], MIB)).toMatchObject({
      code: 'SIZE_MISMATCH',
    });
  });

  it('stops where the zeros stand in extended headers and in what follows the end', async () => {
    const header: HostileEntry = { name: 'd/x', pax: { comment: 'x'.repeat(900_000) } };
    const many = gzipSync(await tarOf([header, { ...header, name: 'd/y' }]));
    expect(await refusal([{ title: 'd', bytes: many }], MIB)).toMatchObject({ code: 'SIZE_MISMATCH' });
    const tail = gzipSync(Buffer.concat([await tarOf([{ name: 'd/x' }]), Buffer.alloc(4 * MIB)]));
    expect(await refusal([{ title: 'd', bytes: tail }], MIB)).toMatchObject({ code: 'SIZE_MISMATCH' });
  });
});

describe('a layer that lies', () => {
  const sound = () => tarOf([{ name: 'd/zeros', content: 'theirs' }]);

  it.each<[string, (tar: Buffer) => Layer, string]>([
    ['is gzip of gzip', (tar) => ({ title: 'd', bytes: gzipSync(gzipSync(tar)) }), 'MALFORMED'],
    [
      'has another digest within',
      (tar) => ({
        title: 'd',
        bytes: gzipSync(tar),
        annotations: { ...UNPACK, 'io.deis.oras.content.digest': digestOf(Buffer.from('other')) },
      }),
      'DIGEST_MISMATCH',
    ],
    [
      'has the digest of its packed bytes',
      (tar) => ({
        title: 'd',
        bytes: gzipSync(tar),
        annotations: { ...UNPACK, 'io.deis.oras.content.digest': digestOf(gzipSync(tar)) },
      }),
      'DIGEST_MISMATCH',
    ],
    ['is text', () => ({ title: 'd', bytes: Buffer.from('text, and not tar') }), 'MALFORMED'],
    ['ends early', (tar) => ({ title: 'd', bytes: gzipSync(tar).subarray(0, -9) }), 'MALFORMED'],
  ])('%s: nothing of the artifact is written', async (_what, layer, code) => {
    expect(await refusal([layer(await sound())])).toMatchObject({ code });
  });

  it.each([String(2 ** 40), String(Number.MAX_SAFE_INTEGER), '99999999999999999'])(
    'says a size of %s in an extended header',
    async (size) => {
      const bytes = gzipSync(await tarOf([{ name: 'd/zeros', content: 'x', pax: { size } }]));
      expect(await refusal([{ title: 'd', bytes }])).toMatchObject({ code: 'MALFORMED' });
    },
  );

  it('is sparse', async () => {
    const pax = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': String(2 ** 40) };
    const bytes = gzipSync(await tarOf([{ name: 'd/zeros', content: 'x', pax }]));
    expect(await refusal([{ title: 'd', bytes }])).toMatchObject({ code: 'MALFORMED' });
  });
});

describe('a layer that gives a file of another layer', () => {
  const layer = async (title: string, ...names: string[]): Promise<Layer> => ({
    title,
    bytes: gzipSync(await tarOf(names.map((name) => ({ name: `${title}/${name}`, content: title })))),
  });
  const file = (title: string): Layer => ({ title, bytes: Buffer.from('file'), annotations: {} });

  it.each<[string, () => Promise<readonly Layer[]>]>([
    ['a file in its directory', async () => [await layer('d', 'a'), file('d/a')]],
    ['a file of other letter case', async () => [await layer('d', 'sub/a'), file('D/Sub/A')]],
    ['a file where it has a directory', async () => [await layer('d', 'a/b'), file('d/a')]],
    ['a file below one of its files', async () => [await layer('d', 'a'), file('d/a/b')]],
    ['another directory', async () => [await layer('d', 'e/x/y'), await layer('d/e', 'X/y')]],
    ['another directory in place of a file', async () => [await layer('d/e', 'x'), await layer('d', 'e')]],
  ])('is refused: %s', async (_what, layers) => {
    expect(await refusal(await layers())).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining('two files one name'),
    });
  });

  it('is taken where it only stands beside', async () => {
    const { store, manifest } = await artifactOf(await layer('d', 'e/a'), await layer('d/e', 'b'), file('d/c'));
    const output = await tempDir();
    await pullManifest(store, manifest, { output });
    expect(await tree(output)).toEqual(['d/c', 'd/e/a', 'd/e/b', 'plain.txt']);
  });
});

describe('pull says which files it replaced', () => {
  const site = async (): Promise<Layer> => ({
    title: 'd',
    bytes: gzipSync(
      await tarOf(['same', 'other', 'new', 'sub/other'].map((name) => ({ name: `d/${name}`, content: 'theirs' }))),
    ),
  });

  it('of files and of directories, and of no other file', async () => {
    const { store, manifest } = await artifactOf(await site());
    const output = await tempDir();
    await makeFiles(output, {
      'plain.txt': 'mine',
      'd/same': 'theirs',
      'd/other': 'mine',
      'd/sub/other': 'mine',
      'd/keep': '',
    });
    const { files } = await pullManifest(store, manifest, { output });
    const replaced = files.map((file) => file.replaced?.map((path) => path.slice(-9)));
    expect(replaced.map((paths) => paths?.length)).toEqual([1, 2]);
    expect(replaced.flat().join()).toMatch(/plain\.txt.*\/other.*sub\/other/);
    const again = await pullManifest(store, manifest, { output });
    expect(again.files.map((file) => 'replaced' in file)).toEqual([false, false]);
  });

  it('of a file that -o names', async () => {
    const { store, manifest } = await artifactOf();
    const output = join(await tempDir(), 'mine.txt');
    await writeFile(output, 'mine');
    expect((await pullManifest(store, manifest, { output })).files).toMatchObject([
      { replaced: [expect.stringMatching(/mine\.txt$/)] },
    ]);
    expect((await pullManifest(store, manifest, { output })).files[0]).not.toHaveProperty('replaced');
  });
});
