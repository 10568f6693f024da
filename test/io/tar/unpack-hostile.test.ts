import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UnpackLimit } from '../../../src/io/compression/unpack-limit.js';
import { tempDir, tree } from '../../support/temp.js';
import { archiveOf, type HostileEntry, makeFiles, noise, readText, streamOf, tarOf } from './support/archives.js';
import { type UnpackToOptions, unpackTo } from './support/unpack-to.js';

/** Unpacks next to a file that must not be reached, and tells the error; nothing may have changed. */
async function refusal(source: Readable, options: Partial<UnpackToOptions> = {}): Promise<unknown> {
  const root = await tempDir();
  await makeFiles(root, { 'victim.txt': 'untouched', 'parent/': '' });
  const error = await unpackTo(source, join(root, 'parent/out'), { prefix: 'p', ...options }).catch(
    (caught: unknown) => caught,
  );
  expect(await tree(root)).toEqual(['parent/', 'victim.txt']);
  expect(await readText(root, 'victim.txt')).toBe('untouched');
  expect(source.destroyed).toBe(true);
  return error;
}

const limitOf = (maxUnpackedBytes: number) => ({ limit: new UnpackLimit(0, { maxUnpackedBytes }) });
const entriesOf = (maxEntries: number) => ({ limit: Object.assign(new UnpackLimit(0), { maxEntries }) });

const symlinkTo = (linkname: string, name = 'p/l'): HostileEntry => ({ name, type: 'symlink', linkname });
const hardLinkTo = (linkname: string, name = 'p/h'): HostileEntry => ({ name, type: 'link', linkname });
const directory = (name: string): HostileEntry => ({ name, type: 'directory' });
const file = (name: string): HostileEntry => ({ name, content: 'x' });

