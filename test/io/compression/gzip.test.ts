import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { reproducibleGzip } from '../../../src/io/compression/gzip.js';
import { collect, noise, streamOf } from '../tar/support/archives.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Text, zeros and noise, over several of the compressor's pieces and windows. */
const mixed = Buffer.concat([
  Buffer.from('the quick brown fox jumps over the lazy dog\n'.repeat(3000)),
  Buffer.alloc(100_000),
  noise(150_000),
  Buffer.from(Array.from({ length: 20_000 }, (_, index) => `line ${index * 7919}\n`).join('')),
]);

describe('reproducibleGzip', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 131_072, mixed.length])('gives back %i bytes', async (length) => {
    const bytes = mixed.subarray(0, length);
    expect(gunzipSync(await collect(reproducibleGzip(streamOf(bytes)))).equals(bytes)).toBe(true);
  });

  it('gives the same bytes however the input is cut', async () => {
    const whole = await collect(reproducibleGzip(streamOf(mixed, mixed.length)));
    for (const size of [333, 512, 8191, 65_536, 100_001])
      expect((await collect(reproducibleGzip(streamOf(mixed, size)))).equals(whole)).toBe(true);
    const single = await collect(reproducibleGzip(streamOf(mixed.subarray(0, 70_000), 1)));
    expect(single.equals(await collect(reproducibleGzip(streamOf(mixed.subarray(0, 70_000), 70_000))))).toBe(true);
  });

  it('has a header without time, name and system', async () => {
    const bytes = await collect(reproducibleGzip(streamOf(mixed)));
    expect(bytes.subarray(0, 10).toString('hex')).toBe('1f8b0800000000000003');
  });

  it('gives the bytes that it always gave', async () => {
    // Other bytes here mean that every packed directory gets another digest: a breaking change, not a test to update.
    expect(sha256(await collect(reproducibleGzip(streamOf(mixed))))).toBe(
      'c756eec6523c79fd9ae81308ad785fdcdd6fecc1cd36a86f430df44b5c080ac6',
    );
  });

  it('compresses', async () => {
    const text = mixed.subarray(0, 230_000);
    expect((await collect(reproducibleGzip(streamOf(text)))).length).toBeLessThan(text.length / 50);
  });
});
