import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/oci/values/digest.js';
import { deleteManifest, deleteTag } from '../../../src/operations/manifest/delete-manifest.js';
import { blobPath } from '../../../src/store/layout/files/paths.js';
import { openHostedLayout } from '../../../src/store/layout/hosting/hosted-store.js';
import { noise, readBlob } from '../support/artifacts.js';
import { HandWrittenLayout, tagged } from './support/by-hand.js';

async function begin() {
  const layout = await HandWrittenLayout.begin();
  const child = await layout.image('child');
  const index = await layout.document({ manifests: [child] });
  await layout.index([tagged(index, 'v1')]);
  return { layout, child, index, store: await openHostedLayout(layout.directory) };
}

describe('a damaged manifest', () => {
  it.each([
    ['is cut off', '{"schemaVersion":2'],
    ['is empty', ''],
    ['has other content', '{"schemaVersion":2,"manifests":[]}'],
  ])('that %s is called damaged, and can be deleted', async (_, content) => {
    const { layout, child, store } = await begin();
    const path = blobPath(layout.directory, child.digest);
    await writeFile(path, content);
    await expect(store.manifest({ digest: child.digest })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await deleteManifest(`oci:${layout.directory}@${child.digest}`)).toMatchObject({ deleted: true });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that does not begin like one stays, and is called damaged', async () => {
    const { layout, child } = await begin();
    await writeFile(blobPath(layout.directory, child.digest), Buffer.of(0x1f, 0x8b, 0));
    await expect(deleteManifest(`oci:${layout.directory}@${child.digest}`)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      hint: expect.stringContaining('as a blob'),
    });
    expect(await readFile(blobPath(layout.directory, child.digest))).toHaveLength(3);
  });

  it('that is named goes with its name, whatever is in its file', async () => {
    const { layout, index } = await begin();
    await writeFile(blobPath(layout.directory, index.digest), Buffer.of(0x1f, 0x8b, 0));
    expect(await deleteManifest(`oci:${layout.directory}@${index.digest}`)).toMatchObject({ deleted: true });
    expect(JSON.parse(await layout.readIndex()).manifests).toEqual([]);
  });

  it('that is tagged, or missing, can lose its tag', async () => {
    for (const damage of [(path: string) => writeFile(path, 'x'), (path: string) => rm(path)]) {
      const { layout, index } = await begin();
      await damage(blobPath(layout.directory, index.digest));
      expect(await deleteTag(`oci:${layout.directory}:v1`)).toMatchObject({ deleted: true });
      expect(JSON.parse(await layout.readIndex()).manifests).toEqual([index]);
    }
  });

  it('is written again, and a blob that is no manifest is not found as one', async () => {
    const { layout, child, index, store } = await begin();
    const manifest = await store.manifest({ tag: 'v1' });
    const bytes = await readFile(blobPath(layout.directory, index.digest));
    await writeFile(blobPath(layout.directory, index.digest), Buffer.alloc(index.size, 'x'));
    expect(await store.putManifest(manifest, { tags: ['v2'] })).toMatchObject({ result: 'written' });
    expect(await readFile(blobPath(layout.directory, index.digest))).toEqual(bytes);
    const { config } = JSON.parse(await readFile(blobPath(layout.directory, child.digest), 'utf8'));
    await expect(deleteManifest(`oci:${layout.directory}@${config.digest}`)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('an upload whose commit failed', () => {
  const blob = noise(100_000);

  async function uploaded() {
    const { layout, store } = await begin();
    const id = await store.beginUpload();
    await store.appendUpload(id, await blob.open());
    return { layout, store, id };
  }

  it.each<[string, (directory: string) => Promise<() => Promise<void>>]>([
    [
      'since a file is in the way of blobs/',
      async (directory) => {
        await rm(join(directory, 'blobs'), { recursive: true });
        await writeFile(join(directory, 'blobs'), '');
        return () => rm(join(directory, 'blobs'));
      },
    ],
    [
      'since a directory has its name',
      async (directory) => {
        await mkdir(join(blobPath(directory, blob.descriptor.digest), 'x'), { recursive: true });
        return () => rm(blobPath(directory, blob.descriptor.digest), { recursive: true });
      },
    ],
    [
      'since a file is in the way of blobs/sha256/',
      async (directory) => {
        await rm(join(directory, 'blobs', 'sha256'), { recursive: true });
        await writeFile(join(directory, 'blobs', 'sha256'), '');
        return () => rm(join(directory, 'blobs', 'sha256'));
      },
    ],
  ])('%s is committed when that has gone', async (_, spoil) => {
    const { layout, store, id } = await uploaded();
    const mend = await spoil(layout.directory);
    for (const attempt of [1, 2])
      await expect(store.commitUpload(id, blob.descriptor.digest), `${attempt}`).rejects.toMatchObject({
        code: expect.stringMatching(/^(IO|EXISTS)$/),
      });
    await mend();
    expect(await store.commitUpload(id, blob.descriptor.digest)).toBe(blob.descriptor.size);
    expect(await readBlob(store, blob.descriptor)).toHaveLength(blob.descriptor.size);
  });

  it('takes more bytes in between', async () => {
    const { layout, store, id } = await uploaded();
    await rm(join(layout.directory, 'blobs'), { recursive: true });
    await writeFile(join(layout.directory, 'blobs'), '');
    await expect(store.commitUpload(id, blob.descriptor.digest)).rejects.toMatchObject({ code: 'IO' });
    await rm(join(layout.directory, 'blobs'));
    await store.appendUpload(id, Readable.from([Buffer.from('more')]));
    const whole = Buffer.concat([blob.bytes, Buffer.from('more')]);
    expect(await store.commitUpload(id, digestOf(whole))).toBe(whole.length);
    expect(await readFile(blobPath(layout.directory, digestOf(whole)))).toEqual(whole);
  });
});

describe('a writer that waits for another of the same blob', () => {
  it('ends with its own signal, and leaves the other at work', async () => {
    const { store } = await begin();
    const blob = noise(1000);
    const stuck = new PassThrough();
    const first = store.writeBlob(blob.descriptor, async () => stuck);
    const controller = new AbortController();
    const second = store.writeBlob(blob.descriptor, blob.open, { signal: controller.signal });
    const third = store.writeBlob(blob.descriptor, blob.open);
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'INTERRUPTED' });
    stuck.end();
    await expect(first).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
    expect(await third).toBe('written');
    const aborted = store.writeBlob(blob.descriptor, blob.open, { signal: controller.signal });
    await expect(aborted).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
