import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { processDomain } from '../../../src/io/files/process-identity.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { writeArchive } from '../../../src/store/archive/write.js';
import type { ArchiveBlob, CallOptions } from '../../../src/store/interfaces/store.js';
import { openArchiveWriter } from '../../../src/store/open.js';
import { CANNOT_MOUNT, makeReadOnly, smallDisk } from '../../commands/support/disk.js';
import { noise as random } from '../../io/tar/support/archives.js';
import { tempDir } from '../../support/temp.js';
import { Content, noise, text } from '../support/artifacts.js';
import { blobOf, someImage, stateOf } from './support/writing.js';

const NAMES = ['old.tar', 'old.tar.gz'];

async function withOld(name: string) {
  const directory = await tempDir();
  const path = join(directory, name);
  await writeFile(path, 'old');
  return { directory, path, before: await stateOf(directory) };
}

function withBlob(...blobs: ArchiveBlob[]) {
  const content = someImage();
  return { ...content, blobs: [...content.blobs, ...blobs] };
}

/** Gives some of its bytes, and then waits without end. */
function stalling(size: number, given: number) {
  const { descriptor, bytes } = noise(size, 'stalls');
  const streams: Readable[] = [];
  const open = async () => {
    let at = 0;
    const read = (stream: Readable) => {
      if (at < given) stream.push(bytes.subarray(at, Math.min(at + 50_000, given)));
      at += 50_000;
    };
    const stream = new Readable({
      read() {
        setImmediate(read, this);
      },
    });
    streams.push(stream);
    return stream;
  };
  return { blob: { descriptor, open }, streams };
}

