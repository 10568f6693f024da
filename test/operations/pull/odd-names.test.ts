import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { quote } from '../../../src/oci/text/quote.js';
import { push } from '../../../src/operations/push/push.js';
import { type HostileEntry, makeFiles, tarOf } from '../../io/tar/support/archives.js';
import { Content, text, writeContent } from '../../store/support/artifacts.js';
import { tempDir, tree } from '../../support/temp.js';
import { inDirectory, newLayout } from '../support/places.js';
import { pullManifest } from './support/pulling.js';

const TITLE = 'org.opencontainers.image.title';

/** An artifact of files with these titles, all with the same content or each with its own. */
async function filesWith(titles: readonly string[], content: (n: number) => string = (n) => `content ${n}`) {
  const store = await newLayout();
  const contents = titles.map((_, n) => text(content(n)));
  await writeContent(store, ...contents);
  const layers = contents.map(({ descriptor }, n) => ({ ...descriptor, annotations: { [TITLE]: titles[n] ?? '' } }));
  return { store, manifest: buildManifest({ artifactType: 'application/x', layers }) };
}

/** An artifact of one layer that unpacks to `site`. */
async function layerWith(entries: readonly HostileEntry[]) {
  const store = await newLayout();
  const content = new Content(gzipSync(await tarOf(entries)), {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  });
  await writeContent(store, content);
  const annotations = { [TITLE]: 'site', 'io.deis.oras.content.unpack': 'true' };
  const layers = [{ ...content.descriptor, annotations }];
  return { store, manifest: buildManifest({ artifactType: 'application/x', layers }) };
}

const GIT = ['.git/hooks/pre-commit', 'x/.GIT/config', '.git', 'git~1/config', '.git./config', '.g\u200cit/x'];

describe('a title that belongs to git', () => {
  it.each([...GIT, '.git::$INDEX_ALLOCATION/config'])('%j is refused everywhere', async (title) => {
    const { store, manifest } = await filesWith(['fine.txt', title]);
    const output = await tempDir();
    await expect(pullManifest(store, manifest, { output })).rejects.toMatchObject({
      code: 'MALFORMED',
      hint: expect.stringContaining('--name'),
    });
    expect(await tree(output)).toEqual([]);
    await pullManifest(store, manifest, { output, name: '{digest:12}' });
    expect(await tree(output)).toHaveLength(2);
  });

  it.each(['.git/{title}', 'x/.Git./{title}', 'git~1/{digest}'])('%j is refused as a template', async (name) => {
    const { store, manifest } = await filesWith(['a']);
    const output = await tempDir();
    await expect(pullManifest(store, manifest, { output, name })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await tree(output)).toEqual([]);
  });

  it.each(GIT)('%j is refused within a layer', async (name) => {
    const { store, manifest } = await layerWith([{ name: 'site/a' }, { name: `site/${name}`, mode: 0o755 }]);
    const output = await tempDir();
    await expect(pullManifest(store, manifest, { output })).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(await tree(output)).toEqual([]);
  });

  it('is refused as the target of a link within a layer', async () => {
    const link = { name: 'site/config', type: 'symlink' as const, linkname: '.git/config' };
    const { store, manifest } = await layerWith([link]);
    await expect(pullManifest(store, manifest, { output: await tempDir() })).rejects.toMatchObject({
      code: 'MALFORMED',
    });
  });

  it('is not packed', async () => {
    await makeFiles(await inDirectory(), { 'site/.git/config': '', 'site/.gitignore': '', 'plain/.gitignore': '' });
    const store = await newLayout();
    await expect(push(store, ['site'])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(push(store, [{ content: '', name: '.git/config' }])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await push(store, ['plain']);
  });
});

describe('a hidden title', () => {
  const HIDDEN = ['.bashrc', '.npmrc', '.ssh/authorized_keys', 'src/.npmrc', '-rf', '~', '~root/x', '\u200b.profile'];

  it.each(HIDDEN)('%j is refused where no directory was chosen', async (title) => {
    const cwd = await inDirectory();
    const { store, manifest } = await filesWith(['fine.txt', title]);
    for (const output of [undefined, ''])
      await expect(pullManifest(store, manifest, { output })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        hint: expect.stringContaining('-o DIR'),
      });
    expect(await tree(cwd)).toEqual([]);
    await pullManifest(store, manifest, { output: '.' });
    expect(await tree(cwd)).toEqual(['fine.txt', title].sort());
  });

  it('is refused where the title comes through a template, and taken where the template wants it', async () => {
    const cwd = await inDirectory();
    const { store, manifest } = await filesWith(['.bashrc']);
    for (const name of ['{title}', 'x/{title}'])
      await expect(pullManifest(store, manifest, { name })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await pullManifest(store, manifest, { name: '.mine/{title}' });
    expect(await tree(cwd)).toEqual(['.mine/.bashrc']);
  });

  it('is not looked at where the file has a name of its own', async () => {
    const cwd = await inDirectory();
    const { store, manifest } = await filesWith(['.npmrc.json']);
    await pullManifest(store, manifest, { output: 'x.json' });
    expect(await tree(cwd)).toEqual(['x.json']);
  });
});

describe('a hidden member of a layer', () => {
  it.each(['.bashrc', 'sub/.npmrc', '.ssh/x', '-rf', '~'])(
    '%j is refused where no directory was chosen',
    async (name) => {
      const cwd = await inDirectory();
      const { store, manifest } = await layerWith([{ name: 'site/a' }, { name: `site/${name}` }]);
      await expect(pullManifest(store, manifest)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(await tree(cwd)).toEqual([]);
      await pullManifest(store, manifest, { output: '.' });
      expect(await tree(cwd)).toEqual([`site/${name}`, 'site/a'].sort());
    },
  );
});

describe('titles that are one name to some file system', () => {
  const PAIRS = [
    ['A.txt', 'a.txt'],
    ['caf\u00e9', 'cafe\u0301'],
    ['stra\u00dfe', 'STRASSE'],
    ['dir/x', 'DIR/X'],
    ['a', 'A/b'],
    ['A/b', 'a'],
    ['a', 'a.'],
    ['ab', 'a\u200cb'],
    ['\u212aelvin', 'kelvin'],
  ] as const;

  it.each(PAIRS)('%j and %j clash, whatever is in them', async (one, other) => {
    for (const content of [undefined, () => 'same']) {
      const { store, manifest } = await filesWith([one, 'between', other], content);
      const output = await tempDir();
      const error = await pullManifest(store, manifest, { output }).catch((caught: unknown) => caught);
      const both = expect.stringContaining(`${quote(one)} and ${quote(other)}`);
      expect(error).toMatchObject({ code: 'MALFORMED', message: both });
      expect(await tree(output)).toEqual([]);
    }
  });

  it('clash through a template', async () => {
    const { store, manifest } = await filesWith(['x/A', 'x/a']);
    await expect(pullManifest(store, manifest, { output: await tempDir(), name: '{title}' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('share a directory without harm', async () => {
    const { store, manifest } = await filesWith(['Dir/x', 'dir/y', 'Dir/z']);
    await pullManifest(store, manifest, { output: await tempDir() });
  });

  it.each(PAIRS.filter(([one, other]) => !`${one}${other}`.includes('/b')))(
    '%j and %j are not pushed',
    async (...names) => {
      const inputs = names.map((name) => ({ content: name, name }));
      await expect(push(await newLayout(), inputs)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('two files have the titles'),
      });
    },
  );
});
