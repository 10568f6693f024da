import { mkdir, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { changeAuths } from '../../../src/io/credentials/edit-config.js';
import { makeDirectory } from '../../../src/io/files/make-directory.js';
import { createTempFile } from '../../../src/io/files/temp-file.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { tempDir, tree } from '../../support/temp.js';
import { unpackTo } from '../tar/support/unpack-to.js';

const before = process.cwd();
afterEach(() => process.chdir(before));

it('creates what is missing, and gives the first that it created', async () => {
  const directory = await tempDir();
  expect(await makeDirectory(join(directory, 'a', 'b', 'c'))).toBe(join(directory, 'a'));
  expect(await makeDirectory(join(directory, 'a', 'b', 'c'))).toBeUndefined();
  expect(await makeDirectory(join(directory, 'a', 'x'))).toBe(join(directory, 'a', 'x'));
  await symlink('a', join(directory, 'link'));
  expect(await makeDirectory(join(directory, 'link', 'y'))).toBe(join(directory, 'link', 'y'));
  expect(await tree(directory)).toEqual(expect.arrayContaining(['a/b/c/', 'a/x/', 'a/y/']));
});

it('is done by many at once', async () => {
  const directory = await tempDir();
  const made = await Promise.all(Array.from({ length: 20 }, () => makeDirectory(join(directory, 'a', 'b'))));
  expect(made.filter((first) => first === join(directory, 'a'))).toHaveLength(1);
});

it('ends in a working directory that was removed', async () => {
  const directory = join(await tempDir(), 'gone');
  await mkdir(directory);
  process.chdir(directory);
  await rmdir(directory);
  for (const work of [
    () => makeDirectory('x'),
    () => makeDirectory('./a/b'),
    () => openLayout('x', { create: true }),
    () => openLayout('./a/b', { create: true }),
  ])
    await expect(work()).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('working directory does not exist any more'),
      hint: expect.stringContaining('Change to a directory'),
    });
});

it('says what is in the way', async () => {
  const directory = await tempDir();
  await writeFile(join(directory, 'file'), '');
  await symlink('nowhere', join(directory, 'link'));
  for (const [path, message] of [
    ['file', 'is a file, wanted a directory'],
    ['file/x', 'is a file, wanted a directory'],
    ['file/x/y', 'is a file, wanted a directory'],
    ['link', 'is a symlink that leads nowhere'],
    ['link/x', 'is a symlink that leads nowhere'],
  ])
    await expect(makeDirectory(join(directory, path ?? ''))).rejects.toMatchObject({
      code: 'EXISTS',
      message: expect.stringContaining(message ?? ''),
    });
  await rm(join(directory, 'link'));
});

describe.skipIf(process.platform !== 'linux')('where a directory cannot hold another', () => {
  const refused = (path: string) =>
    expect.objectContaining({ code: 'IO', message: expect.stringContaining(path), hint: 'Choose another directory' });

  it.each(['/proc/remora', '/proc/remora/a/b', '/proc/self/task/remora/x', '/proc/self/net/remora'])(
    'ends: %s',
    async (path) => {
      await expect(makeDirectory(path)).rejects.toEqual(refused(path.replace(/(remora).*/, '$1')));
      await expect(openLayout(join(path, 'layout'), { create: true })).rejects.toEqual(refused('/remora'));
    },
  );

  it('ends for a login, for a folder that is unpacked, and for a temporary file', async () => {
    const login = changeAuths('/proc/remora/config.json', () => new Map([['localhost', { auth: 'eDp5' }]]));
    await expect(login).rejects.toEqual(refused('/proc/remora'));
    const unpacked = unpackTo(Readable.from([Buffer.alloc(1024)]), '/proc/remora/x/y', { prefix: '.' });
    await expect(unpacked).rejects.toEqual(refused('/proc'));
    await expect(createTempFile('/proc')).rejects.toEqual(refused('/proc'));
    await expect(createTempFile('/proc/remora')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('and the mode is of the directories that were created', async () => {
    const directory = await tempDir();
    await makeDirectory(join(directory, 'a', 'b'), 0o700);
    for (const path of ['a', 'a/b']) expect((await stat(join(directory, path))).mode & 0o777).toBe(0o700);
  });
});
