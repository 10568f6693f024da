import { describe, expect, it } from 'vitest';
import { UnpackLimit } from '../../../src/io/compression/unpack-limit.js';

const GIB = 1024 ** 3;

async function* chunks(...sizes: number[]) {
  for (const size of sizes) yield Buffer.alloc(size);
}

describe('UnpackLimit', () => {
  it.each([
    [0, GIB],
    [3_100_000, GIB],
    [GIB / 100, 2 * GIB],
    [GIB, 64 * GIB],
    [1000 * GIB, 64 * GIB],
  ])('of %i packed bytes is %i', (packed, most) => {
    expect(new UnpackLimit(packed).maxBytes).toBe(most);
    expect(new UnpackLimit(packed, { maxUnpackedBytes: 7 }).maxBytes).toBe(7);
  });

  it('allows an entry for 4 KiB, at most a million, and no fewer where bytes are given', () => {
    expect(new UnpackLimit(1).maxEntries).toBe(GIB / 4096);
    expect(new UnpackLimit(GIB).maxEntries).toBe(1_000_000);
    expect(new UnpackLimit(1, { maxUnpackedBytes: 7 }).maxEntries).toBe(1_000_000);
    expect(new UnpackLimit(1, { maxUnpackedBytes: 8 * GIB }).maxEntries).toBe((8 * GIB) / 4096);
  });

  it('counts what several give together, and passes on nothing beyond', async () => {
    const limit = new UnpackLimit(12, { maxUnpackedBytes: 1000 });
    let bytes = 0;
    const read = async (...sizes: number[]) => {
      for await (const chunk of limit.counted(chunks(...sizes))) bytes += chunk.length;
    };
    await read(400, 500);
    expect([bytes, limit.isExceeded]).toEqual([900, false]);
    await expect(read(100, 1)).rejects.toMatchObject({
      code: 'SIZE_MISMATCH',
      expected: 1000,
      found: 1001,
      message: '12 bytes unpack to 1001 bytes and more, wanted at most 1000',
      hint: expect.stringContaining('--max-unpacked'),
    });
    expect([bytes, limit.isExceeded]).toEqual([1000, true]);
  });

  it('counts entries', () => {
    const limit = new UnpackLimit(0);
    for (let entry = 0; entry < limit.maxEntries; entry += 1) limit.countEntry();
    expect(() => limit.countEntry()).toThrow(expect.objectContaining({ code: 'SIZE_MISMATCH', found: 262_145 }));
  });

  it('has its room again when an archive failed', async () => {
    const limit = new UnpackLimit(0, { maxUnpackedBytes: 1000 });
    const used = { bytes: 0, entries: 0 };
    const read = async (size: number) => {
      for await (const _ of limit.counted(chunks(size), used));
    };
    await expect(read(5000)).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
    limit.giveBack(used);
    await read(1000);
    expect(used).toEqual({ bytes: 6000, entries: 0 });
  });
});
