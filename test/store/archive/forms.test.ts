import { mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isRemoraError, type RemoraError } from '../../../src/errors.js';
import { openArchive } from '../../../src/store/archive/open.js';
import { type HostileEntry, system, tarOf } from '../../io/tar/support/archives.js';
import { tempDir } from '../../support/temp.js';
import { HandWrittenLayout, tagged } from '../layout/support/by-hand.js';
import { listTags } from '../support/artifacts.js';
import { membersOf, openForTest, writeArchive } from './support/packed.js';

async function begin() {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('image');
  await layout.index([tagged(image, 'v1')]);
  return { layout, image, members: await membersOf(layout.directory) };
}

async function expectRead(bytes: Buffer, digest: string): Promise<void> {
  const source = await openForTest(await writeArchive(bytes));
  expect((await source.resolve({ tag: 'v1' })).digest).toBe(digest);
}

async function refusal(bytes: Buffer): Promise<RemoraError> {
  const error = await openArchive(await writeArchive(bytes)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isRemoraError(error)) return error;
  throw new Error('the archive should have been refused', { cause: error });
}

/** Rewrites the header of the first member whose name matches, and its checksum. */
function patched(bytes: Buffer, change: (header: Buffer) => void, signed = false): Buffer {
  const header = bytes.subarray(0, 512);
  change(header);
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + (signed && byte > 127 ? byte - 256 : byte), 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

describe('links within the archive lead to their files', () => {
  /** Each blob lies in `data/`, and its name in the layout is a link. */
  function linked(members: readonly HostileEntry[], link: (name: string) => HostileEntry, linksFirst = false) {
    return members.flatMap((member): HostileEntry[] => {
      if (!member.name.startsWith('blobs/')) return [member];
      const both = [
        { ...member, name: `data/${member.name.slice(-64)}` },
        { ...link(member.name.slice(-64)), name: member.name },
      ];
      return linksFirst ? both.toReversed() : both;
    });
  }

  it.each<[string, (hex: string) => HostileEntry]>([
    ['hard', (hex) => ({ name: '', type: 'link', linkname: `data/${hex}` })],
    ['hard, with ./', (hex) => ({ name: '', type: 'link', linkname: `./data//${hex}` })],
    ['symbolic', (hex) => ({ name: '', type: 'symlink', linkname: `../../data/${hex}` })],
    [
      'symbolic, up to the top and down again',
      (hex) => ({ name: '', type: 'symlink', linkname: `.././../data/./${hex}` }),
    ],
  ])('%s', async (_, link) => {
    const { image, members } = await begin();
    await expectRead(await tarOf(linked(members, link)), image.digest);
    await expectRead(await tarOf(linked(members, link, true)), image.digest);
  });

  it('also through other links, and for index.json and oci-layout', async () => {
    const { image, members } = await begin();
    const moved = members.map((member) =>
      member.name.startsWith('blobs/') ? member : { ...member, name: `documents/${member.name}` },
    );
    const links: HostileEntry[] = [
      { name: 'docs', type: 'symlink', linkname: './documents' },
      { name: 'index.json', type: 'symlink', linkname: 'docs/index.json' },
      { name: 'layout-file', type: 'link', linkname: 'documents/oci-layout' },
      { name: 'oci-layout', type: 'symlink', linkname: 'layout-file' },
    ];
    await expectRead(await tarOf([...links, ...moved]), image.digest);
  });

  it.each(['blobs', 'blobs/sha256'])('also for the folder %s', async (folder) => {
    const { image, members } = await begin();
    const moved = members.map((member) => ({ ...member, name: member.name.replace(folder, 'store') }));
    const target = `${'../'.repeat(folder.split('/').length - 1)}store`;
    await expectRead(await tarOf([{ name: folder, type: 'symlink', linkname: target }, ...moved]), image.digest);
  });

  it('as GNU tar writes them', async () => {
    const { layout, image } = await begin();
    const blobs = join(layout.directory, 'blobs', 'sha256');
    await mkdir(join(layout.directory, 'data'));
    for (const name of await readdir(blobs)) {
      await rename(join(blobs, name), join(layout.directory, 'data', name));
      await symlink(`../../data/${name}`, join(blobs, name));
    }
    const path = join(await tempDir(), 'x.tar');
    await system('tar', '-C', layout.directory, '-cf', path, '.');
    const source = await openForTest(path);
    expect((await source.resolve({ tag: 'v1' })).digest).toBe(image.digest);
  });

  it('but not to a name that is there twice', async () => {
    const { members } = await begin();
    const twice = [1, 2].map((content) => ({ name: 'x', content: String(content) }));
    const link = { name: `blobs/sha256/${'a'.repeat(64)}`, type: 'symlink', linkname: '../../x' } as const;
    expect(await refusal(await tarOf([...members, ...twice, link]))).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining('which is there twice'),
      hint: expect.stringContaining('--dereference'),
    });
  });
});

