import { setTimeout as sleep } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decompressed } from '../../../src/io/compression/decompress.js';

const MEMBER = zlib.gzipSync(Buffer.alloc(3072, 'x'));
const ZEROS = Buffer.alloc(1000);
const TEXT = Buffer.from('text');

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What comes of bytes behind a member whose reader takes its time with each chunk. */
async function read(behind: Buffer, size: number, ms: number): Promise<number> {
  let length = 0;
  for await (const chunk of decompressed(pieces(Buffer.concat([MEMBER, behind]), size), 'gzip')) {
    length += chunk.length;
    await sleep(ms);
  }
  return length;
}

describe.each([0, 15])('with a reader that takes %i ms for a chunk', (ms) => {
  it.each([
    ['text', TEXT],
    ['zeros', ZEROS],
    ['zeros and text', Buffer.concat([ZEROS, TEXT])],
    ['zeros and a member', Buffer.concat([ZEROS, MEMBER])],
    ['the first byte of a member', Buffer.of(0x1f)],
  ])('refuses %s behind the end', async (_, behind) => {
    for (const size of [1, 100, 1e6])
      await expect(read(behind, size, ms)).rejects.toMatchObject({
        code: 'MALFORMED',
        message: expect.stringContaining('gzip data cannot be read'),
      });
  });

  it('reads one member behind another', async () => {
    for (const size of [1, 100, 1e6]) expect(await read(MEMBER, size, ms)).toBe(6144);
  });
});
