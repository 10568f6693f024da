import { open, truncate } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { UnpackLimit } from '../../../src/io/compression/unpack-limit.js';
import { encodeTarHeader } from '../../../src/io/tar/header.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import { readContents } from '../../../src/store/archive/contents.js';
import { tarOf } from '../../io/tar/support/archives.js';
import { HandWrittenLayout, tagged } from '../layout/support/by-hand.js';
import { listTags } from '../support/artifacts.js';
import { membersOf, openForTest, writeArchive } from './support/packed.js';

const GIB = 1024 ** 3;
const LARGE = parseDigest(`sha256:${'b'.repeat(64)}`);
const HUGE = parseDigest(`sha256:${'c'.repeat(64)}`);

/** An archive with a member of 2 GiB and one of 10 GiB, which takes nothing on disk: they are holes in the file. */
async function sparseArchive(): Promise<string> {
  const layout = await HandWrittenLayout.begin();
  await layout.index([tagged(await layout.image('image'), 'v1')]);
  const members = (await tarOf(await membersOf(layout.directory))).subarray(0, -1024);
  const header = (digest: string, size: number) =>
    encodeTarHeader({ name: `blobs/sha256/${digest.slice(7)}`, type: 'file', mode: 0o644, size });
  const [large, huge] = [header(LARGE, 2 * GIB), header(HUGE, 10 * GIB)];
  const path = await writeArchive(large);
  await truncate(path, large.length + 2 * GIB);
  const file = await open(path, 'r+');
  const next = large.length + 2 * GIB;
  await file.write(Buffer.concat([members, huge]), 0, members.length + huge.length, next);
  await file.close();
  await truncate(path, next + members.length + huge.length + 10 * GIB + 1024);
  return path;
}

it('seeks over contents: of 12 GiB only the headers are read', async () => {
  const path = await sparseArchive();
  const file = await open(path, 'r');
  let bytes = 0;
  let reads = 0;
  const counting: Parameters<typeof readContents>[0] = {
    read: async (buffer, offset, length, position) => {
      const result = await file.read(buffer, offset, length, position);
      bytes += result.bytesRead;
      reads += 1;
      return result;
    },
  };
  try {
    const { size: all } = await file.stat();
    const { files } = await readContents(counting, all, new UnpackLimit(all));
    expect(
      [...files.values()]
        .map(({ size }) => size)
        .toSorted((one, other) => other - one)
        .slice(0, 2),
    ).toEqual([10 * GIB, 2 * GIB]);
    expect(bytes).toBeLessThan(64 * 1024);
    expect(reads).toBeLessThan(8);
  } finally {
    await file.close();
  }
});

it('opens such an archive, and knows the sizes of what is in it', async () => {
  const source = await openForTest(await sparseArchive());
  expect(await listTags(source)).toEqual(['v1']);
  expect(await source.blobSize(LARGE)).toBe(2 * GIB);
  expect(await source.blobSize(HUGE)).toBe(10 * GIB);
  await source.resolve({ tag: 'v1' });
});
