import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRemoraError, type RemoraError } from '../../../src/errors.js';
import { check } from '../../../src/operations/check/check.js';
import { openRepositories } from '../../../src/store/layout/hosting/repositories.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { tarOf } from '../../io/tar/support/archives.js';
import { tempDir } from '../../support/temp.js';
import { membersOf, openForTest, writeArchive } from '../archive/support/packed.js';
import { list, listTags, pushImage } from '../support/artifacts.js';
import { HandWrittenLayout, tagged } from './support/by-hand.js';

async function failureOf(work: Promise<unknown>): Promise<RemoraError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isRemoraError(error)) return error;
  throw new Error('the work should have failed', { cause: error });
}

async function withImage() {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  await layout.index([tagged(image, 'v1')]);
  const file = join(layout.directory, 'oci-layout');
  return { layout, image, file };
}

describe('without oci-layout, as older BuildKit writes it, a layout', () => {
  it('is read in a directory and in an archive', async () => {
    const { layout, image, file } = await withImage();
    const sbom = await layout.referrer(image, 'application/spdx+json');
    await layout.index([tagged(image, 'v1'), sbom]);
    await rm(file);
    for (const store of [
      await layout.open(),
      await openForTest(await writeArchive(await tarOf(await membersOf(layout.directory)))),
    ]) {
      expect((await store.resolve({ tag: 'v1' })).digest).toBe(image.digest);
      expect(await listTags(store)).toEqual(['v1']);
      expect((await list(store, image)).map(({ descriptor }) => descriptor.digest)).toEqual([sbom.digest]);
    }
  });

  it('is a repository of a server, alone and below a directory', async () => {
    const { layout, file } = await withImage();
    await rm(file);
    expect(await (await openRepositories(layout.directory)).names()).toEqual(['layout']);
    expect(await (await openRepositories(join(layout.directory, '..'))).names()).toEqual(['layout']);
  });

  it('gets the file with the first change, and keeps what it has', async () => {
    const { layout, image, file } = await withImage();
    await writeFile(join(layout.directory, 'README'), 'mine');
    await rm(file);
    await pushImage(await layout.open(), 'other', { tags: ['v2'] });
    expect(await readFile(file, 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    await rm(file);
    const store = await openLayout(layout.directory, { create: true });
    expect(await readFile(file, 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    expect(await listTags(store)).toEqual(['v1', 'v2']);
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(image.digest);
  });
});

describe('an oci-layout file', () => {
  it.each(['1.0.0', '1.0.1', '1.1', '1'])('of version %s is read', async (version) => {
    const { layout, file } = await withImage();
    await writeFile(file, JSON.stringify({ imageLayoutVersion: version }));
    expect(await listTags(await layout.open())).toEqual(['v1']);
  });

  it.each(['2.0.0', '0.1.0', '10.0.0', '1.0.0-x'])('of version %s is refused, with a next step', async (version) => {
    const { layout, file } = await withImage();
    await writeFile(file, JSON.stringify({ imageLayoutVersion: version }));
    const { code, hint } = await failureOf(layout.open());
    expect([code, hint]).toEqual(['UNSUPPORTED', expect.stringContaining('remora check')]);
    await check(layout.directory, { fix: true });
    expect(await readFile(file, 'utf8')).toContain(version);
  });

  it.each(['', '{"imageLayoutVersion"', '[]', '{"imageLayoutVersion":null}'])(
    'with %j is mended by check --fix',
    async (text) => {
      const { layout, file } = await withImage();
      await writeFile(file, text);
      const { code, hint } = await failureOf(layout.open());
      expect([code, hint]).toEqual(['MALFORMED', expect.stringContaining('remora check --fix')]);
      const { fixed } = await check(layout.directory, { fix: true });
      expect(fixed).toMatchObject([{ code: 'layout-file-malformed' }]);
      expect(await listTags(await layout.open())).toEqual(['v1']);
    },
  );
});

describe('what is no layout says what it is, and what to do', () => {
  async function refused(names: readonly string[]) {
    const directory = join(await tempDir(), 'x');
    await mkdir(directory);
    for (const name of names) {
      if (name.endsWith('/')) await mkdir(join(directory, name));
      else await writeFile(join(directory, name), '{}');
    }
    return failureOf(openLayout(directory));
  }

  it.each([
    [[], 'it is empty', 'push'],
    [['blobs/'], 'neither oci-layout nor index.json', 'Restore index.json'],
    [['index.json'], 'neither oci-layout nor blobs/', 'Restore blobs/'],
    [['manifest.json', 'version'], "a directory of skopeo's", 'Write dir:'],
    [['notes.txt'], 'no oci-layout file', 'push creates a layout'],
  ])('%j', async (names, message, hint) => {
    expect(await refused(names)).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it('a link that leads nowhere, and an archive', async () => {
    const directory = await tempDir();
    await symlink(join(directory, 'gone'), join(directory, 'link'));
    await writeFile(join(directory, 'x.tar'), '');
    expect(await failureOf(openLayout(join(directory, 'link')))).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('a symlink that leads nowhere'),
    });
    expect(await failureOf(openLayout(join(directory, 'x.tar')))).toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining(`oci-archive:${directory}/x.tar`),
    });
  });
});

describe('index.json', () => {
  it('that is missing leaves manifests to be read by digest, and tagged anew', async () => {
    const { layout, image } = await withImage();
    await rm(join(layout.directory, 'index.json'));
    const store = await layout.open();
    expect(await failureOf(store.resolve({ tag: 'v1' }))).toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining('remora tag'),
    });
    await store.tagManifest(await store.manifest({ digest: image.digest }), ['v1']);
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(image.digest);
  });

  it.each([
    ['', 'is empty'],
    ['{}', 'is neither a manifest nor an index'],
    ['{"schemaVersion":1,"manifests":[]}', 'is neither a manifest nor an index'],
  ])('with %j says so, and stays', async (text, message) => {
    const { layout } = await withImage();
    await layout.write('index.json', text);
    const store = await layout.open();
    const expected = {
      code: 'MALFORMED',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('Restore'),
    };
    expect(await failureOf(listTags(store))).toMatchObject(expected);
    expect(await failureOf(pushImage(store, 'other', { tags: ['v2'] }))).toMatchObject(expected);
    expect(await layout.readIndex()).toBe(text);
  });
});
