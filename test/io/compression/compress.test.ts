import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressed, compressionOfName, requireCompression } from '../../../src/io/compression/compress.js';
import { decompressed } from '../../../src/io/compression/decompress.js';
import { collect, noise, streamOf } from '../tar/support/archives.js';

const hasZstd = 'createZstdCompress' in zlib;
const mixed = Buffer.concat([
  Buffer.from('the quick brown fox\n'.repeat(20_000)),
  Buffer.alloc(100_000),
  noise(200_000),
]);

it.each([
  ['a.tar', undefined],
  ['a', undefined],
  ['tgz', undefined],
  ['a.gz', undefined],
  ['a.tar.gz', 'gzip'],
  ['a.tgz', 'gzip'],
  ['.tgz', 'gzip'],
  ['a.tar.zst', 'zstd'],
  ['a.tzst', 'zstd'],
  ['a.tgz/b', undefined],
])('%s promises %s', (name, expected) => {
  expect(compressionOfName(name)).toBe(expected);
});

describe.each(hasZstd ? (['gzip', 'zstd'] as const) : (['gzip'] as const))('%s', (compression) => {
  it.each([0, 1, 65_536, mixed.length])('gives back %i bytes', async (length) => {
    const bytes = mixed.subarray(0, length);
    const small = await collect(compressed(streamOf(bytes), compression));
    expect((await collect(decompressed(streamOf(small), compression))).equals(bytes)).toBe(true);
  });

  it('gives the same bytes however the input is cut', async () => {
    const whole = await collect(compressed(streamOf(mixed, mixed.length), compression));
    // What is not awaited comes as fast as it can.
    const eager = async function* () {
      for (let at = 0; at < mixed.length; at += 999) yield mixed.subarray(at, at + 999);
    };
    expect((await collect(compressed(eager(), compression))).equals(whole)).toBe(true);
    for (const size of [1000, 8191, 65_536, 131_072, 100_001])
      expect((await collect(compressed(streamOf(mixed, size), compression))).equals(whole)).toBe(true);
  });

  it('fails as its source does, and closes a source that is read no further', async () => {
    const failing = async function* () {
      yield mixed;
      throw new Error('the source failed');
    };
    await expect(collect(compressed(failing(), compression))).rejects.toThrow('the source failed');
    let isClosed = false;
    const endless = async function* () {
      try {
        for (;;) yield noise(200_000);
      } finally {
        isClosed = true;
      }
    };
    for await (const chunk of compressed(endless(), compression)) if (chunk.length > 0) break;
    expect(isClosed).toBe(true);
  });
});

it.skipIf(hasZstd)('says which Node.js writes zstd', async () => {
  const error = { code: 'UNSUPPORTED', message: expect.stringContaining('22.15'), hint: expect.any(String) };
  expect(() => requireCompression('zstd')).toThrow(expect.objectContaining(error));
  await expect(collect(compressed(streamOf(mixed), 'zstd'))).rejects.toMatchObject(error);
  expect(() => requireCompression('gzip')).not.toThrow();
  expect(() => requireCompression(undefined)).not.toThrow();
});
