import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { pull } from '../../../src/operations/pull/write-files.js';
import { push } from '../../../src/operations/push/push.js';
import type { LayoutStore } from '../../../src/store/layout/store.js';
import { makeFiles, readText } from '../../io/tar/support/archives.js';
import { text } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { newLayout } from '../support/places.js';

const FILES = [
  { content: '{"a":1}', name: 'a.json' },
  { content: 'b', name: 'sub/dir/b.txt' },
];

async function artifact(store: LayoutStore) {
  return (await push(store, FILES)).manifest;
}

describe('pull of something damaged', () => {
  const damages: readonly (readonly [string, (bytes: Buffer) => Buffer, string])[] = [
    [
      'a flipped byte',
      (bytes) => Buffer.concat([Buffer.of((bytes[0] ?? 0) ^ 1), bytes.subarray(1)]),
      'DIGEST_MISMATCH',
    ],
    ['a missing byte', (bytes) => bytes.subarray(1), 'SIZE_MISMATCH'],
    ['a byte too many', (bytes) => Buffer.concat([bytes, Buffer.of(0)]), 'SIZE_MISMATCH'],
    ['nothing at all', () => Buffer.alloc(0), 'SIZE_MISMATCH'],
  ];

  it.each(damages)('keeps the old files: %s', async (_what, damage, code) => {
    const store = await newLayout();
    const manifest = await artifact(store);
    const [, second] = manifest.kind === 'image' ? manifest.content.layers : [];
    const blob = join(store.directory, 'blobs', second?.digest.replace(':', '/') ?? '');
    await writeFile(blob, damage(await readFile(blob)));
    const output = await tempDir();
    await makeFiles(output, { 'a.json': 'old a', 'sub/dir/b.txt': 'old b' });
    await expect(pull(store, manifest, { output })).rejects.toMatchObject({ code });
    // Not even the undamaged one: all are there before the first takes its name.
    expect([await readText(output, 'a.json'), await readText(output, 'sub/dir/b.txt')]).toEqual(['old a', 'old b']);
    expect(await readdir(output, { recursive: true })).toHaveLength(4);
  });

  it('creates no directory for a blob that is missing', async () => {
    const store = await newLayout();
    const missing = { ...text('never written').descriptor, annotations: { 'org.opencontainers.image.title': 'a/b' } };
    const root = await tempDir();
    const manifest = buildManifest({ artifactType: 'application/x', layers: [missing] });
    await expect(pull(store, manifest, { output: join(root, 'x/y/z') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await readdir(root)).toEqual([]);
  });

  it('stops when it is interrupted, and leaves nothing', async () => {
    const store = await newLayout();
    const manifest = await artifact(store);
    const root = await tempDir();
    const pulled = pull(store, manifest, { output: join(root, 'out'), signal: AbortSignal.abort() });
    await expect(pulled).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await readdir(root)).toEqual([]);
  });
});