describe('unpackDirectory refuses', () => {
  it.each<[string, HostileEntry[], string]>([
    ['an absolute name', [file('/p/a')], 'absolute'],
    ['a Windows drive', [file('C:/p/a')], 'absolute'],
    ['a name that climbs', [file('p/../../victim.txt')], '".."'],
    ['a name that climbs and comes back', [file('p/../p/a')], '".."'],
    ['a climbing name in a pax header', [{ name: 'p/a', pax: { path: 'p/../../victim.txt' } }], '".."'],
    ['a directory that climbs', [directory('p/../../d/')], '".."'],
    ['a backslash', [file('p/..\\..\\victim.txt')], 'backslash'],
    ['a NUL in a pax header', [{ name: 'p/a', pax: { path: 'p/a\0b' } }], 'control character'],
    ['a line break', [file('p/a\nb')], 'control character'],
    ['a name outside of the prefix', [file('q/a')], 'not below "p"'],
    ['a name that only begins like the prefix', [file('pp/a')], 'not below "p"'],
    ['a file without the prefix', [file('a')], 'not below "p"'],
    ['a file in place of the directory', [file('p')], 'wanted a directory'],
    ['a symlink in place of the directory', [symlinkTo('..', 'p')], 'wanted a directory'],
    ['a component that is too long', [file(`p/${'x'.repeat(300)}`)], 'longer than 255'],

    ['an absolute symlink', [symlinkTo('/etc/passwd')], 'absolute'],
    ['a symlink that climbs', [symlinkTo('../victim.txt')], 'out of the directory'],
    ['a symlink that climbs from within', [symlinkTo('../../victim.txt', 'p/d/l')], 'out of the directory'],
    ['a symlink to the directory above', [symlinkTo('..')], 'out of the directory'],
    ['symlinks that climb together', [symlinkTo('..', 'p/d/up'), symlinkTo('d/up/..')], 'behind another component'],
    ['a symlink with a backslash', [symlinkTo('..\\victim.txt')], 'backslash'],
    ['a file below a symlink', [symlinkTo('d', 'p/l'), directory('p/d'), file('p/l/x')], 'is a symlink'],
    ['a file below a symlink, deeper', [symlinkTo('d', 'p/l'), file('p/l/x/y/z')], 'is a symlink'],
    ['a directory below a symlink', [symlinkTo('d', 'p/l'), directory('p/l/x/')], 'is a symlink'],
    ['a hard link below a symlink', [file('p/f'), symlinkTo('.'), hardLinkTo('p/f', 'p/l/h')], 'is a symlink'],
    ['a symlink that comes after what is below it', [file('p/l/x'), symlinkTo('d')], 'twice'],

    ['a hard link to an outer file', [hardLinkTo('/etc/passwd')], 'absolute'],
    ['a hard link that climbs', [hardLinkTo('p/../../victim.txt')], '".."'],
    ['a hard link outside of the prefix', [hardLinkTo('victim.txt')], 'not below "p"'],
    ['a hard link to nothing', [hardLinkTo('p/none')], 'wanted a file'],
    ['a hard link to a later file', [hardLinkTo('p/a'), file('p/a')], 'wanted a file'],
    ['a hard link to a directory', [directory('p/d'), hardLinkTo('p/d')], 'wanted a file'],
    ['a hard link to a symlink', [symlinkTo('a'), hardLinkTo('p/l')], 'wanted a file'],
    ['a hard link through a symlink', [symlinkTo('.'), file('p/a'), hardLinkTo('p/l/a')], 'wanted a file'],

    [
      'a character device',
      [{ name: 'p/d', type: 'character-device', devmajor: 1, devminor: 3 }],
      'unsupported type "3"',
    ],
    ['a block device', [{ name: 'p/d', type: 'block-device' }], 'unsupported type "4"'],
    ['a fifo', [{ name: 'p/d', type: 'fifo' }], 'unsupported type "6"'],

    ['a file twice', [file('p/a'), file('p/a')], 'twice'],
    ['a file twice, written differently', [file('p/d/a'), file('p/.//d/a')], 'twice'],
    ['a directory twice', [directory('p/d/'), directory('p/d')], 'twice'],
    ['the top twice', [directory('p/'), directory('p')], 'twice'],
    ['a symlink twice', [symlinkTo('a'), symlinkTo('a')], 'twice'],
    ['a file, then a symlink', [file('p/l'), symlinkTo('a')], 'twice'],
    ['a symlink, then a file', [symlinkTo('a'), file('p/l')], 'twice'],
    ['a symlink, then a directory', [symlinkTo('a'), directory('p/l')], 'twice'],
    ['a directory, then a symlink', [directory('p/l'), symlinkTo('a')], 'twice'],
    ['a file, then a directory', [file('p/a'), directory('p/a')], 'twice'],
    ['a directory, then a file', [directory('p/a'), file('p/a')], 'twice'],
    ['a file, then a hard link over it', [file('p/a'), file('p/h'), hardLinkTo('p/a')], 'twice'],
    ['a file below a file', [file('p/a'), file('p/a/b')], 'below a file'],
  ])('%s', async (_what, entries, message) => {
    // What stands before it must have been taken back.
    const error = await refusal(await archiveOf([file('p/first'), ...entries]));
    expect(error).toMatchObject({ code: 'MALFORMED', message: expect.stringContaining(message) });
  });

  it('names outside of the directory, where no prefix is wanted', async () => {
    for (const entries of [[file('../a')], [file('/a')], [file('/')], [symlinkTo('..', 'l')], [directory('..')]])
      expect(await refusal(await archiveOf(entries), { prefix: '.' })).toMatchObject({ code: 'MALFORMED' });
  });

  it('archives that are cut off, at whatever byte', async () => {
    const tar = await tarOf([directory('p/'), { name: 'p/a', content: noise(700) }, symlinkTo('a')]);
    const gzip = gzipSync(tar);
    // Behind the first of two blocks of zeros all entries are there.
    for (const bytes of [tar.subarray(0, -512), gzip])
      for (let length = 0; length < bytes.length; length += 97)
        expect(await refusal(streamOf(bytes.subarray(0, length))), `${length}`).toMatchObject({ code: 'MALFORMED' });
  });

  it('bytes behind the end', async () => {
    const tar = await tarOf([file('p/a')]);
    const [gzip, zeros, text] = [gzipSync(tar), Buffer.alloc(1000), Buffer.from('text')];
    const behind = [text, zeros, Buffer.concat([zeros, text]), Buffer.concat([zeros, gzip]), gzip, Buffer.of(0x1f)];
    for (const more of behind)
      for (const size of [1, 100, 1e6])
        expect(await refusal(streamOf(Buffer.concat([gzip, more]), size))).toMatchObject({ code: 'MALFORMED' });
    expect(await refusal(streamOf(Buffer.concat([tar, text])))).toMatchObject({ code: 'MALFORMED' });
  });

  it('what is neither tar nor gzip, and gzip that is damaged', async () => {
    const gzip = gzipSync(await tarOf([{ name: 'p/a', content: noise(10_000) }]));
    gzip[5000] = (gzip[5000] ?? 0) ^ 0xff;
    const others = [
      gzip,
      Buffer.from('PK\x03\x04 a zip file'),
      noise(5000),
      Buffer.alloc(0),
      Buffer.of(0x1f),
      gzipSync(''),
    ];
    for (const bytes of others) expect(await refusal(streamOf(bytes))).toMatchObject({ code: 'MALFORMED' });
  });

  it('a bomb, before it has filled the disk', async () => {
    const bomb = gzipSync(await tarOf([{ name: 'p/a', content: Buffer.alloc(50_000_000) }]));
    expect(bomb.length).toBeLessThan(100_000);
    const error = await refusal(streamOf(bomb), limitOf(1_000_000));
    expect(error).toMatchObject({ code: 'SIZE_MISMATCH', expected: 1_000_000 });
    const exact = await tarOf([{ name: 'p/a', content: 'x' }]);
    expect(await refusal(streamOf(exact), limitOf(exact.length - 1))).toMatchObject({ code: 'SIZE_MISMATCH' });
  });

  it('too many entries, those counted too that a deep name implies', async () => {
    const many = Array.from({ length: 11 }, (_, index) => file(`p/${index}`));
    expect(await refusal(await archiveOf(many), entriesOf(10))).toMatchObject({
      code: 'SIZE_MISMATCH',
      expected: 10,
    });
    const deep = [file(`p/${'d/'.repeat(10)}x`)];
    expect(await refusal(await archiveOf(deep), entriesOf(10))).toMatchObject({ code: 'SIZE_MISMATCH' });
  });

  it('an extended header that would have to be held in memory', async () => {
    const error = await refusal(await archiveOf([{ name: 'p/a', pax: { comment: 'x'.repeat(2_000_000) } }]));
    expect(error).toMatchObject({ code: 'MALFORMED', message: expect.stringContaining('extended header') });
  });

  it('a digest that nobody can compute', async () => {
    const source = await archiveOf([file('p/a')]);
    expect(await refusal(source, { tarDigest: 'sha256:short' })).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
