import { readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { processDomain } from '../../../src/io/files/process-identity.js';
import { openArchive } from '../../../src/store/archive/open.js';
import { tarOf } from '../../io/tar/support/archives.js';
import { tempDir } from '../../support/temp.js';
import { HandWrittenLayout, tagged } from '../layout/support/by-hand.js';
import { listTags } from '../support/artifacts.js';
import { membersOf, openForTest, writeArchive } from './support/packed.js';

let temporary = '';

beforeEach(async () => {
  const directory = await tempDir();
  temporary = directory;
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, directory);
});

afterEach(() => vi.unstubAllEnvs());

/** The temporary files of archives; directories are those of the tests. */
async function leftovers(): Promise<string[]> {
  expect(tmpdir()).toBe(temporary);
  return (await readdir(temporary)).filter((name) => name.endsWith('.tmp'));
}

async function tar(): Promise<Buffer> {
  const layout = await HandWrittenLayout.begin();
  await layout.index([tagged(await layout.image('image'), 'v1')]);
  return tarOf(await membersOf(layout.directory));
}

it('reads tar.gz by its content, with one temporary file that goes when it is closed', async () => {
  const path = await writeArchive(gzipSync(await tar()), 'no-name-tells');
  const source = await openArchive(path);
  expect(await leftovers()).toHaveLength(1);
  expect(await listTags(source)).toEqual(['v1']);
  await source.resolve({ tag: 'v1' });
  expect(await leftovers()).toHaveLength(1);
  await source.close();
  expect(await leftovers()).toEqual([]);
});

it('reads gzip of several members', async () => {
  const bytes = await tar();
  const members = [bytes.subarray(0, 700), bytes.subarray(700)].map((part) => gzipSync(part));
  expect(await listTags(await openForTest(await writeArchive(Buffer.concat(members))))).toEqual(['v1']);
});

it.each<[string, (gzip: Buffer) => Buffer, string]>([
  ['is cut', (gzip) => gzip.subarray(0, gzip.length / 2), 'unexpected end of file'],
  ['is cut in its checksum', (gzip) => gzip.subarray(0, -1), 'unexpected end of file'],
  ['has nothing but its start', (gzip) => gzip.subarray(0, 5), 'unexpected end of file'],
  ['is followed by junk', (gzip) => Buffer.concat([gzip, Buffer.from('junk')]), 'cannot be read'],
  ['is followed by zeros', (gzip) => Buffer.concat([gzip, Buffer.alloc(600)]), 'bytes behind its end'],
  [
    'is damaged',
    (gzip) => Buffer.concat([gzip.subarray(0, 60), Buffer.alloc(20), gzip.subarray(80)]),
    'cannot be read',
  ],
  ['holds no tar', () => gzipSync('no tar'.repeat(200)), 'neither in ustar nor in GNU format'],
  ['holds nothing', () => gzipSync(''), 'file is empty'],
])('refuses what %s, and leaves nothing', async (_, change, message) => {
  const path = await writeArchive(change(gzipSync(await tar())));
  await expect(openArchive(path)).rejects.toMatchObject({
    code: 'MALFORMED',
    message: expect.stringMatching(new RegExp(`${path}.*${message}`)),
    hint: expect.any(String),
  });
  expect(await leftovers()).toEqual([]);
});

it('refuses what grows beyond the limit, before it is all written', async () => {
  const path = await writeArchive(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
  const started = performance.now();
  await expect(openArchive(path, { maxUnpackedBytes: 1024 * 1024 })).rejects.toMatchObject({
    code: 'SIZE_MISMATCH',
    expected: 1024 * 1024,
    message: expect.stringContaining('1048576'),
    hint: expect.stringContaining('--max-unpacked'),
  });
  expect(performance.now() - started).toBeLessThan(5000);
  expect(await leftovers()).toEqual([]);
  const bytes = await tar();
  const exact = await openArchive(await writeArchive(gzipSync(bytes)), { maxUnpackedBytes: bytes.length });
  await exact.close();
});

it('leaves nothing when it is interrupted', async () => {
  const path = await writeArchive(gzipSync(Buffer.alloc(256 * 1024 * 1024)));
  const controller = new AbortController();
  const opening = openArchive(path, { signal: controller.signal });
  const settled = opening.catch((error: unknown) => error);
  while ((await leftovers()).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  controller.abort();
  expect(await settled).toMatchObject({ code: 'INTERRUPTED' });
  expect(await leftovers()).toEqual([]);
});

it('sweeps away what a killed process left', async () => {
  const left = join(temporary, `.remora-${processDomain()}-999999999-0123456789ab.tmp`);
  await writeFile(left, 'abandoned');
  await openForTest(await writeArchive(gzipSync(await tar())));
  expect(await leftovers()).toHaveLength(1);
  expect(await leftovers()).not.toContain(left.slice(temporary.length + 1));
});

it('names the directory where the temporary file cannot be', async () => {
  const path = await writeArchive(gzipSync(await tar()));
  const nowhere = join(temporary, 'nowhere');
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, nowhere);
  await expect(openArchive(path)).rejects.toMatchObject({
    code: 'IO',
    message: expect.stringContaining(nowhere),
    hint: expect.stringContaining('TMPDIR'),
  });
  await rm(path);
});

const hasZstd = 'zstdCompressSync' in zlib;

it.skipIf(hasZstd)('says which Node.js reads zstd', async () => {
  const path = await writeArchive(Buffer.from('28b52ffd00582900006b656b', 'hex'), 'x.tar.zst');
  await expect(openArchive(path)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('22.15'),
    hint: expect.stringContaining('zstd -d'),
  });
  expect(await leftovers()).toEqual([]);
});

it.skipIf(!hasZstd)('reads tar.zst, and refuses one that is cut or followed by junk', async () => {
  const bytes = await tar();
  const compress = 'createZstdCompress' in zlib ? zlib.createZstdCompress : undefined;
  if (typeof compress !== 'function') throw new Error('this Node.js has zstd');
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from([bytes]).pipe(compress())) chunks.push(chunk);
  const zstd = Buffer.concat(chunks);
  expect(await listTags(await openForTest(await writeArchive(zstd, 'x.tar.zst')))).toEqual(['v1']);
  for (const bad of [zstd.subarray(0, zstd.length / 2), Buffer.concat([zstd, Buffer.from('junk')])])
    await expect(openArchive(await writeArchive(bad))).rejects.toMatchObject({ code: 'MALFORMED' });
  expect(await leftovers()).toHaveLength(1);
});
