import { constants } from 'node:fs';
import { chmod, chown, lstat, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blobPath } from '../../../src/store/layout/files/paths.js';
import { type HostedLayout, openHostedLayout } from '../../../src/store/layout/hosting/hosted-store.js';
import { copyTag, everything, loadedImage } from '../../operations/copy/support/copying.js';
import { checkedEntries } from '../../support/layout-check.js';
import { DANGLING, SPECIAL } from '../../support/special-files.js';
import { tempDir } from '../../support/temp.js';
import { noise, writeContent } from '../support/artifacts.js';

const SMALL = noise(50_000);
/** Larger than what is read before it is mounted. */
const LARGE = noise(1_500_000);
const isRoot = process.geteuid?.() === 0;

async function newLayout(): Promise<HostedLayout> {
  return openHostedLayout(join(await tempDir(), 'layout'), { create: true });
}

/** The ways from the file of one layout to a blob of another. */
const WAYS: readonly (readonly [string, typeof SMALL, (from: HostedLayout, to: HostedLayout) => Promise<unknown>])[] = [
  [
    'copied',
    SMALL,
    (from, to) => {
      const { descriptor } = SMALL;
      return to.cloneBlob(descriptor, from.blobFile(descriptor.digest), () => from.openBlob(descriptor));
    },
  ],
  ['mounted, and small', SMALL, (from, to) => to.linkBlob(from, SMALL.descriptor.digest)],
  ['mounted, and large', LARGE, (from, to) => to.linkBlob(from, LARGE.descriptor.digest)],
];

/** The ways in which a blob's file is not one that is ours alone. `path` has the content. */
const FOREIGN: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ['a relative link', (path) => moved(path, (target) => `../../../${basename(target)}`)],
  ['an absolute link', (path) => moved(path, (target) => target)],
  [
    'a chain of links',
    async (path) => {
      await moved(path, (target) => target);
      await rename(path, `${path}-chained`);
      await symlink(`${path}-chained`, path);
    },
  ],
  ['in a folder that is a link', (path) => moved(dirname(path), (target) => target)],
  ['in blobs/ that is a link', (path) => moved(dirname(dirname(path)), (target) => target)],
  ['writable by everybody', (path) => chmod(path, 0o666)],
  ['writable by its group', (path) => chmod(path, 0o664)],
  ['run as its owner', (path) => chmod(path, 0o4755)],
  ...(isRoot ? ([['of another user', (path: string) => chown(path, 12345, 12345)]] as const) : []),
  ...(isRoot
    ? ([
        ['of another user and writable by all', (path: string) => chown(path, 12345, 0).then(() => chmod(path, 0o666))],
      ] as const)
    : []),
];

/** Moves a file or folder out of its layout, and puts a link in its place. */
async function moved(path: string, linkTo: (target: string) => string): Promise<void> {
  const target = join(path.replace(/\/layout\/.*/, ''), `elsewhere-${basename(path)}`);
  await rename(path, target);
  await symlink(linkTo(target), path);
}

describe.each(WAYS)('a blob that is %s', (_way, content, take) => {
  const { descriptor, bytes } = content;

  async function begin() {
    const [from, to] = [await newLayout(), await newLayout()];
    await writeContent(from, content);
    return {
      from,
      to,
      source: blobPath(from.directory, descriptor.digest),
      target: blobPath(to.directory, descriptor.digest),
    };
  }

  it.each(FOREIGN)('becomes a file of ours where it is %s', async (_name, make) => {
    const { from, to, source, target } = await begin();
    await make(source);
    await take(from, to);
    const [before, after] = [await stat(source), await lstat(target)];
    expect([after.isFile(), after.ino === before.ino, after.uid, after.mode & 0o7777]).toEqual([
      true,
      false,
      process.geteuid?.(),
      0o644 & ~process.umask(),
    ]);
    await writeFile(source, 'CHANGED AFTERWARDS');
    expect(await readFile(target)).toEqual(bytes);
  });

  it('shares its file where that is ours alone', async () => {
    const { from, to, source, target } = await begin();
    await take(from, to);
    const [before, after] = [await stat(source), await lstat(target)];
    // File systems with clones share its extents, others the file.
    expect([after.isFile(), after.nlink === 1 || after.ino === before.ino]).toEqual([true, true]);
    expect(await readFile(target)).toEqual(bytes);
  });

  it.each([...SPECIAL.map(([name, make]) => [name, make] as const), DANGLING])(
    'is not there where it is %s',
    async (_name, make) => {
      const { from, to, source, target } = await begin();
      await rm(source);
      await make(source);
      // A link to itself cannot be looked at.
      expect(await take(from, to).catch(() => false)).toBe(false);
      await expect(lstat(target)).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it('replaces a link that is in its place', async () => {
    const { from, to, source, target } = await begin();
    await symlink(source, target);
    await take(from, to);
    expect((await lstat(target)).isFile()).toBe(true);
  });
});

describe('a copy of a layout', () => {
  it.each<[string, (from: string) => Promise<unknown>]>([
    [
      'whose blobs are all links, as those of Bazel',
      async (from) => {
        const folder = join(from, 'blobs/sha256');
        for (const name of await readdir(folder)) await moved(join(folder, name), (target) => relative(folder, target));
      },
    ],
    ['whose folder of blobs is a link', (from) => moved(join(from, 'blobs/sha256'), (target) => target)],
    ['whose blobs/ is a link', (from) => moved(join(from, 'blobs'), (target) => relative(from, target))],
    [
      'whose blobs can be written by all',
      async (from) => {
        const folder = join(from, 'blobs/sha256');
        for (const name of await readdir(folder)) await chmod(join(folder, name), 0o666);
      },
    ],
  ])('%s has files of its own', async (_name, make) => {
    const [from, to] = [await newLayout(), await newLayout()];
    const image = await loadedImage(from);
    await make(from.directory);
    await copyTag(from, to, 'v1');
    const before = await everything(from, image);
    // All that the links led to goes.
    await rm(join(from.directory, '..'), { recursive: true });
    const folder = join(to.directory, 'blobs/sha256');
    const modes = await Promise.all(
      (await readdir(folder)).map(async (name) => (await lstat(join(folder, name))).mode),
    );
    expect(new Set(modes)).toEqual(new Set([constants.S_IFREG | (0o644 & ~process.umask())]));
    expect(await checkedEntries(to.directory)).toHaveLength(before.length + 1);
    expect(await everything(to, image)).toEqual(before);
  });
});