describe('headers of other kinds are read', () => {
  it.each<[string, (header: Buffer) => void]>([
    ['version 7, without magic', (header) => header.fill(0, 257)],
    ['version 7, with a NUL for the type', (header) => header.fill(0, 257).fill(0, 156, 157)],
    ['star, with its own magic at the end', (header) => header.fill(0, 257, 265).write('tar\0', 508)],
    [
      'a size in base 256',
      (header) =>
        header.writeBigUInt64BE(BigInt(Number.parseInt(header.toString('latin1', 124, 135), 8)), 128) &&
        header.fill(0, 125, 128).fill(0x80, 124, 125),
    ],
  ])('%s', async (_, change) => {
    const { image, members } = await begin();
    const parts = await Promise.all(
      members.map(async (member) => patched(await tarOf([member]), change).subarray(0, -1024)),
    );
    await expectRead(Buffer.concat([...parts, Buffer.alloc(1024)]), image.digest);
  });

  it('a folder of version 7, which is a file whose name ends in a slash', async () => {
    const { image, members } = await begin();
    const folder = patched(await tarOf([{ name: 'blobs/' }]), (header) => header.fill(0, 257)).subarray(0, -1024);
    await expectRead(Buffer.concat([folder, await tarOf(members)]), image.digest);
  });

  it('a checksum of signed bytes', async () => {
    const { image, members } = await begin();
    const beside = patched(await tarOf([{ name: 'größe' }]), (header) => header.fill(0, 265, 297), true).subarray(
      0,
      -1024,
    );
    await expectRead(Buffer.concat([beside, await tarOf(members)]), image.digest);
  });

  it.each([
    ['a label', ['-V', 'a label']],
    ['pax headers, with times', ['--format=pax']],
    ['a global pax header', ['--format=pax', '--pax-option=globexthdr.name=x,comment=note']],
    ['old GNU', ['--format=oldgnu']],
    ['version 7', ['--format=v7']],
    ['folders with what is in them', ['--incremental', '--format=gnu']],
  ])('what GNU tar writes: %s', async (_, options) => {
    const { layout, image } = await begin();
    const path = join(await tempDir(), 'x.tar');
    await system('tar', ...options, '-C', layout.directory, '-cf', path, '.');
    const source = await openForTest(path);
    expect((await source.resolve({ tag: 'v1' })).digest).toBe(image.digest);
  });
});

describe('the end', () => {
  it('is there with one block of zeros', async () => {
    const { image, members } = await begin();
    const bytes = await tarOf(members);
    await expectRead(bytes.subarray(0, -512), image.digest);
    await expectRead(bytes.subarray(0, -300), image.digest);
    await expectRead(gzipSync(bytes.subarray(0, -512)), image.digest);
  });

  it('is told from a cut, as far as it can be', async () => {
    const { members } = await begin();
    const bytes = (await tarOf(members)).subarray(0, -1024);
    expect(await refusal(bytes)).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(/no end-of-archive marker: it is cut off between two files, or its writer/),
      hint: expect.stringContaining('1024'),
    });
    // The end in the last file's content, and in its header.
    const last = members.at(-1)?.name ?? '';
    expect(await refusal(bytes.subarray(0, -512))).toMatchObject({
      message: expect.stringContaining(`it ends too early, within "${last}"`),
      hint: expect.stringContaining('cut off'),
    });
    expect(await refusal(bytes.subarray(0, 100))).toMatchObject({
      message: expect.stringContaining('it ends too early'),
    });
    const long = await tarOf([{ name: 'x'.repeat(200), content: 'x' }]);
    expect(await refusal(long.subarray(0, 1024))).toMatchObject({
      message: expect.stringContaining('within an extended header, which no file follows'),
    });
  });

  it('is not in the middle', async () => {
    const { members } = await begin();
    const bytes = await tarOf(members);
    for (const joined of [
      [bytes, bytes],
      [bytes.subarray(0, -512), bytes],
    ])
      expect(await refusal(Buffer.concat(joined))).toMatchObject({
        code: 'MALFORMED',
        hint: expect.stringContaining('tar -i'),
      });
  });
});

