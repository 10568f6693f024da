import { truncate } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openArchive } from '../../../src/store/archive/open.js';
import { type HostileEntry, tarOf } from '../../io/tar/support/archives.js';
import { HandWrittenLayout, tagged } from '../layout/support/by-hand.js';
import { listTags } from '../support/artifacts.js';
import { membersOf, openForTest, packLayout, writeArchive } from './support/packed.js';

const BLOB = `blobs/sha256/${'a'.repeat(64)}`;

async function members(): Promise<HostileEntry[]> {
  const layout = await HandWrittenLayout.begin();
  await layout.index([tagged(await layout.image('image'), 'v1')]);
  return membersOf(layout.directory);
}

async function expectRefused(bytes: Buffer, message: string | RegExp): Promise<void> {
  const path = await writeArchive(bytes);
  const error = await openArchive(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    code: 'MALFORMED',
    message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    hint: expect.any(String),
  });
  expect(error).toMatchObject({ message: expect.stringContaining(path) });
}

/** Adds a member, and rewrites its header behind tar-stream's back. */
async function withHeader(change: (header: Buffer) => void, entry: HostileEntry): Promise<Buffer> {
  const bytes = await tarOf([entry, ...(await members())]);
  const header = bytes.subarray(0, 512);
  change(header);
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

it.each<[string, HostileEntry, string]>([
  ['an absolute name', { name: '/index.json', content: '{}' }, 'it is absolute'],
  ['a name that leads up', { name: '../index.json', content: '{}' }, 'component ".."'],
  ['a name that leads up and down', { name: 'blobs/../index.json', content: '{}' }, 'component ".."'],
  ['a name that leads up, of a file that is not used', { name: 'x/../y', content: '' }, 'component ".."'],
  ['a backslash', { name: 'blobs\\x', content: '' }, 'backslash'],
  ['a NUL in a pax name', { name: 'x', pax: { path: 'blobs/a\0b' }, content: '' }, 'control character'],
  ['index.json twice', { name: 'index.json', content: '{}' }, '"index.json" is there twice'],
  ['index.json twice, by another name', { name: './/index.json', content: '{}' }, '"index.json" is there twice'],
  ['oci-layout twice', { name: './oci-layout', content: '{}' }, '"oci-layout" is there twice'],
  [
    'a symlink to nothing',
    { name: 'index.json', type: 'symlink', linkname: 'x' },
    'which is not a file of the archive',
  ],
  ['a hard link to nothing', { name: BLOB, type: 'link', linkname: 'x' }, 'which is not a file of the archive'],
  ['a symlink that is absolute', { name: BLOB, type: 'symlink', linkname: '/etc/passwd' }, 'leads out of the archive'],
  ['a hard link that is absolute', { name: BLOB, type: 'link', linkname: '/etc/passwd' }, 'leads out of the archive'],
  ['a symlink that leads up', { name: BLOB, type: 'symlink', linkname: '../../../x' }, 'leads out of the archive'],
  ['a hard link that leads up', { name: BLOB, type: 'link', linkname: 'x/../../y' }, 'leads out of the archive'],
  [
    'blobs as a symlink that leads out',
    { name: 'blobs', type: 'symlink', linkname: '/' },
    '"blobs" is a symlink to "/"',
  ],
  ['a symlink to itself', { name: BLOB, type: 'symlink', linkname: 'a'.repeat(64) }, 'goes through too many links'],
  ['a symlink to a folder', { name: BLOB, type: 'symlink', linkname: '..' }, 'which is not a file of the archive'],
  ['a device among the blobs', { name: BLOB, type: 'character-device' }, 'unsupported type "3"'],
  ['a pipe among the blobs', { name: BLOB, type: 'fifo' }, 'unsupported type "6"'],
  ['oci-layout as a directory', { name: 'oci-layout', type: 'directory' }, 'is a directory, wanted a file'],
  ['a sparse blob', { name: BLOB, pax: { 'GNU.sparse.major': '1' }, content: 'x' }, 'is a sparse file'],
])('refuses %s', async (_, entry, message) => {
  const others = (await members()).filter(({ name }) => !(entry.name === name && entry.type !== undefined));
  await expectRefused(await tarOf([...others, entry]), message);
});

it('refuses a blob that is there twice', async () => {
  const all = await members();
  const blob = all.find(({ name }) => name.startsWith('blobs/'));
  if (blob === undefined) throw new Error('a layout has blobs');
  await expectRefused(await tarOf([...all, { ...blob, content: 'other' }]), 'is there twice');
});

it('does not mind what stands beside the layout', async () => {
  const beside: HostileEntry[] = [
    { name: 'manifest.json', content: '[]' },
    { name: 'manifest.json', content: '[1]' },
    { name: 'x/link', type: 'symlink', linkname: '../../../etc' },
    { name: 'x/hard', type: 'link', linkname: '/etc/passwd' },
    { name: 'x/pipe', type: 'fifo' },
    { name: 'x/holes', pax: { 'GNU.sparse.major': '1' }, content: 'x' },
    { name: './', type: 'directory' },
    { name: 'blobs/', type: 'directory' },
    { name: 'blobs/', type: 'directory' },
    { name: 'blobs/sha256/note.txt', content: 'no digest' },
    { name: 'blobs/sha256/deeper/still', content: 'no digest' },
    { name: 'INDEX.JSON', content: 'x' },
  ];
  const path = await writeArchive(await tarOf([...beside, ...(await members())]));
  expect(await listTags(await openForTest(path))).toEqual(['v1']);
});

it.each<[string, (header: Buffer) => void, string]>([
  ['a size beyond the end', (header) => header.write('77777777777\0', 124), 'it ends too early'],
  ['a size in base 256', (header) => header.write('\x80\0\0\0\0\0\x7f\0\0\0\0\0', 124, 'latin1'), 'it ends too early'],
  ['a size that no number holds', (header) => header.fill(0x7f, 125, 136).fill(0x80, 124, 125), 'too large'],
  ['a negative size in base 256', (header) => header.fill(0xff, 124, 136), 'too large'],
  ['a negative size in octal', (header) => header.write('-0000000001\0', 124), 'not octal'],
  ['an old sparse file', (header) => header.write('S', 156), 'unsupported type "S"'],
  ['a link with content', (header) => header.write('2', 156), 'is a symlink with content'],
  ['a device with content', (header) => header.write('4', 156), 'is a device with content'],
])('refuses %s', async (_, change, message) => {
  await expectRefused(await withHeader(change, { name: 'beside', content: 'xyz' }), message);
});

it.each([
  ['nothing', Buffer.alloc(0), 'file is empty'],
  ['text', Buffer.from('# no archive\n'.repeat(100)), 'neither in ustar nor in GNU format'],
  ['a few bytes', Buffer.from('index.json'), 'ends too early'],
  ['noise', Buffer.alloc(4096, 'noise!'), 'neither in ustar nor in GNU format'],
])('refuses %s', async (_, bytes, message) => {
  await expectRefused(bytes, message);
});

it('refuses an archive that is cut anywhere, or goes on behind its end', async () => {
  const bytes = await tarOf(await members());
  // Behind the first of two blocks of zeros all members are there.
  for (let length = 0; length < bytes.length - 512; length += 256) await expectRefused(bytes.subarray(0, length), /./);
  await expectRefused(Buffer.concat([bytes, Buffer.from('junk')]), 'bytes behind its end');
  await expectRefused(Buffer.concat([bytes, bytes]), 'bytes behind its end');
  const path = await writeArchive(Buffer.concat([bytes, Buffer.alloc(10_240)]));
  expect(await listTags(await openForTest(path))).toEqual(['v1']);
});

it('reads no index.json into memory that claims to be huge', async () => {
  const others = (await members()).filter(({ name }) => name !== 'index.json');
  const start = await tarOf([{ name: 'index.json', content: '{' }]);
  const header = start.subarray(0, 512);
  header.write(`${(300 * 1024 * 1024).toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(
    `${header
      .reduce((total, byte) => total + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  const before = (await tarOf(others)).subarray(0, -1024);
  const path = await writeArchive(Buffer.concat([before, header]));
  // Zeros behind it, of which the last two blocks are the end.
  await truncate(path, before.length + 512 + 300 * 1024 * 1024 + 1024);
  await expect(listTags(await openForTest(path))).rejects.toMatchObject({
    code: 'MALFORMED',
    message: expect.stringContaining('larger than'),
  });
});

it('packs and reads the layout of these tests', async () => {
  const layout = await HandWrittenLayout.begin();
  await layout.index([tagged(await layout.image('image'), 'v1')]);
  expect(await listTags(await openForTest(await packLayout(layout.directory)))).toEqual(['v1']);
});
