import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { RemoraError } from '../../../src/errors.js';
import { processDomain } from '../../../src/io/files/process-identity.js';
import { tempName } from '../../../src/io/files/temp-file.js';
import { packDirectory, tarDirectory } from '../../../src/io/tar/pack.js';
import { tempDir, tree } from '../../support/temp.js';
import { archiveOf, collect, makeFiles, noise, readText, streamOf, system, tarOf } from './support/archives.js';
import { unpackTo } from './support/unpack-to.js';

const modeOf = async (...path: string[]) => (await stat(join(...path))).mode & 0o7777;

/** Names beyond 100 and 255 bytes, names that are not ASCII, nothing in a file, nothing in a directory, and much. */
const files = {
  'a.txt': 'hello',
  empty: '',
  'empty-directory/': '',
  'größe/東京/🙂.txt': 'utf-8',
  [`${'directory-name/'.repeat(8)}file`]: 'beyond 100',
  [`${'directory-name/'.repeat(20)}${'x'.repeat(120)}`]: 'beyond 255',
  'big.bin': noise(20_000_000),
};

async function tarDigest(directory: string): Promise<string> {
  const tar = await collect(tarDirectory(directory, { prefix: 'p' }));
  return createHash('sha256').update(tar).digest('hex');
}

describe('unpackDirectory', () => {
  it('gives back what packDirectory took', async () => {
    const root = await tempDir();
    await makeFiles(join(root, 'in'), files);
    await symlink('../a.txt', join(root, 'in/größe/link'));
    await symlink('größe', join(root, 'in/to-directory'));
    await symlink('nowhere', join(root, 'in/dangling'));
    const { stream, uncompressedDigest } = packDirectory(join(root, 'in'), { prefix: 'some/title' });
    const bytes = await collect(stream);
    const options = { prefix: 'some/title', tarDigest: await uncompressedDigest };
    await unpackTo(streamOf(bytes, 5000), join(root, 'out/some/title'), options);
    expect(await tarDigest(join(root, 'out/some/title'))).toBe(await tarDigest(join(root, 'in')));
    expect(await readlink(join(root, 'out/some/title/to-directory'))).toBe('größe');
    expect(await readdir(join(root, 'out/some'))).toEqual(['title']);
  });

  it.each(['gnu', 'pax', 'ustar', 'oldgnu'])('reads what GNU tar writes (%s)', async (format) => {
    const root = await tempDir();
    const { [`${'directory-name/'.repeat(20)}${'x'.repeat(120)}`]: _tooLong, ...short } = files;
    await makeFiles(join(root, 'p'), format === 'ustar' ? short : files);
    await symlink('a.txt', join(root, 'p/link'));
    await system('ln', join(root, 'p/a.txt'), join(root, 'p/hard'));
    await system('tar', '-czf', join(root, 'p.tgz'), `--format=${format}`, '-C', root, 'p');
    await unpackTo(createReadStream(join(root, 'p.tgz')), join(root, 'out'), { prefix: 'p' });
    expect(await tarDigest(join(root, 'out'))).toBe(await tarDigest(join(root, 'p')));
    expect((await stat(join(root, 'out/hard'))).ino).toBe((await stat(join(root, 'out/a.txt'))).ino);
  });

  it('reads archives of a directory as ".", and without entries for directories', async () => {
    const root = await tempDir();
    for (const names of [
      ['./', './a', './d/b'],
      ['.', 'a', 'd/b'],
      ['d/b', 'a'],
      ['d//b', './/a'],
    ]) {
      const entries = names.map((name) => ({ name, ...(/^\.\/?$/.test(name) ? { type: 'directory' as const } : {}) }));
      const target = join(root, names.join().replaceAll('/', '_'));
      await unpackTo(await archiveOf(entries), target, { prefix: '.' });
      expect(await tree(target)).toEqual(['a', 'd/b']);
    }
  });

  it('makes an empty directory of an empty archive', async () => {
    const root = await tempDir();
    await unpackTo(await archiveOf([]), join(root, 'out'), { prefix: 'p' });
    expect(await readdir(root)).toEqual(['out']);
  });

  it('reads tar without gzip, and gzip of several members', async () => {
    const root = await tempDir();
    const tar = await tarOf([{ name: 'p/a', content: 'x'.repeat(5000) }]);
    await unpackTo(streamOf(tar, 1), join(root, 'plain'), { prefix: 'p' });
    const members = [0, 700, 2000].map((start, index, all) => gzipSync(tar.subarray(start, all[index + 1])));
    await unpackTo(streamOf(Buffer.concat(members), 1), join(root, 'members'), { prefix: 'p' });
    expect(await tarDigest(join(root, 'members'))).toBe(await tarDigest(join(root, 'plain')));
  });

  it('wants the digest of the tar, of whatever registered algorithm', async () => {
    const root = await tempDir();
    const tar = await tarOf([{ name: 'p/a' }]);
    const digestOf = (name: string) => `${name}:${createHash(name).update(tar).digest('hex')}`;
    for (const name of ['sha256', 'sha512'])
      await unpackTo(streamOf(gzipSync(tar)), join(root, name), { prefix: 'p', tarDigest: digestOf(name) });
    const wrong = `sha256:${'0'.repeat(64)}`;
    const unpacking = unpackTo(streamOf(gzipSync(tar)), join(root, 'out'), { prefix: 'p', tarDigest: wrong });
    await expect(unpacking).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      expected: wrong,
      found: digestOf('sha256'),
    });
    expect((await readdir(root)).sort()).toEqual(['sha256', 'sha512']);
  });
});