describe('what is not read is called by its name', () => {
  const encoded = (text: string) => Buffer.from(text, 'base64');
  // Made with xz 5.4, bzip2 1.0, lz4 1.9, xz --format=lzma and zip 3.0.
  it.each<[string, Buffer, string]>([
    [
      'xz',
      encoded('/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAIYW55IGJ5dGVzAAAAAEwOghKklDxAAAEhCWwYxdUftvN9AQAAAAAEWVo='),
      'xz -dk',
    ],
    ['bzip2', encoded('QlpoOTFBWSZTWeJ4hoEAAACRgEAAMgEMICAAIhpo2oQwIJhs4PF3JFOFCQ4niGgQ'), 'bzip2 -dk'],
    ['lz4', encoded('BCJNGGRApwkAAIBhbnkgYnl0ZXMAAAAAxzGeuA=='), 'lz4 -dk'],
    ['lzma', encoded('XQAAgAD//////////wAwm4uUIFX6DTgmxCWL//+I9AAA'), 'lzma'],
    [
      'zip',
      encoded('UEsDBAoAAAAAACgje13xgr/+BAAAAAQAAAABABwAZlVUCQADLAYJaywGCWt1eAsAAQQAAAAABAAAAABhbnkKUEsBAh4D'),
      'unzip',
    ],
    ['7z', Buffer.from("7z\xbc\xaf'\x1c\0\x04", 'latin1'), '7z x'],
    ['lzip', Buffer.from('LZIP\x01\x0c'), 'lzip -dk'],
    ['compress', Buffer.of(0x1f, 0x9d, 0x90), 'gzip -dk'],
    ['cpio', Buffer.from('070701000000'), 'cpio'],
    ['JSON', Buffer.from(' {"schemaVersion":2}'), 'tar archives'],
    ['HTML', Buffer.from('<!doctype html>'), 'tar archives'],
    ['skippable frame', Buffer.from('502a4d180400000000000000', 'hex'), 'zstd -dk'],
  ])('%s', async (name, bytes, hint) => {
    for (const file of [bytes, gzipSync(bytes)])
      expect(await refusal(file)).toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining(`${name}`),
        hint: expect.stringContaining(hint),
      });
  });

  it('gzip within gzip', async () => {
    const { members } = await begin();
    expect(await refusal(gzipSync(gzipSync(await tarOf(members))))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('gzip data within other compressed data'),
    });
  });

  it.each(['--format=gnu', '--format=pax'])('sparse files (%s)', async (format) => {
    const { layout } = await begin();
    const path = join(await tempDir(), 'x.tar');
    await writeFile(join(layout.directory, 'blobs', 'sha256', 'a'.repeat(64)), '');
    await system('truncate', '-s', '4M', join(layout.directory, 'blobs', 'sha256', 'a'.repeat(64)));
    await system('tar', format, '--sparse', '-C', layout.directory, '-cf', path, '.');
    await expect(openArchive(path)).rejects.toMatchObject({
      message: expect.stringContaining('sparse file'),
      hint: expect.stringContaining('--sparse'),
    });
  });

  it.each([
    ['manifest.json', '[{"Config":"x.json","RepoTags":["a:v1"],"Layers":[]}]'],
    ['repositories', '{"a":{"v1":"0123"}}'],
  ])("an archive of docker's older kind, with %s", async (name, content) => {
    expect(
      await refusal(
        await tarOf([
          { name, content },
          { name: '0123/layer.tar', content: 'x' },
        ]),
      ),
    ).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('docker-archive'),
      hint: expect.stringContaining('skopeo copy docker-archive:'),
    });
  });

  it('an archive of nothing', async () => {
    expect(await refusal(Buffer.alloc(10_240))).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('it has no files'),
    });
    expect(await refusal(Buffer.alloc(0))).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining('file is empty'),
    });
  });
});

it('keeps what lies beside a layout out of it', async () => {
  const { image, members } = await begin();
  const beside: HostileEntry[] = [
    { name: 'x', type: 'symlink', linkname: 'x' },
    { name: 'data/blobs/sha256', type: 'symlink', linkname: '../../../../etc' },
    { name: 'hard', type: 'link', linkname: '/etc/passwd' },
  ];
  const source = await openForTest(await writeArchive(await tarOf([...beside, ...members])));
  expect(await listTags(source)).toEqual(['v1']);
  expect((await source.resolve({ tag: 'v1' })).digest).toBe(image.digest);
});
