import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkName, linkFault, nameFault, resolveInside } from '../../../src/io/files/safe-path.js';
import { quote } from '../../../src/oci/text/quote.js';
import { tempDir } from '../../support/temp.js';

describe('checkName', () => {
  it.each([
    ['a', 'a'],
    ['a/b.txt', 'a/b.txt'],
    ['./a//b/./c', 'a/b/c'],
    ['a/', 'a'],
    ['.gitignore', '.gitignore'],
    ['..a/b..', '..a/b..'],
    ['a b/ c', 'a b/ c'],
    ['größe/東京/🙂', 'größe/東京/🙂'],
    ['x'.repeat(255), 'x'.repeat(255)],
  ])('cleans %j', (name, clean) => {
    expect(checkName(name)).toBe(clean);
  });

  it.each([
    '',
    '.',
    './',
    './/.',
    '/',
    '/etc/passwd',
    '//host/share',
    '..',
    '../x',
    'a/..',
    'a/../b',
    'a/../../b',
    'a/...',
    'a/.. /b',
    'a/. ./b',
    'C:\\x',
    'C:x',
    'c:/x',
    '\\\\host\\share',
    'a\\b',
    '..\\x',
    'a\0b',
    'a\nb',
    'a\u001b[2Jb',
    'a\u009b2Jb',
    'a\u007f',
    'a\ud800',
    'x'.repeat(256),
    `a/${'ü'.repeat(128)}`,
    'a/'.repeat(2049),
  ])('refuses %j', (name) => {
    expect(() => checkName(name)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });

  it.each(['con', 'NUL.txt', 'a/com1', 'aux .x', 'lpt9', 'a.', 'a ', 'file:stream', 'a?'])(
    'refuses %j on Windows only',
    (name) => {
      expect(nameFault(name, 'win32')).toBeTypeOf('string');
      expect(nameFault(name, 'linux')).toBeUndefined();
    },
  );

  it('shows a hostile name without what acts on a terminal', () => {
    expect(quote('a\u001b[2J\u009b\u202e\ud800"')).toBe('"a\\u001b[2J\\u009b\\u202e\\ud800\\""');
    expect(quote('x'.repeat(5000)).length).toBeLessThan(250);
  });
});

describe('linkFault', () => {
  it.each([
    ['a', 'b'],
    ['a', './b/c'],
    ['d/a', '../b'],
    ['d/e/a', '../../b/c'],
    ['d/a', '..'],
    ['a', '.'],
  ])('allows %s -> %s', (name, target) => {
    expect(linkFault(name, target)).toBeUndefined();
  });

  it.each([
    ['a', ''],
    ['a', '/etc/passwd'],
    ['a', '..'],
    ['a', '../b'],
    ['d/a', '../../b'],
    ['d/a', '.././../b'],
    ['a', 'b/../..'],
    // Lexically inside, but outside where d/up is a link to `..` of its own.
    ['a', 'd/up/..'],
    ['a', 'C:/x'],
    ['a', 'b\\..\\..'],
    ['a', 'b\0'],
    ['a', 'x/'.repeat(3000)],
  ])('refuses %s -> %j', (name, target) => {
    expect(linkFault(name, target)).toBeTypeOf('string');
  });
});

describe('resolveInside', () => {
  it('gives the path of what exists and of what does not', async () => {
    const root = await tempDir();
    await mkdir(join(root, 'a/b'), { recursive: true });
    await writeFile(join(root, 'a/b/c'), '');
    expect(await resolveInside(root, './a//b/c')).toBe(join(root, 'a/b/c'));
    expect(await resolveInside(root, 'a/x/y/z')).toBe(join(root, 'a/x/y/z'));
    expect(await resolveInside(join(root, 'not/there'), 'x')).toBe(join(root, 'not/there/x'));
  });

  it('lets the root itself be reached through a symlink', async () => {
    const root = await tempDir();
    await mkdir(join(root, 'real'));
    await symlink('real', join(root, 'alias'));
    expect(await resolveInside(join(root, 'alias'), 'x')).toBe(join(root, 'alias/x'));
  });

  it('never goes through a symlink, not even one that stays inside or leads nowhere', async () => {
    const root = await tempDir();
    await mkdir(join(root, 'real'));
    await symlink('real', join(root, 'alias'));
    await symlink('nowhere', join(root, 'dangling'));
    await symlink('/etc', join(root, 'real/out'));
    for (const name of ['alias/x', 'alias', 'dangling', 'dangling/x', 'real/out/x', 'real/out'])
      await expect(resolveInside(root, name)).rejects.toMatchObject({ code: 'EXISTS' });
  });

  it('tells when a file is where a directory must be', async () => {
    const root = await tempDir();
    await writeFile(join(root, 'file'), '');
    await expect(resolveInside(root, 'file/x')).rejects.toMatchObject({ code: 'EXISTS' });
    expect(await resolveInside(root, 'file')).toBe(join(root, 'file'));
  });

  it('refuses hostile names', async () => {
    const root = await tempDir();
    await expect(resolveInside(root, '../x')).rejects.toMatchObject({ code: 'MALFORMED' });
  });
});
