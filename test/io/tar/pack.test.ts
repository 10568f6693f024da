import { createHash } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { readTar, type TarEntry } from '../../../src/io/tar/entries.js';
import { packDirectory, tarDirectory } from '../../../src/io/tar/pack.js';
import { compareBytes } from '../../../src/io/tar/walk-directory.js';
import { tempDir } from '../../support/temp.js';
import { collect, makeFiles, noise, system } from './support/archives.js';

const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function pack(directory: string, prefix = 'p'): Promise<Buffer> {
  return collect(packDirectory(directory, { prefix }).stream);
}

async function entriesOf(directory: string, prefix = 'p'): Promise<TarEntry[]> {
  const found: TarEntry[] = [];
  for await (const entry of readTar(tarDirectory(directory, { prefix }))) found.push(entry);
  return found;
}

const small = { 'a.txt': 'hello\n', 'bin/run': '#!/bin/sh\n', 'empty/': '', 'größe/東京.txt': 'utf-8\n' };

async function makeSmall(root: string): Promise<void> {
  await makeFiles(root, small);
  await chmod(join(root, 'bin/run'), 0o755);
  await symlink('../a.txt', join(root, 'bin/link'));
}

describe('the bytes of a packed directory', () => {
  const { TZ, LANG, LC_ALL } = process.env;
  const mask = process.umask();
  afterEach(() => {
    process.umask(mask);
    for (const [name, value] of Object.entries({ TZ, LANG, LC_ALL })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('are those that they always were', async () => {
    const root = await tempDir();
    await makeSmall(root);
    const { stream, uncompressedDigest } = packDirectory(root, { prefix: 'some/title' });
    // Other digests here are a breaking change for everybody who packs reproducibly, not a test to update.
    expect(sha256(await collect(stream))).toBe(
      'sha256:a47abe8733645952fa59cc50162d8dbc52485af89f397907ccf882df3bc49e8b',
    );
    expect(await uncompressedDigest).toBe('sha256:9d6d3a4b911e84b651c08386a259da06ce13eb27bab938bd39050c60227d9b2e');
  });

  it('do not depend on times, umask, time zone, locale, modes beyond the execute bit, and the order of creation', async () => {
    const [first, second] = [await tempDir(), await tempDir()];
    await makeSmall(first);
    process.env.TZ = 'Asia/Kathmandu';
    process.env.LANG = process.env.LC_ALL = 'de_DE.UTF-8';
    process.umask(0o077);
    await symlink('../a.txt', join(second, 'l'));
    for (const [path, content] of Object.entries(small).reverse()) await makeFiles(second, { [path]: content });
    await rename(join(second, 'l'), join(second, 'bin/link'));
    await chmod(join(second, 'bin/run'), 0o4710);
    await chmod(join(second, 'a.txt'), 0o655);
    await utimes(join(second, 'a.txt'), 1e9, 1e9);
    await utimes(join(second, 'empty'), 1e9, 1e9);
    expect((await pack(second)).equals(await pack(first))).toBe(true);
  });

  it('depend on the name, the content, the execute bit and the target of a link', async () => {
    const changes = [
      (root: string) => rename(join(root, 'a.txt'), join(root, 'b.txt')),
      (root: string) => writeFile(join(root, 'a.txt'), 'hellO\n'),
      (root: string) => chmod(join(root, 'a.txt'), 0o744),
      (root: string) => rm(join(root, 'empty'), { recursive: true }),
      (root: string) => rm(join(root, 'bin/link')).then(() => symlink('../b.txt', join(root, 'bin/link'))),
    ];
    const digests = new Set<string>();
    for (const change of [async () => {}, ...changes]) {
      const root = await tempDir();
      await makeSmall(root);
      await change(root);
      digests.add(sha256(await pack(root)));
    }
    expect(digests.size).toBe(changes.length + 1);
  });

  it('are the tar of tarDirectory, compressed', async () => {
    const root = await tempDir();
    await makeSmall(root);
    const tar = await collect(tarDirectory(root, { prefix: 'p' }));
    const { stream, uncompressedDigest } = packDirectory(root, { prefix: 'p' });
    expect(gunzipSync(await collect(stream)).equals(tar)).toBe(true);
    expect(await uncompressedDigest).toBe(sha256(tar));
  });
});

describe('the entries of a packed directory', () => {
  it('stand in byte order of their paths, directories with their slash', async () => {
    const root = await tempDir();
    const names = [
      'a/b',
      'a.b',
      'a-b',
      'a0',
      'a/.x',
      'Z',
      'ä',
      '_',
      '\u{1f642}',
      '\ufb00',
      'a b',
      'B/c',
      'aa/b/c',
      'a!',
    ];
    await makeFiles(root, Object.fromEntries(names.map((name) => [name, ''])));
    const found = (await entriesOf(root)).map(({ name }) => name);
    const all = [...names, 'a/', 'B/', 'aa/', 'aa/b/', ''].map((name) => `p/${name}`);
    expect(found).toEqual(all.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(found.indexOf('p/a.b')).toBeLessThan(found.indexOf('p/a/b'));
    expect(compareBytes('\u{1f642}', '\ufb00')).toBeGreaterThan(0);
  });

  it('have no prefix and no entry of the directory itself for "."', async () => {
    const root = await tempDir();
    await makeFiles(root, { 'd/x': '1' });
    expect((await entriesOf(root, '.')).map(({ name }) => name)).toEqual(['d/', 'd/x']);
    expect((await entriesOf(root, 'a/b')).map(({ name }) => name)).toEqual(['a/b/', 'a/b/d/', 'a/b/d/x']);
  });

  it('have modes of their own, and hard links are files', async () => {
    const root = await tempDir();
    await makeFiles(root, { a: 'one', 'd/': '' });
    await link(join(root, 'a'), join(root, 'b'));
    await chmod(join(root, 'd'), 0o2700);
    await symlink('a', join(root, 'l'));
    expect((await entriesOf(root)).map(({ name, type, mode, size }) => [name, type, mode.toString(8), size])).toEqual([
      ['p/', 'directory', '755', 0],
      ['p/a', 'file', '644', 3],
      ['p/b', 'file', '644', 3],
      ['p/d/', 'directory', '755', 0],
      ['p/l', 'symlink', '777', 0],
    ]);
  });

  it('can be listed and unpacked by the system', async () => {
    const [root, top] = [await tempDir(), 'top'];
    const deep = `${'a-rather-long-directory-name/'.repeat(12)}${'x'.repeat(200)}`;
    await makeFiles(join(root, top), {
      ...small,
      [deep]: 'deep',
      'big.bin': noise(300_000),
      [`ü${'y'.repeat(99)}`]: 'long',
    });
    await symlink(`ö${'z'.repeat(120)}`, join(root, top, 'link'));
    await writeFile(join(root, 'p.tgz'), await pack(join(root, top), `t/${top}`));
    const listed = (await system('tar', '-tzf', join(root, 'p.tgz'), '--quoting-style=literal')).trim().split('\n');
    expect(listed).toEqual((await entriesOf(join(root, top), `t/${top}`)).map(({ name }) => name));
    await mkdir(join(root, 'out'));
    await system('tar', '-xzf', join(root, 'p.tgz'), '-C', join(root, 'out'));
    expect((await pack(join(root, 'out/t', top))).equals(await pack(join(root, top)))).toBe(true);
    expect(await readFile(join(root, 'out/t', top, deep), 'utf8')).toBe('deep');
  });
});

describe('what cannot be packed', () => {
  it.each(['/etc/passwd', '..', '../p/a', 'd/../../x', 'd/../a', 'b\\c'])('a symlink to %s', async (target) => {
    const root = await tempDir();
    await makeFiles(root, { a: '', 'd/': '' });
    await symlink(target, join(root, 'link'));
    await expect(pack(root)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(join(root, 'link')),
    });
  });

  it('a fifo, and it does not wait for one', async () => {
    const root = await tempDir();
    await system('mkfifo', join(root, 'pipe'));
    await expect(pack(root)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`${join(root, 'pipe')} is a fifo`),
    });
  });

  it.each(['a\\b', 'a\nb', '...', Buffer.from([0x61, 0xff])])('a file named %j', async (name) => {
    const root = await tempDir();
    await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name)]), '');
    await expect(pack(root)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('a file, nothing, and under a hostile prefix', async () => {
    const root = await tempDir();
    await makeFiles(root, { a: '' });
    await expect(pack(join(root, 'a'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(pack(join(root, 'b'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(pack(root, '../x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.each<[string, (file: string) => Promise<unknown>]>([
    ['grows', (file) => writeFile(file, 'more', { flag: 'a' })],
    ['shrinks', (file) => writeFile(file, 'less')],
    ['is written to', (file) => writeFile(file, noise(5, 2), { flag: 'r+' })],
    ['is replaced', (file) => writeFile(`${file}.new`, noise(1_000_000)).then(() => rename(`${file}.new`, file))],
    ['goes away', (file) => rm(file)],
  ])('a file that %s meanwhile', async (_what, change) => {
    const root = await tempDir();
    await writeFile(join(root, 'file'), noise(1_000_000));
    let isChanged = false;
    const reading = async () => {
      for await (const chunk of tarDirectory(root, { prefix: 'p' })) {
        // The headers come first; the file is surely open when its content comes.
        if (isChanged || chunk.length <= 1024) continue;
        isChanged = true;
        await change(join(root, 'file'));
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'CHANGED', message: expect.stringContaining('/file ') });
  });

  it('a directory that goes away meanwhile', async () => {
    const root = await tempDir();
    await makeFiles(root, { a: noise(1_000_000), 'b/c': '' });
    const reading = async () => {
      for await (const _chunk of tarDirectory(root, { prefix: 'p' }))
        await rm(join(root, 'b'), { recursive: true, force: true });
    };
    await expect(reading()).rejects.toMatchObject({ code: 'CHANGED' });
  });
});