describe.each(NAMES)('%s stays, and nothing comes beside it', (name) => {
  const good = noise(5000, 'good');
  const wrong = (bytes: Buffer) => async () => Readable.from([bytes]);

  it.each<[string, Buffer, string]>([
    ['has other bytes', Buffer.alloc(5000), 'DIGEST_MISMATCH'],
    ['is too short', good.bytes.subarray(1), 'SIZE_MISMATCH'],
    ['is too long', Buffer.concat([good.bytes, Buffer.alloc(1)]), 'SIZE_MISMATCH'],
    ['is empty', Buffer.alloc(0), 'SIZE_MISMATCH'],
  ])('when a blob %s', async (_, bytes, code) => {
    const { directory, path, before } = await withOld(name);
    const content = withBlob({ descriptor: good.descriptor, open: wrong(bytes) });
    await expect(writeArchive(path, content, { overwrite: true })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(good.descriptor.digest),
    });
    expect(await stateOf(directory)).toEqual(before);
  });

  it('when a blob cannot be opened, or breaks off; what else is open is closed', async () => {
    const { directory, path, before } = await withOld(name);
    const { blob, streams } = stalling(2_000_000, 1000);
    const failing = (): Promise<Readable> => Promise.reject(new Error('not to be had'));
    const content = withBlob({ descriptor: good.descriptor, open: failing }, ...(name === 'old.tar' ? [blob] : []));
    await expect(writeArchive(path, content, { overwrite: true })).rejects.toThrow('not to be had');
    for (const stream of streams) expect(stream.destroyed).toBe(true);
    const breaking = async () => {
      const stream = new Readable({ read: () => {} });
      stream.push(good.bytes.subarray(0, 1000));
      setImmediate(() => stream.destroy(new Error('the line broke')));
      return stream;
    };
    const broken = withBlob({ descriptor: good.descriptor, open: breaking });
    await expect(writeArchive(path, broken, { overwrite: true })).rejects.toThrow('the line broke');
    expect(await stateOf(directory)).toEqual(before);
  });

  it('when it is interrupted half-way', async () => {
    const { directory, path, before } = await withOld(name);
    const { blob, streams } = stalling(2_000_000, 1_500_000);
    const controller = new AbortController();
    const writing = writeArchive(path, withBlob(blob), {
      overwrite: true,
      signal: controller.signal,
      onProgress: ({ digest }, bytes) => {
        if (digest === blob.descriptor.digest && bytes > 0) setImmediate(() => controller.abort());
      },
    });
    await expect(writing).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true]);
    expect(await stateOf(directory)).toEqual(before);
  });

  it('when it is interrupted while a blob is waited for', async () => {
    const { directory, path, before } = await withOld(name);
    const controller = new AbortController();
    const open = ({ signal }: CallOptions) =>
      new Promise<Readable>((_, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
        setImmediate(() => controller.abort());
      });
    const content = withBlob({ descriptor: good.descriptor, open });
    await expect(writeArchive(path, content, { overwrite: true, signal: controller.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(await stateOf(directory)).toEqual(before);
  });

  it('when it was interrupted before', async () => {
    const { directory, path, before } = await withOld(name);
    const { blob, streams } = stalling(10, 5);
    await expect(
      writeArchive(path, withBlob(blob), { overwrite: true, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(streams).toEqual([]);
    expect(await stateOf(directory)).toEqual(before);
  });

  it.skipIf(CANNOT_MOUNT)('when the disk is full, or can only be read', async () => {
    const disk = await smallDisk('200k');
    const path = join(disk, name);
    await writeFile(path, 'old');
    const before = await stateOf(disk);
    const { descriptor, open } = new Content(random(300_000));
    await expect(
      writeArchive(path, { entries: [], blobs: [{ descriptor, open }] }, { overwrite: true }),
    ).rejects.toMatchObject({ code: 'IO', message: `${disk} cannot be written: the disk is full` });
    expect(await stateOf(disk)).toEqual(before);
    makeReadOnly(disk);
    await expect(writeArchive(path, { entries: [], blobs: [] }, { overwrite: true })).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('read-only'),
    });
    expect(await stateOf(disk)).toEqual(before);
  });
});

describe('a target', () => {
  it('that exists is refused before anything is opened, and replaced where that is wanted', async () => {
    const { directory, path, before } = await withOld('old.tar');
    const blob = text('blob');
    const content = { entries: [], blobs: [blobOf(blob)] };
    const refusal = { code: 'EXISTS', hint: expect.stringContaining('--overwrite') };
    await expect(writeArchive(path, content)).rejects.toMatchObject(refusal);
    await expect(openArchiveWriter(path)).rejects.toMatchObject(refusal);
    expect([blob.opened, await stateOf(directory)]).toEqual([0, before]);
    await writeArchive(path, content, { overwrite: true });
    expect(Object.keys(await stateOf(directory))).toEqual(['old.tar']);
    expect((await stateOf(directory))['old.tar']).not.toBe('old');
  });

  it('that somebody makes meanwhile stays', async () => {
    const directory = await tempDir();
    const path = join(directory, 'new.tar');
    const { descriptor, open } = text('blob');
    const meanwhile = async () => {
      await writeFile(path, 'theirs');
      return open();
    };
    await expect(writeArchive(path, { entries: [], blobs: [{ descriptor, open: meanwhile }] })).rejects.toMatchObject({
      code: 'EXISTS',
    });
    expect(await stateOf(directory)).toEqual({ 'new.tar': 'theirs' });
  });

  it('that is a directory or a device is never replaced, nor is what is no directory written into', async () => {
    const directory = await tempDir();
    const content = { entries: [], blobs: [] };
    await expect(writeArchive(directory, content, { overwrite: true })).rejects.toMatchObject({
      code: 'EXISTS',
      hint: expect.stringContaining(`oci:${directory}`),
    });
    await expect(writeArchive('/dev/null', content, { overwrite: true })).rejects.toMatchObject({ code: 'EXISTS' });
    const nowhere = join(directory, 'none', 'new.tar');
    await expect(writeArchive(nowhere, content)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `${join(directory, 'none')} does not exist`,
      hint: 'Create it first',
    });
    await writeFile(join(directory, 'none'), '');
    await expect(writeArchive(nowhere, content)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that is a link leads to the file that is replaced', async () => {
    const { directory, path } = await withOld('old.tar');
    const other = await tempDir();
    await symlink(path, join(other, 'link.tar'));
    await writeArchive(join(other, 'link.tar'), { entries: [], blobs: [] }, { overwrite: true });
    expect(await stateOf(other)).toEqual(await stateOf(directory).then((state) => ({ 'link.tar': state['old.tar'] })));
    expect((await stateOf(directory))['old.tar']).toContain('imageLayoutVersion');
  });

  it('is freed of what a killed process left beside it', async () => {
    const directory = await tempDir();
    await writeFile(join(directory, `.remora-${processDomain()}-999999999-0123456789ab.tmp`), 'abandoned');
    await writeArchive(join(directory, 'new.tar'), { entries: [], blobs: [] });
    expect(Object.keys(await stateOf(directory))).toEqual(['new.tar']);
  });
});

describe('what cannot be an archive', () => {
  it('is a blob with two sizes, or a digest that cannot be verified', async () => {
    const directory = await tempDir();
    const path = join(directory, 'new.tar');
    const { descriptor, open } = text('blob');
    const twice = [blobOf(text('blob')), { descriptor: { ...descriptor, size: 5 }, open }];
    await expect(writeArchive(path, { entries: [], blobs: twice })).rejects.toMatchObject({
      code: 'SIZE_MISMATCH',
      expected: 4,
      found: 5,
    });
    const unknown = { ...descriptor, digest: parseDigest(`blake3:${'a'.repeat(64)}`) };
    await expect(writeArchive(path, { entries: [], blobs: [{ descriptor: unknown, open }] })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    expect(await stateOf(directory)).toEqual({});
  });
});
