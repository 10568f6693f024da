import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { parseManifest } from '../../../src/oci/documents/manifest.js';
import { KeptManifests } from '../../../src/store/layout/manifests/kept.js';
import { tempDir } from '../../support/temp.js';
import { MANIFEST } from './support/by-hand.js';

async function files(count: number, padding: number) {
  const directory = await tempDir();
  const made = Array.from({ length: count }, async (_, index) => {
    const config = { mediaType: 'text/plain', digest: `sha256:${String(index).padStart(64, '0')}`, size: 1 };
    const annotations = { padding: 'x'.repeat(padding) };
    const document = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [], annotations };
    const manifest = parseManifest(Buffer.from(JSON.stringify(document)));
    const file = join(directory, String(index));
    await writeFile(file, manifest.bytes);
    return { file, manifest };
  });
  return Promise.all(made);
}

/** Asks for each in turn, and gives the number of those that were read. */
async function readsOf(kept: KeptManifests, all: Awaited<ReturnType<typeof files>>): Promise<number> {
  let reads = 0;
  for (const { file, manifest } of all) {
    const read = async () => {
      reads++;
      return manifest;
    };
    expect(await kept.manifest(file, manifest.descriptor, read)).toBe(manifest);
  }
  return reads;
}

it('reads a manifest once, and keeps those that were asked for last within its bytes', async () => {
  const all = await files(50, 1000);
  const size = all[0]?.manifest.bytes.length ?? 0;
  const kept = new KeptManifests(size * 10);
  await sleep(150);
  expect(await readsOf(kept, all)).toBe(50);
  expect(kept.bytes).toBe(size * 10);
  expect(await readsOf(kept, all.slice(-10))).toBe(0);
  expect(await readsOf(kept, all.slice(-10, -9))).toBe(0);
  expect(await readsOf(kept, all.slice(0, 9))).toBe(9);
  expect(await readsOf(kept, all.slice(-10, -9))).toBe(0);
  expect(kept.bytes).toBe(size * 10);
});

it('keeps no file that has just changed, and no large one', async () => {
  const kept = new KeptManifests();
  const [small, large] = [await files(1, 10), await files(1, 100_000)];
  expect(await readsOf(kept, [...small, ...small])).toBe(2);
  await sleep(150);
  expect(await readsOf(kept, [...large, ...large])).toBe(2);
  expect(await readsOf(kept, [...small, ...small])).toBe(1);
});
