import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { makeFiles, readText } from '../../io/tar/support/archives.js';
import { text, writeContent } from '../../store/support/artifacts.js';
import { tempDir, tree } from '../../support/temp.js';
import { newLayout } from '../support/places.js';
import { pullManifest } from './support/pulling.js';

const UNPACK = { 'io.deis.oras.content.unpack': 'true' };

/** An artifact whose layers have these titles, written as a hostile tool would: nothing checks them. */
async function artifactWith(titles: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const store = await newLayout();
  const contents = titles.map((_, n) => text(`content ${n}`));
  await writeContent(store, ...contents);
  const layers = contents.map(({ descriptor }, n) => ({
    ...descriptor,
    annotations: { ...more, 'org.opencontainers.image.title': titles[n] ?? '' },
  }));
  return { store, manifest: buildManifest({ artifactType: 'application/x', layers }) };
}

/** Pulls into a directory two levels below one that is watched; gives the error. */
async function refusal(titles: readonly string[], more?: Readonly<Record<string, string>>): Promise<unknown> {
  const { store, manifest } = await artifactWith(titles, more);
  const root = await tempDir();
  await makeFiles(root, { 'victim.txt': 'untouched', 'parent/': '' });
  const output = join(root, 'parent', 'out');
  const error = await pullManifest(store, manifest, { output }).catch((caught: unknown) => caught);
  expect(await tree(root)).toEqual(['parent/', 'victim.txt']);
  expect(await readText(root, 'victim.txt')).toBe('untouched');
  return error;
}

const HOSTILE = [
  '../victim.txt',
  '../../victim.txt',
  '../out/x',
  'a/../../../victim.txt',
  'a/../b',
  './../x',
  'a/..',
  '..',
  '../',
  '.. ',
  '...',
  'a/ . /b',
  '.',
  './',
  '',
  '/',
  '/etc/passwd',
  '//etc/passwd',
  'C:\\Windows\\x',
  'c:x',
  '..\\victim.txt',
  'a\\..\\..\\x',
  '\\\\server\\share',
  'a\0b',
  'a\nb',
  'a\rb',
  '\u001b[2Jx',
  '\u009b31mx',
  'a\u007fb',
  '\ud800',
  'x'.repeat(256),
  `${'ü'.repeat(128)}`,
  'd/'.repeat(2100),
];

describe('a hostile title (B34)', () => {
  it.each(HOSTILE)('%j is refused, and nothing is written', async (title) => {
    expect(await refusal([title])).toMatchObject({ code: 'MALFORMED', hint: expect.any(String) });
    expect(await refusal(['fine.txt', title])).toMatchObject({ code: 'MALFORMED' });
  });

  it.each(HOSTILE)('%j of a directory is refused, and nothing is written', async (title) => {
    expect(await refusal([title], UNPACK)).toMatchObject({ code: 'MALFORMED' });
  });

  it('is shown in the message without what acts on a terminal', async () => {
    const error = await refusal(['\u001b]0;owned\u0007\u202e']);
    expect(error).toHaveProperty('message', expect.stringMatching(/^[\x20-\x7e]+$/));
  });

  it.each([[['a', 'a']], [['a', './a']], [['a/b', 'a//b']], [['a/b', 'a/./b/']], [['a', 'a/b']], [['a/b/c', 'a']]])(
    '%j cannot both be written',
    async (titles) => {
      expect(await refusal(titles)).toMatchObject({ code: 'MALFORMED', message: expect.stringContaining('two files') });
    },
  );
});

describe('an odd title', () => {
  const ODD = ['-rf', '.hidden', 'a b', '~', 'ab:c', '%2e%2e', 'ü', '日本', '$(id)', "'", 'con', 'a.', 'x'.repeat(255)];

  it('is a name like any other, inside of the directory', async () => {
    const { store, manifest } = await artifactWith(ODD);
    const root = await tempDir();
    const { files } = await pullManifest(store, manifest, { output: join(root, 'out') });
    expect(await readdir(root)).toEqual(['out']);
    expect(await tree(join(root, 'out'))).toEqual([...ODD].sort());
    expect(files.map(({ path }) => path)).toEqual(ODD.map((name) => join(root, 'out', name)));
    expect(await readText(root, 'out', '$(id)')).toBe('content 8');
  });

  it('is cleaned of dots and slashes', async () => {
    const { store, manifest } = await artifactWith(['./a', 'b//c/']);
    const root = await tempDir();
    await pullManifest(store, manifest, { output: root });
    expect(await tree(root)).toEqual(['a', 'b/c']);
  });
});
