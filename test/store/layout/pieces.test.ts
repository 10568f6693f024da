import { randomBytes } from 'node:crypto';
import { readdir, readlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LENT_BYTES, lend } from '../../../src/io/streams/lent.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { openPieces } from '../../../src/store/layout/blobs/pieces.js';
import { tempDir } from '../../support/temp.js';

const PIECE = 256 * 1024;

async function blob(size: number) {
  const bytes = randomBytes(size);
  const file = join(await tempDir(), 'blob');
  await writeFile(file, bytes);
  return { bytes, file, descriptor: { mediaType: 'application/octet-stream', digest: digestOf(bytes), size } };
}

async function taken(pieces: AsyncIterable<Buffer>, chunks: Buffer[]): Promise<void> {
  // The memory is used again: a piece is copied.
  for await (const piece of pieces) chunks.push(Buffer.from(piece));
}

it.each([0, 1, PIECE - 1, PIECE, PIECE + 1, 4 * PIECE, 4 * PIECE + 7])('reads a blob of %d bytes', async (size) => {
  const { bytes, file, descriptor } = await blob(size);
  const all = await Promise.all(
    [1, 2, 3].map(async () => {
      const chunks: Buffer[] = [];
      await taken(await openPieces(file, descriptor), chunks);
      return chunks;
    }),
  );
  for (const chunks of all) {
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    expect(chunks.length).toBe(Math.max(Math.ceil(size / PIECE), 1));
  }
});

it('lends no memory of small blobs to others: Node.js shares it between many', async () => {
  const { file, descriptor } = await blob(1);
  await taken(await openPieces(file, descriptor), []);
  expect(Array.from({ length: 40 }, () => lend().length)).toEqual(Array.from({ length: 40 }, () => LENT_BYTES));
});

it('gives all but the last piece of a blob that is damaged or cut', async () => {
  const { bytes, file, descriptor } = await blob(2 * PIECE + 1);
  await writeFile(file, bytes.fill(bytes[0] === 0 ? 1 : 0, 0, 1));
  const chunks: Buffer[] = [];
  await expect(taken(await openPieces(file, descriptor), chunks)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  expect(chunks.length).toBe(2);
  await truncate(file, 2 * PIECE);
  await expect(taken(await openPieces(file, descriptor), [])).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
});

it.runIf(process.platform === 'linux')('closes the file where the reader stops', async () => {
  const { file, descriptor } = await blob(2 * PIECE);
  for await (const _ of await openPieces(file, descriptor)) break;
  const names = await readdir('/proc/self/fd');
  const open = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  expect(open).not.toContain(file);
});
