import { execFile } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { prepareOutput, reserveFile } from '../../../src/io/files/output-file.js';
import { tempDir } from '../../support/temp.js';

const run = promisify(execFile);
const BYTES = Buffer.from('content');

/** The two ways in which commands write a file. */
const WRITERS: readonly (readonly [string, (path: string) => Promise<(bytes: Buffer) => Promise<void>>])[] = [
  ['prepareOutput', prepareOutput],
  ['reserveFile', async (path) => (await reserveFile(path, '--x')).write],
];

describe.each(WRITERS)('%s', (_name, prepare) => {
  const write = async (path: string) => (await prepare(path))(BYTES);

  it('replaces a file in one step', async () => {
    const directory = await tempDir();
    const path = join(directory, 'file');
    await writeFile(path, 'old');
    const before = await stat(path);
    await write(path);
    expect(await readFile(path)).toEqual(BYTES);
    expect((await stat(path)).ino).not.toBe(before.ino);
    expect(await readdir(directory)).toEqual(['file']);
  });

  it.each([
    ['a file', 'there', 'there'],
    ['a file elsewhere', 'deep/there', 'deep/there'],
    ['nothing yet', 'deep/new', 'deep/new'],
    ['another link', 'link2', 'deep/last'],
  ])('keeps a link, and writes where it leads: %s', async (_what, to, end) => {
    const directory = await tempDir();
    await mkdir(join(directory, 'deep'));
    await writeFile(join(directory, 'there'), 'old');
    await writeFile(join(directory, 'deep', 'there'), 'old');
    await symlink('deep/last', join(directory, 'link2'));
    await symlink(to, join(directory, 'link'));
    await write(join(directory, 'link'));
    expect(await readlink(join(directory, 'link'))).toBe(to);
    expect(await readFile(join(directory, end))).toEqual(BYTES);
    expect((await lstat(join(directory, end))).isFile()).toBe(true);
  });

  it('writes into a pipe, and leaves it', async () => {
    const path = join(await tempDir(), 'pipe');
    await run('mkfifo', [path]);
    const [read] = await Promise.all([readFile(path), write(path)]);
    expect(read).toEqual(BYTES);
    expect((await lstat(path)).isFIFO()).toBe(true);
  });

  it('writes into a device, and tells when that takes nothing', async () => {
    const link = join(await tempDir(), 'null');
    await symlink('/dev/null', link);
    for (const path of ['/dev/null', link]) await write(path);
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
    expect(await readlink(link)).toBe('/dev/null');
    await expect(write('/dev/full')).rejects.toMatchObject({ code: 'IO' });
    expect((await lstat('/dev/full')).isCharacterDevice()).toBe(true);
  });

  it('refuses what cannot be a file, before there is content', async () => {
    const directory = await tempDir();
    await symlink('none/file', join(directory, 'link'));
    await symlink('loop', join(directory, 'loop'));
    await expect(prepare(directory)).rejects.toMatchObject({ code: 'EXISTS' });
    await expect(prepare(join(directory, 'none', 'file'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(prepare(join(directory, 'link'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(prepare(join(directory, 'loop'))).rejects.toMatchObject({ code: 'IO' });
    expect((await readdir(directory)).sort()).toEqual(['link', 'loop']);
  });
});
