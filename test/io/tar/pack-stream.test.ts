import { readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packDirectory, tarDirectory } from '../../../src/io/tar/pack.js';
import { tempDir } from '../../support/temp.js';
import { collect, noise } from './support/archives.js';

describe('the stream of a packed directory', () => {
  it('ends with the caller’s signal', async () => {
    const root = await tempDir();
    await writeFile(join(root, 'file'), noise(3_000_000));
    const abort = new AbortController();
    const { stream, uncompressedDigest } = packDirectory(root, { prefix: 'p', signal: abort.signal });
    const reading = async () => {
      for await (const _chunk of stream) abort.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(uncompressedDigest).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await openFilesBelow(root)).toEqual([]);
  });

  it('closes its file when the reader goes away, and the digest says so', async () => {
    const root = await tempDir();
    await writeFile(join(root, 'file'), noise(3_000_000));
    const { stream, uncompressedDigest } = packDirectory(root, { prefix: 'p' });
    for await (const _chunk of stream) break;
    await expect(uncompressedDigest).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect.poll(() => openFilesBelow(root)).toEqual([]);
  });

  it('rejects the digest when it is destroyed before anybody read it', async () => {
    const { stream, uncompressedDigest } = packDirectory(await tempDir(), { prefix: 'p' });
    stream.destroy();
    await expect(uncompressedDigest).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('fails without an unhandled rejection of the digest', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listener);
    try {
      await expect(collect(packDirectory(join(await tempDir(), 'none'), { prefix: 'p' }).stream)).rejects.toMatchObject(
        { code: 'NOT_FOUND' },
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', listener);
    }
  });

  it('does not run ahead of its reader', async () => {
    const root = await tempDir();
    await writeFile(join(root, 'file'), noise(20_000_000));
    const stream = tarDirectory(root, { prefix: 'p' });
    await new Promise((resolve) => stream.once('readable', resolve));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stream.readableLength).toBeLessThan(1_000_000);
    stream.destroy();
  });
});

async function openFilesBelow(root: string): Promise<string[]> {
  const open = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return open.filter((path) => path.startsWith(root));
}
