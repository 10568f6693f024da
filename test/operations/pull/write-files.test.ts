import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import type { PullOptions } from '../../../src/operations/pull/options.js';
import { pull } from '../../../src/operations/pull/write-files.js';
import { push } from '../../../src/operations/push/push.js';
import type { LayoutStore } from '../../../src/store/layout/store.js';
import { makeFiles, readText } from '../../io/tar/support/archives.js';
import { noise, pushImage, text, writeContent } from '../../store/support/artifacts.js';
import { tempDir, tree } from '../../support/temp.js';
import { newLayout, PLACES } from '../support/places.js';

const FILES = [
  { content: '{"a":1}', name: 'a.json' },
  { content: 'b', name: 'sub/dir/b.txt' },
];

async function artifact(store: LayoutStore, files = FILES) {
  return (await push(store, files)).manifest;
}

describe.each(PLACES)('pull from %s', (_what, open) => {
  it('writes each file under its title, and leaves alone what is right', async () => {
    const store = await open();
    const { manifest, layers } = await push(store, FILES, { artifactType: 'application/x' });
    const output = join(await tempDir(), 'out');
    const first = await pull(store, manifest, { output });
    expect(first).toEqual({
      reference: store.format({ digest: manifest.descriptor.digest }),
      ...manifest.descriptor,
      artifactType: 'application/x',
      files: [
        { ...file(layers[0]), path: join(output, 'a.json'), result: 'written' },
        { ...file(layers[1]), path: join(output, 'sub/dir/b.txt'), result: 'written' },
      ],
    });
    expect(await tree(output)).toEqual(['a.json', 'sub/dir/b.txt']);
    expect(await readText(output, 'a.json')).toBe('{"a":1}');

    await utimes(join(output, 'a.json'), 1, 1);
    const again = await pull(store, manifest, { output });
    expect(again.files.map(({ result }) => result)).toEqual(['unchanged', 'unchanged']);
    expect((await stat(join(output, 'a.json'))).mtimeMs).toBe(1000);
  });

  it('gives back large files and empty ones byte for byte', async () => {
    const store = await open();
    const large = noise(3_000_000);
    const { manifest } = await push(store, [
      { content: large.bytes, name: 'large' },
      { content: '', name: 'empty' },
    ]);
    const output = await tempDir();
    const progress: [string, number, number | undefined][] = [];
    const onProgress: PullOptions['onProgress'] = ({ name, bytes, total }) => progress.push([name, bytes, total]);
    await pull(store, manifest, { output, onProgress });
    expect((await readFile(join(output, 'large'))).equals(large.bytes)).toBe(true);
    expect((await stat(join(output, 'empty'))).size).toBe(0);
    expect(progress.findLast(([name]) => name === 'large')).toEqual(['large', 3_000_000, 3_000_000]);
  });
});

function file(layer: { mediaType: string; digest: string; size: number } | undefined) {
  return { mediaType: layer?.mediaType, digest: layer?.digest, size: layer?.size };
}

