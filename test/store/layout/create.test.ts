import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLayout } from '../../../src/store/layout/store.js';
import { tempDir, tree } from '../../support/temp.js';
import { listTags, pushImage } from '../support/artifacts.js';

it('creates a layout, with the folders above it, that any tool can read (D9, D10, D11)', async () => {
  const directory = join(await tempDir(), 'a', 'b');
  await openLayout(directory, { create: true });
  expect(await tree(directory)).toEqual(['blobs/sha256/', 'index.json', 'oci-layout']);
  expect(JSON.parse(await readFile(join(directory, 'oci-layout'), 'utf8'))).toEqual({ imageLayoutVersion: '1.0.0' });
  expect(JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'))).toEqual({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [],
  });
});

it('does not change a layout that is there', async () => {
  const directory = await tempDir();
  const store = await openLayout(directory, { create: true });
  await pushImage(store, 'image', { tags: ['v1'] });
  const before = await readFile(join(directory, 'index.json'), 'utf8');
  expect(await listTags(await openLayout(directory, { create: true }))).toEqual(['v1']);
  expect(await readFile(join(directory, 'index.json'), 'utf8')).toBe(before);
});

it('leaves a directory alone that holds other things', async () => {
  const directory = await tempDir();
  await writeFile(join(directory, 'notes.txt'), 'mine');
  await expect(openLayout(directory, { create: true })).rejects.toMatchObject({
    code: 'EXISTS',
    message: expect.stringContaining('notes.txt'),
  });
  expect(await tree(directory)).toEqual(['notes.txt']);
  await expect(openLayout(join(directory, 'notes.txt'), { create: true })).rejects.toMatchObject({
    code: 'EXISTS',
    message: expect.stringContaining('notes.txt is a file, wanted a directory'),
  });
});

it('creates nothing unless it is told to', async () => {
  const directory = join(await tempDir(), 'layout');
  await expect(openLayout(directory)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await mkdir(directory);
  await expect(openLayout(directory)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await tree(directory)).toEqual([]);
});

it('is created by many at once, and loses nothing', async () => {
  const directory = join(await tempDir(), 'layout');
  const tags = Array.from({ length: 10 }, (_, n) => `v${n}`);
  await Promise.all(
    tags.map(async (tag) => pushImage(await openLayout(directory, { create: true }), tag, { tags: [tag] })),
  );
  expect(await listTags(await openLayout(directory))).toEqual(tags);
  expect((await tree(directory)).filter((path) => !path.startsWith('blobs/'))).toEqual(['index.json', 'oci-layout']);
});

it('goes on where a killed process stopped to create one', async () => {
  const directory = join(await tempDir(), 'layout');
  await openLayout(directory, { create: true });
  await rm(join(directory, 'oci-layout'));
  const store = await openLayout(directory, { create: true });
  await pushImage(store, 'image', { tags: ['v1'] });
  await rm(join(directory, 'oci-layout'));
  expect(await listTags(await openLayout(directory, { create: true }))).toEqual(['v1']);
});
