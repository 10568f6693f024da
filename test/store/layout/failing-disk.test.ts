import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, type TestContext } from 'vitest';
import { type LayoutStore, openLayout } from '../../../src/store/layout/store.js';
import { tempDir, tree } from '../../support/temp.js';
import { attach, listTags, noise, pushImage, readBlob, referrerOf, text, writeContent } from '../support/artifacts.js';

const run = promisify(execFile);

/** A file system of its own, which only root may have; without it the test says why it is skipped. */
async function smallDisk(context: TestContext, size: string): Promise<string> {
  const directory = await tempDir();
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'remora-test', directory]);
  } catch {
    context.skip('mounting a small tmpfs is not allowed here');
  }
  onTestFinished(async () => {
    await run('umount', ['-l', directory]);
  });
  return directory;
}

async function expectUntouched(store: LayoutStore, before: { files: string[]; index: string }): Promise<void> {
  expect(await tree(store.directory)).toEqual(before.files);
  expect(await readFile(join(store.directory, 'index.json'), 'utf8')).toBe(before.index);
  expect(await listTags(store)).toEqual(['v1']);
}

async function stateOf(store: LayoutStore) {
  return {
    files: await tree(store.directory),
    index: await readFile(join(store.directory, 'index.json'), 'utf8'),
  };
}

it('leaves a layout as it was when the disk is full, and needs no repair', async (context) => {
  const disk = await smallDisk(context, '400k');
  const store = await openLayout(join(disk, 'layout'), { create: true });
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  await writeContent(store, text('{}'));
  const before = await stateOf(store);
  const blob = noise(1024 * 1024);
  const full = { code: 'IO', message: expect.stringContaining('full') };
  await expect(store.writeBlob(blob.descriptor, blob.open)).rejects.toMatchObject(full);
  await expectUntouched(store, before);
  await expect(store.ingestBlob('text/plain', blob.open)).rejects.toMatchObject(full);
  await expectUntouched(store, before);
  // Now not even a lock can be written.
  await writeFile(join(disk, 'filler'), Buffer.alloc(1024 * 1024)).catch(() => {});
  const sbom = referrerOf(image.descriptor, 'application/spdx+json');
  await expect(store.putManifest(sbom)).rejects.toMatchObject(full);
  await expect(store.putManifest(image, { tags: ['v2'] })).rejects.toMatchObject(full);
  await expectUntouched(store, before);
  await writeFile(join(disk, 'filler'), '');
  expect(await attach(store, sbom)).toMatchObject({ result: 'written' });
  expect(await store.putManifest(image, { tags: ['v2'] })).toMatchObject({ result: 'exists' });
});

it('leaves a layout as it was when index.json does not fit any more', async (context) => {
  const disk = await smallDisk(context, '400k');
  const store = await openLayout(join(disk, 'layout'), { create: true });
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  // Referrers with large annotations, so that the second copy of index.json needs more room than there is.
  let count = 0;
  const next = () => referrerOf(image.descriptor, 'application/x.large', { n: String(count++), x: 'x'.repeat(20_000) });
  let failed: unknown;
  while (failed === undefined && count < 50) await attach(store, next()).catch((error: unknown) => (failed = error));
  expect(failed).toMatchObject({ code: 'IO', message: expect.stringContaining('full') });
  const { manifests } = JSON.parse(await readFile(join(store.directory, 'index.json'), 'utf8'));
  expect(manifests).toHaveLength(count);
  expect((await tree(store.directory)).filter((path) => /\.tmp$|\.lock/.test(path))).toEqual([]);
  expect(await listTags(store)).toEqual(['v1']);
});

it('reads a layout that cannot be written, and says so when it is to be changed', async (context) => {
  const isRoot = process.getuid?.() === 0;
  const directory = isRoot ? await smallDisk(context, '1m') : join(await tempDir(), 'layout');
  const store = await openLayout(directory, { create: true });
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  const content = text('content');
  await writeContent(store, content);
  const before = await stateOf(store);
  // Permissions do not stop root.
  if (isRoot) await run('mount', ['-o', 'remount,ro', directory]);
  else {
    const folders = ['', 'blobs', 'blobs/sha256'].map((path) => join(directory, path));
    for (const folder of folders) await chmod(folder, 0o555);
    onTestFinished(async () => {
      for (const folder of folders) await chmod(folder, 0o755);
    });
  }
  const other = text('another');
  await expect(store.writeBlob(other.descriptor, other.open)).rejects.toMatchObject({ code: 'IO' });
  await expect(store.ingestBlob('text/plain', other.open)).rejects.toMatchObject({ code: 'IO' });
  await expect(store.putManifest(image, { tags: ['v2'] })).rejects.toMatchObject({ code: 'IO' });
  await expectUntouched(store, before);
  expect((await readBlob(store, content.descriptor)).equals(content.bytes)).toBe(true);
  expect((await (await openLayout(directory)).resolve({})).digest).toBe(image.descriptor.digest);
});