describe('pull onto what is there', () => {
  it('replaces a file with other content, of the same size too', async () => {
    const store = await newLayout();
    const output = await tempDir();
    await makeFiles(output, { 'a.json': '{"a":2}', 'sub/dir/b.txt': 'longer', 'other.txt': 'stays' });
    const { files } = await pull(store, await artifact(store), { output });
    expect(files.map(({ result }) => result)).toEqual(['written', 'written']);
    expect([await readText(output, 'a.json'), await readText(output, 'sub/dir/b.txt')]).toEqual(['{"a":1}', 'b']);
    expect(await tree(output)).toEqual(['a.json', 'other.txt', 'sub/dir/b.txt']);
  });

  it('with noClobber refuses other content and writes nothing, and takes what is the same', async () => {
    const store = await newLayout();
    const manifest = await artifact(store);
    const output = await tempDir();
    await makeFiles(output, { 'sub/dir/b.txt': 'mine' });
    await expect(pull(store, manifest, { output, noClobber: true })).rejects.toMatchObject({
      code: 'EXISTS',
      message: `${join(output, 'sub/dir/b.txt')} exists with other content`,
    });
    expect(await tree(output)).toEqual(['sub/dir/b.txt']);
    expect(await readText(output, 'sub/dir/b.txt')).toBe('mine');
    await makeFiles(output, { 'sub/dir/b.txt': 'b' });
    const { files } = await pull(store, manifest, { output, noClobber: true });
    expect(files.map(({ result }) => result)).toEqual(['written', 'unchanged']);
  });

  it.each<[string, (output: string) => Promise<unknown>]>([
    ['a directory where a file goes', (output) => mkdir(join(output, 'a.json'))],
    ['a file where a directory goes', (output) => writeFile(join(output, 'sub'), 'mine')],
    ['a symlink where a file goes', (output) => symlink('../victim', join(output, 'a.json'))],
    ['a dangling symlink where a file goes', (output) => symlink('../new', join(output, 'a.json'))],
    ['a symlink where a directory goes', (output) => symlink('..', join(output, 'sub'))],
  ])('stops at %s, and writes nothing', async (_what, block) => {
    const store = await newLayout();
    const manifest = await artifact(store);
    const root = await tempDir();
    await makeFiles(root, { victim: 'untouched', 'out/': '' });
    await block(join(root, 'out'));
    const before = await tree(root);
    await expect(pull(store, manifest, { output: join(root, 'out') })).rejects.toMatchObject({ code: 'EXISTS' });
    expect(await tree(root)).toEqual(before);
    expect(await readText(root, 'victim')).toBe('untouched');
  });

  it('goes through a symlink that is the output directory itself', async () => {
    const store = await newLayout();
    const root = await tempDir();
    await mkdir(join(root, 'real'));
    await symlink('real', join(root, 'out'));
    await pull(store, await artifact(store), { output: join(root, 'out') });
    expect(await tree(join(root, 'real'))).toEqual(['a.json', 'sub/dir/b.txt']);
  });

  it('replaces a file that nobody may read', async () => {
    const store = await newLayout();
    const output = await tempDir();
    await makeFiles(output, { 'a.json': 'secret' });
    await chmod(join(output, 'a.json'), 0o000);
    await pull(store, await artifact(store), { output });
    expect(await readText(output, 'a.json')).toBe('{"a":1}');
  });
});

describe('pull of what has no files', () => {
  it('writes nothing for the empty layer, not even the directory (C9)', async () => {
    const store = await newLayout();
    const root = await tempDir();
    expect(await pull(store, await artifact(store, []), { output: join(root, 'out') })).toMatchObject({ files: [] });
    expect(await readdir(root)).toEqual([]);
  });

  it('refuses an index, and names its children', async () => {
    const store = await newLayout();
    const child = await pushImage(store, 'child', { child: true });
    const index = buildIndex({ manifests: [{ ...child.descriptor, platform: { os: 'linux', architecture: 'arm' } }] });
    await store.putManifest(index);
    await expect(pull(store, index, { output: await tempDir() })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      candidates: ['linux/arm'],
    });
  });
});

describe('pull of layers without titles', () => {
  it('names them by digest, with the extension of their type', async () => {
    const store = await newLayout();
    const contents = ['json', 'text', 'any'].map((content) => text(content));
    await writeContent(store, ...contents);
    const types = ['application/spdx+json', 'text/plain', 'application/octet-stream'];
    const layers = contents.map(({ descriptor }, n) => ({ ...descriptor, mediaType: types[n] ?? '' }));
    const manifest = buildManifest({ artifactType: 'application/x', layers });
    const output = await tempDir();
    await pull(store, manifest, { output });
    const names = ['.json', '.txt', ''].map((end, n) => `${layers[n]?.digest.replace(':', '-')}${end}`);
    expect(await tree(output)).toEqual(names.sort());
    for (const name of names) expect((await lstat(join(output, name))).mode & 0o777).toBe(0o644 & ~process.umask());
  });
});
