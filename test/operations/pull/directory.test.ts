import { chmod, lstat, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { push } from '../../../src/operations/push/push.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { type HostileEntry, makeFiles, readText, tarOf } from '../../io/tar/support/archives.js';
import { Content, writeContent } from '../../store/support/artifacts.js';
import { tempDir, tree } from '../../support/temp.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';
import { pullManifest } from './support/pulling.js';

const CONTENT = ['img/a.svg', 'img/up.html', 'index.html', 'none/', 'pictures', 'run.sh'];

async function pushSite(store: Store) {
  const files = { 'index.html': '<p>', 'run.sh': '#!/bin/sh', 'img/a.svg': '<svg/>', 'none/': '' };
  await makeFiles(join(await inDirectory(), 'site'), files);
  await chmod('site/run.sh', 0o700);
  await symlink('../index.html', 'site/img/up.html');
  await symlink('img', 'site/pictures');
  return (await push(store, [{ path: 'site' }, { content: 'x', name: 'beside.txt' }])).manifest;
}

describe.each(PLACES)('a directory from %s', (_what, open) => {
  it('comes back with its modes and links, and is left alone when it is right', async () => {
    const store = await open();
    const manifest = await pushSite(store);
    const output = join(await tempDir(), 'out');
    const { files } = await pullManifest(store, manifest, { output });
    expect(files.map(({ path, result }) => [path, result])).toEqual([
      [join(output, 'site'), 'written'],
      [join(output, 'beside.txt'), 'written'],
    ]);
    expect(await tree(join(output, 'site'))).toEqual(CONTENT);
    const mode = async (name: string) => (await stat(join(output, 'site', name))).mode & 0o777;
    const wanted = [0o755, 0o644].map((bits) => bits & ~process.umask());
    expect([await mode('run.sh'), await mode('index.html')]).toEqual(wanted);
    expect(await readlink(join(output, 'site/img/up.html'))).toBe('../index.html');
    expect((await lstat(join(output, 'site/pictures'))).isSymbolicLink()).toBe(true);
    const again = await pullManifest(store, manifest, { output });
    expect(again.files.map(({ result }) => result)).toEqual(['unchanged', 'unchanged']);
  });
});

describe('a directory onto what is there', () => {
  it.each<[string, (site: string) => Promise<unknown>]>([
    ['a file was changed', (site) => writeFile(join(site, 'index.html'), 'mine')],
    ['a file is missing', (site) => rm(join(site, 'img/a.svg'))],
    ['a file is not executable any more', (site) => chmod(join(site, 'run.sh'), 0o644)],
    [
      'a link points elsewhere',
      async (site) => {
        await rm(join(site, 'pictures'));
        await symlink('none', join(site, 'pictures'));
      },
    ],
  ])('is put right when %s', async (_what, damage) => {
    const store = await newLayout();
    const manifest = await pushSite(store);
    const output = await tempDir();
    await pullManifest(store, manifest, { output });
    await damage(join(output, 'site'));
    await expect(pullManifest(store, manifest, { output, noClobber: true })).rejects.toMatchObject({ code: 'EXISTS' });
    expect((await pullManifest(store, manifest, { output })).files[0]).toMatchObject({ result: 'written' });
    expect((await pullManifest(store, manifest, { output })).files[0]).toMatchObject({ result: 'unchanged' });
    expect(await readText(output, 'site/index.html')).toBe('<p>');
    expect(await tree(join(output, 'site'))).toEqual(CONTENT);
  });

  it('keeps what is not of it', async () => {
    const store = await newLayout();
    const manifest = await pushSite(store);
    const output = await tempDir();
    await makeFiles(output, { 'site/mine.txt': 'mine', 'site/img/mine.svg': 'mine' });
    await pullManifest(store, manifest, { output });
    expect(await tree(join(output, 'site'))).toEqual([...CONTENT, 'img/mine.svg', 'mine.txt'].sort());
  });

  it('does not go through a symlink', async () => {
    const store = await newLayout();
    const manifest = await pushSite(store);
    const root = await tempDir();
    await makeFiles(root, { 'elsewhere/': '', 'out/': '' });
    await symlink('../elsewhere', join(root, 'out/site'));
    await expect(pullManifest(store, manifest, { output: join(root, 'out') })).rejects.toMatchObject({
      code: 'EXISTS',
    });
    expect(await readdir(join(root, 'elsewhere'))).toEqual([]);
    expect(await readdir(join(root, 'out'))).toEqual(['site']);
  });
});

describe('a directory layer of another tool', () => {
  const TITLE = 'org.opencontainers.image.title';
  const UNPACK = 'io.deis.oras.content.unpack';

  async function artifactOf(entries: readonly HostileEntry[], annotations: Readonly<Record<string, string>>) {
    const store = await newLayout();
    const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
    const content = new Content(gzipSync(await tarOf(entries)), { mediaType });
    await writeContent(store, content);
    const layer = { ...content.descriptor, annotations: { [TITLE]: 'site', ...annotations } };
    return { store, manifest: buildManifest({ artifactType: 'application/x', layers: [layer] }) };
  }

  it.each<[string, HostileEntry[]]>([
    ['climbs', [{ name: 'site/../../victim', content: 'x' }]],
    ['is absolute', [{ name: '/tmp/x', content: 'x' }]],
    ['is not below the title', [{ name: 'other/x', content: 'x' }]],
    ['leads out through a link', [{ name: 'site/l', type: 'symlink', linkname: '../..' }]],
    [
      'is written through a link',
      [
        { name: 'site/l', type: 'symlink', linkname: '.' },
        { name: 'site/l/x', content: 'x' },
      ],
    ],
  ])('that %s is refused, and nothing is left', async (_what, entries) => {
    const { store, manifest } = await artifactOf([{ name: 'site/first', content: 'x' }, ...entries], {
      [UNPACK]: 'true',
    });
    const root = await tempDir();
    await makeFiles(root, { victim: 'untouched', 'out/site/old.txt': 'old' });
    await expect(pullManifest(store, manifest, { output: join(root, 'out') })).rejects.toMatchObject({
      code: 'MALFORMED',
    });
    expect(await tree(root)).toEqual(['out/site/old.txt', 'victim']);
  });

  it('whose tar is not what its annotation says is refused', async () => {
    const tarDigest = `sha256:${'0'.repeat(64)}`;
    const annotations = { [UNPACK]: 'true', 'io.deis.oras.content.digest': tarDigest };
    const { store, manifest } = await artifactOf([{ name: 'site/a', content: 'x' }], annotations);
    const root = await tempDir();
    await expect(pullManifest(store, manifest, { output: join(root, 'out') })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(await readdir(root)).toEqual([]);
  });

  it('stays an archive unless it asks to be unpacked', async () => {
    const { store, manifest } = await artifactOf([{ name: 'site/a', content: 'x' }], {});
    const output = await tempDir();
    await pullManifest(store, manifest, { output });
    expect((await stat(join(output, 'site'))).isFile()).toBe(true);
  });
});
