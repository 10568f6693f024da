import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readTar } from '../../../src/io/tar/entries.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { archiveMembers, type LayoutContent } from '../../../src/store/archive/members.js';
import { writeArchive } from '../../../src/store/archive/write.js';
import type { ArchiveBlob, WriteArchiveOptions } from '../../../src/store/interfaces/store.js';
import { streamOf } from '../../io/tar/support/archives.js';
import { tempDir } from '../../support/temp.js';
import { type Content, listTags, noise, readBlob, text } from '../support/artifacts.js';
import { openForTest } from './support/packed.js';
import { blobOf, headersOf, sha256, someImage } from './support/writing.js';

async function bytesOf(content: LayoutContent, options: WriteArchiveOptions = {}, name = 'new.tar'): Promise<Buffer> {
  const path = join(await tempDir(), name);
  await writeArchive(path, content, options);
  return readFile(path);
}

function late({ descriptor, open }: ArchiveBlob, index: number): ArchiveBlob {
  return {
    descriptor,
    open: async (options) => {
      await sleep(20 - index * 5);
      return open(options);
    },
  };
}

describe('what is written', () => {
  afterEach(() => vi.useRealTimers());

  it('is the same each time, in any order of the input, whatever comes first, by any clock and umask', async () => {
    const content = someImage();
    const blobs = [...content.blobs];
    const first = await bytesOf(content);
    const others = [
      { ...content, blobs: blobs.toReversed() },
      { ...content, blobs: blobs.map(late) },
      { ...content, blobs: [...blobs, ...blobs] },
    ];
    for (const other of others) expect((await bytesOf(other)).equals(first)).toBe(true);
    expect((await bytesOf(content, { concurrency: 1 })).equals(first)).toBe(true);
    const umask = process.umask(0o077);
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2040-02-29') });
    try {
      expect((await bytesOf(content)).equals(first)).toBe(true);
    } finally {
      process.umask(umask);
    }
  });

  it('is what it always was', async () => {
    // Other bytes here mean that every archive gets another digest: a breaking change, not a test to update.
    const content = someImage();
    const plain = await bytesOf(content);
    expect(sha256(plain)).toBe('6c05e9fee2812bcf8469d18d9381ff7eb8be4160d4f5ed2b3abfc6d748017e8e');
    expect(sha256(await bytesOf(content, {}, 'new.tgz'))).toBe(
      '3430b50df530a0efec66e847027e4ef9b475b8439e357037015ea9ebd230d6c4',
    );
  });

  it('has the two files that tell what it is first, then blobs by name, and nothing of who wrote it', async () => {
    const content = someImage();
    const headers = await headersOf(await bytesOf(content));
    const blobs = [...content.blobs].map(({ descriptor }) => descriptor);
    const names = blobs.map(({ digest }) => `blobs/sha256/${digest.slice(7)}`).sort();
    expect(headers.map(({ name }) => name)).toEqual(['oci-layout', 'index.json', ...names]);
    for (const header of headers) {
      expect(header).toMatchObject({ type: 'file', mode: 0o644, uid: 0, gid: 0, uname: '', gname: '', pax: null });
      expect(header.mtime).toEqual(new Date(0));
    }
  });

  it('is read again: tags, manifest and blobs', async () => {
    const { image, ...content } = someImage();
    const large = noise(300_000);
    for (const name of ['a.tar', 'a.tar.gz', 'a.tgz', 'no-ending']) {
      const path = join(await tempDir(), name);
      await writeArchive(path, content);
      const source = await openForTest(path);
      expect(await listTags(source)).toEqual(['v1']);
      expect((await source.manifest({ tag: 'v1' })).descriptor).toEqual(image.descriptor);
      expect((await readBlob(source, large.descriptor)).equals(large.bytes)).toBe(true);
    }
  });

  it('may be nothing but an empty layout', async () => {
    const path = join(await tempDir(), 'empty.tar');
    await writeArchive(path, { entries: [], blobs: [] });
    expect(await listTags(await openForTest(path))).toEqual([]);
  });

  it('holds empty blobs, blobs of whole blocks, and those with sha512', async () => {
    const contents = [text(''), noise(512), noise(1024), noise(513), text('x', 'sha512'), noise(70_000)];
    const path = join(await tempDir(), 'sizes.tar');
    await writeArchive(path, { entries: [], blobs: contents.map(blobOf) });
    const source = await openForTest(path);
    for (const { descriptor, bytes } of contents) expect((await readBlob(source, descriptor)).equals(bytes)).toBe(true);
  });

  it('tells the size of a blob of more than 8 GiB in a pax record', async () => {
    const descriptor = { mediaType: 'x/y', digest: parseDigest(`sha256:${'a'.repeat(64)}`), size: 9 * 1024 ** 3 };
    const open = () => Promise.reject(new Error('is not read'));
    const header = archiveMembers({ entries: [], blobs: [{ descriptor, open }] }).at(-1)?.header ?? Buffer.alloc(0);
    const { value } = await readTar(streamOf(header)).next();
    expect(value).toMatchObject({ name: `blobs/sha256/${'a'.repeat(64)}`, size: 9 * 1024 ** 3 });
  });
});

