import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { preview } from '../../../src/views/preview/preview.js';
import { tableIn } from './support.js';

async function tarOf(names: readonly string[]): Promise<Buffer> {
  const tar = pack();
  for (const name of names) tar.entry({ name }, 'content');
  tar.entry({ name: 'link', type: 'symlink', linkname: '../../etc/passwd' });
  tar.finalize();
  return buffer(tar);
}

const LISTED = [
  'Name | Size | Type',
  'a.txt | 7 | file',
  '../<b> | 7 | file',
  'link (→ ../../etc/passwd) |  | symlink',
];

it.each([
  ['a tar archive', (bytes: Buffer) => bytes],
  ['a tar archive in gzip', (bytes: Buffer) => gzipSync(bytes)],
])('lists the files of %s', async (what, packed) => {
  const found = await preview(packed(await tarOf(['a.txt', '../<b>'])), { isWhole: true });
  expect(found).toMatchObject({ what, notes: [] });
  expect(tableIn(found)).toEqual(LISTED);
});

it('lists the first files of an archive that is cut', async () => {
  const bytes = gzipSync(await tarOf(Array.from({ length: 2000 }, (_, index) => `${Math.sin(index)}.txt`)));
  const found = await preview(bytes.subarray(0, bytes.length / 2), { isWhole: false });
  expect(found.notes).toMatchObject([{ level: 'info', text: expect.stringContaining('first files') }]);
  expect(tableIn(found).length).toBeGreaterThan(100);
});

it('stops in an archive that unpacks without an end', async () => {
  const header = (await tarOf(['a'])).subarray(0, 512);
  const zeros = Buffer.alloc(100 * 1024 * 1024);
  const found = await preview(gzipSync(Buffer.concat([header, zeros])), { isWhole: true });
  expect(found.what).toBe('a tar archive in gzip');
});

it('lists the files of a zip archive', async () => {
  const bytes = zipSync({ 'a.txt': Buffer.from('content'), 'd/': new Uint8Array(), 'd/<b>': Buffer.from('x') });
  const found = await preview(bytes, { isWhole: true });
  expect(found.what).toBe('a zip archive');
  expect(tableIn(found).slice(1)).toEqual(['a.txt | 7 | file', 'd/ |  | directory', 'd/<b> | 1 | file']);
  expect((await preview(bytes.subarray(0, 60), { isWhole: false })).notes).toHaveLength(1);
});

it('shows gzip of something else by its bytes', async () => {
  expect((await preview(gzipSync('text'), { isWhole: true })).parts).toMatchObject([{ type: 'hex' }]);
});