describe('what unpackDirectory writes', () => {
  const mask = process.umask();
  afterEach(() => void process.umask(mask));

  it('has no special bits, and no more rights than the umask grants', async () => {
    const root = await tempDir();
    const entries = () =>
      archiveOf([
        { name: 'p/', type: 'directory', mode: 0o7777 },
        { name: 'p/tool', mode: 0o6755 },
        { name: 'p/text', mode: 0o1666 },
        { name: 'p/sealed', type: 'directory', mode: 0o500 },
        { name: 'p/sealed/secret', mode: 0o400 },
      ]);
    process.umask(0o022);
    await unpackTo(await entries(), join(root, 'a'), { prefix: 'p' });
    expect(
      await Promise.all(['', 'tool', 'text', 'sealed', 'sealed/secret'].map((name) => modeOf(root, 'a', name))),
    ).toEqual([0o755, 0o755, 0o644, 0o755, 0o644]);
    process.umask(0o077);
    await unpackTo(await entries(), join(root, 'b'), { prefix: 'p' });
    expect([await modeOf(root, 'b'), await modeOf(root, 'b/tool'), await modeOf(root, 'b/text')]).toEqual([
      0o700, 0o700, 0o600,
    ]);
  });

  it('joins what exists: files are replaced, others stay, symlinks to files are replaced and not followed', async () => {
    const root = await tempDir();
    await makeFiles(root, { 'out/keep': 'mine', 'out/d/old': 'mine', 'out/d/both': 'mine', elsewhere: 'mine' });
    await symlink('../elsewhere', join(root, 'out/link'));
    const entries = ['p/d/both', 'p/d/new/x', 'p/link', 'p/e/f'].map((name) => ({ name, content: 'theirs' }));
    const replaced = await unpackTo(await archiveOf(entries), join(root, 'out'), { prefix: 'p' });
    expect([...replaced].sort()).toEqual(['out/d/both', 'out/link'].map((path) => join(root, path)));
    expect(await tree(root)).toEqual(
      ['elsewhere', 'out/d/both', 'out/d/new/x', 'out/d/old', 'out/e/f', 'out/keep', 'out/link'].sort(),
    );
    const texts = ['out/keep', 'out/d/old', 'elsewhere', 'out/d/both', 'out/link', 'out/e/f'];
    expect(await Promise.all(texts.map((path) => readText(root, path)))).toEqual([
      ...['mine', 'mine', 'mine'],
      ...['theirs', 'theirs', 'theirs'],
    ]);
    expect((await stat(join(root, 'out/link'))).isFile()).toBe(true);
  });

  it.each<[string, (out: string) => Promise<unknown>]>([
    ['a symlink where a directory must go', (out) => symlink('..', join(out, 'z'))],
    ['a file where a directory must go', (out) => writeFile(join(out, 'z'), '')],
    ['a directory where a file must go', (out) => mkdir(join(out, 'z/y'), { recursive: true })],
    ['a fifo where a file must go', (out) => mkdir(join(out, 'z')).then(() => system('mkfifo', join(out, 'z/y')))],
  ])('stays away, all of it, when there is %s', async (_what, obstruct) => {
    const root = await tempDir();
    await makeFiles(root, { 'out/a': 'mine' });
    await obstruct(join(root, 'out'));
    const before = await tree(root);
    const entries = ['p/a', 'p/b', 'p/z/y'].map((name) => ({ name, content: 'theirs' }));
    const unpacking = unpackTo(await archiveOf(entries), join(root, 'out'), { prefix: 'p' });
    await expect(unpacking).rejects.toMatchObject({
      code: 'EXISTS',
      message: expect.stringContaining(join(root, 'out/z')),
    });
    expect(await tree(root)).toEqual(before);
    expect(await readText(root, 'out/a')).toBe('mine');
  });

  it('never replaces a file or a symlink that is in the place of the directory', async () => {
    const root = await tempDir();
    await makeFiles(root, { file: 'mine', 'real/': '' });
    await symlink('real', join(root, 'link'));
    for (const name of ['file', 'link']) {
      const source = await archiveOf([{ name: 'p/a' }]);
      await expect(unpackTo(source, join(root, name), { prefix: 'p' })).rejects.toMatchObject({
        code: 'EXISTS',
      });
      expect(source.destroyed).toBe(true);
      expect(source.readableDidRead).toBe(false);
    }
    expect(await tree(root)).toEqual(['file', 'link', 'real/']);
  });
});

