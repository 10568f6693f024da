import { mkdir, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { makeDirectory } from '../../../src/io/files/make-directory.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { tempDir, tree } from '../../support/temp.js';

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
    makeDirectory('x'),
    makeDirectory('./a/b'),
    openLayout('x', { create: true }),
    openLayout('./a/b', { create: true }),
  ])
    await expect(work).rejects.toMatchObject({
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

it.skipIf(process.platform !== 'linux')('ends where a directory cannot hold another', async () => {
  for (const path of ['/proc/remora', '/proc/remora/a/b'])
    await expect(makeDirectory(path)).rejects.toMatchObject({ code: expect.stringMatching(/^(NOT_FOUND|IO)$/) });
  await expect(openLayout('/proc/remora/layout', { create: true })).rejects.toMatchObject({
    message: expect.stringContaining('/proc/remora'),
  });
});
