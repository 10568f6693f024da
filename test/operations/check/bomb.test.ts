import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../support/image-layout.js';
import { CheckDraft, LAYER } from './support/draft.js';

const MIB = 1024 ** 2;
const CONTENT = Buffer.alloc(4 * MIB);

const members = () => Array.from({ length: 64 }, () => zlib.gzipSync(Buffer.alloc(CONTENT.length / 64)));

/** A draft with an image whose only layer is a bomb. */
async function withLayer(bytes: Buffer, compression: string) {
  const draft = await CheckDraft.begin();
  const layer = { mediaType: `${LAYER}+${compression}`, digest: digestOf(bytes), size: bytes.length };
  await writeFile(draft.path(`blobs/${layer.digest.replace(':', '/')}`), bytes);
  const diffId = `sha256:${createHash('sha256').update(CONTENT).digest('hex')}`;
  await draft.image({ os: 'linux', architecture: 'arm64', rootfs: { type: 'layers', diff_ids: [diffId] } }, [layer]);
  return { draft, layer };
}

describe('a layer that unpacks to more than the limit', () => {
  const row = (...all: [string, string, () => Buffer]) => all;
  const zstd = 'zstdCompressSync' in zlib ? zlib.zstdCompressSync : undefined;

  it.each<[string, string, () => Buffer]>([
    ['gzip', 'gzip', () => zlib.gzipSync(CONTENT)],
    ['gzip of many members', 'gzip', () => Buffer.concat(members())],
    ['gzip of the least level', 'gzip', () => zlib.gzipSync(CONTENT, { level: 1 })],
    ...(typeof zstd === 'function' ? [row('zstd', 'zstd', () => zstd(CONTENT))] : []),
  ])('is not called fine, and not called damaged: %s', async (_what, compression, bytes) => {
    const { draft, layer } = await withLayer(bytes(), compression);
    const { incomplete, findings } = await draft.check({ maxUnpackedBytes: MIB });
    expect(incomplete).toMatchObject([
      {
        way: expect.stringContaining(layer.digest),
        error: { code: 'SIZE_MISMATCH', hint: expect.stringContaining('--max-unpacked') },
      },
    ]);
    expect(findings).toEqual([]);
    expect(await draft.check({ maxUnpackedBytes: CONTENT.length })).toMatchObject({ incomplete: [], findings: [] });
    expect(await draft.check()).toMatchObject({ incomplete: [], findings: [] });
  });
});