describe('an unpacking that fails', () => {
  it('leaves nothing behind when it is interrupted, not even where the stream stalls', async () => {
    const root = await tempDir();
    const bytes = await tarOf([{ name: 'p/a', content: noise(100_000) }]);
    const abort = new AbortController();
    const stalled = new Readable({ read() {} });
    stalled.push(bytes.subarray(0, 50_000));
    const unpacking = unpackTo(stalled, join(root, 'x/y/out'), { prefix: 'p', signal: abort.signal });
    await expect.poll(() => tree(root)).toEqual([expect.stringMatching(/^\.remora-.*\.tmp\/a$/)]);
    abort.abort();
    await expect(unpacking).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await readdir(root)).toEqual([]);
  });

  it('does not begin when the signal was aborted before', async () => {
    const root = await tempDir();
    const options = { prefix: 'p', signal: AbortSignal.abort() };
    const unpacking = unpackTo(await archiveOf([{ name: 'p/a' }]), join(root, 'out'), options);
    await expect(unpacking).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await readdir(root)).toEqual([]);
  });

  it.each(['the middle', 'the end'])('passes on what the stream says at %s, and leaves nothing', async (where) => {
    const root = await tempDir();
    const gzip = gzipSync(await tarOf([{ name: 'p/a', content: noise(100_000) }]));
    // As a verifying stream does: every byte has come, and then it says that they were wrong.
    const chunks = async function* () {
      yield where === 'the end' ? gzip : gzip.subarray(0, 50_000);
      throw new RemoraError('DIGEST_MISMATCH', 'of the layer');
    };
    const unpacking = unpackTo(Readable.from(chunks()), join(root, 'out'), { prefix: 'p' });
    await expect(unpacking).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', message: 'of the layer' });
    expect(await readdir(root)).toEqual([]);
  });

  it('survives a stream that fails before it is read', async () => {
    const root = await tempDir();
    const source = new Readable({ read() {} });
    const unpacking = unpackTo(source, join(root, 'out'), { prefix: 'p' });
    source.destroy(new RemoraError('UNREACHABLE', 'gone'));
    await expect(unpacking).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(await readdir(root)).toEqual([]);
  });

  it('is removed by the next one where its process was killed, and no link in it is followed', async () => {
    const root = await tempDir();
    const [dead, live] = [`.remora-${processDomain()}-999999999-0123456789ab.tmp`, tempName()];
    await makeFiles(root, { [`${dead}/sub/a`]: '', [`${live}/a`]: '', 'kept/a': '' });
    await symlink('../kept', join(root, dead, 'link'));
    await unpackTo(await archiveOf([{ name: 'p/a' }]), join(root, 'out'), { prefix: 'p' });
    expect(await tree(root)).toEqual([`${live}/a`, 'kept/a', 'out/a']);
  });
});