describe('compression', () => {
  it('is told by the ending, and holds the same archive', async () => {
    const content = someImage();
    const plain = await bytesOf(content);
    for (const name of ['new', 'new.tar', 'new.gz', 'tgz'])
      expect((await bytesOf(content, {}, name)).equals(plain)).toBe(true);
    const gzip = await bytesOf(content, {}, 'new.tar.gz');
    expect(zlib.gunzipSync(gzip).equals(plain)).toBe(true);
    const others = { ...content, blobs: [...content.blobs].toReversed().map(late) };
    for (const name of ['new.tar.gz', 'new.tgz']) expect((await bytesOf(others, {}, name)).equals(gzip)).toBe(true);
  });

  const hasZstd = 'zstdCompressSync' in zlib;

  it.skipIf(hasZstd)('with zstd is refused where there is none, before anything is written', async () => {
    const directory = await tempDir();
    for (const name of ['new.tar.zst', 'new.tzst']) {
      await expect(writeArchive(join(directory, name), someImage())).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('22.15'),
        hint: expect.stringContaining('.tar.gz'),
      });
    }
  });

  it.skipIf(!hasZstd)('with zstd is the same each time', async () => {
    const { image, ...content } = someImage();
    const zstd = await bytesOf(content, {}, 'new.tar.zst');
    const others = { ...content, blobs: [...content.blobs].toReversed().map(late) };
    expect((await bytesOf(others, {}, 'new.tzst')).equals(zstd)).toBe(true);
    const path = join(await tempDir(), 'new.tar.zst');
    await writeArchive(path, content);
    expect((await (await openForTest(path)).manifest({})).descriptor).toEqual(image.descriptor);
  });
});

/** Blobs that tell how many of them are open, and how many were at most. */
function counting(contents: readonly Content[]) {
  const seen = { open: 0, most: 0 };
  const blobs = contents.map(
    ({ descriptor, open }): ArchiveBlob => ({
      descriptor,
      open: async () => {
        seen.most = Math.max(seen.most, ++seen.open);
        await sleep(5);
        return (await open()).once('close', () => {
          seen.open -= 1;
        });
      },
    }),
  );
  return { seen, blobs };
}

describe('blobs', () => {
  const contents = Array.from({ length: 12 }, (_, index) => noise(1000 + index));

  it.each([
    ['new.tar', {}, 5],
    ['new.tar', { concurrency: 2 }, 2],
    ['new.tar.gz', {}, 2],
  ])('are opened ahead, and not too many: %s %o', async (name, options, most) => {
    const { seen, blobs } = counting(contents);
    await bytesOf({ entries: [], blobs }, options, name);
    expect(seen).toEqual({ open: 0, most });
  });

  it('are opened ahead only when the one before comes to its end', async () => {
    const large = noise(12 * 1024 * 1024);
    const small = contents.find(({ descriptor }) => descriptor.digest > large.descriptor.digest) ?? text('');
    let progress = 0;
    let openedAt = 0;
    const late: ArchiveBlob = {
      descriptor: small.descriptor,
      open: () => {
        openedAt = progress;
        return small.open();
      },
    };
    await bytesOf(
      { entries: [], blobs: [blobOf(large), late] },
      {
        onProgress: ({ digest }, bytes) => {
          if (digest === large.descriptor.digest) progress = bytes;
        },
      },
      'new.tgz',
    );
    expect(openedAt).toBeGreaterThanOrEqual(8 * 1024 * 1024);
    expect(openedAt).toBeLessThan(12 * 1024 * 1024);
  });

  it.each(['new.tar', 'new.tar.gz'])('are told of as they are written: %s', async (name) => {
    const moved = new Map<string, number>();
    const done: string[] = [];
    await bytesOf(
      { entries: [], blobs: contents.map(blobOf) },
      {
        onProgress: ({ digest }, bytes) => moved.set(digest, bytes),
        onWritten: ({ digest }) => done.push(digest),
      },
      name,
    );
    const digests = contents.map(({ descriptor }) => descriptor.digest).sort();
    expect(done.toSorted()).toEqual(digests);
    for (const { descriptor } of contents) expect(moved.get(descriptor.digest)).toBe(descriptor.size);
  });
});
