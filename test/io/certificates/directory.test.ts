import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateNames, readDirectory } from '../../../src/io/certificates/directory.js';
import { type Authority, type Certificate, makeAuthority } from '../../support/certificates.js';
import { tempDir } from '../../support/temp.js';

let authority: Authority;
let one: Certificate;
let other: Certificate;

beforeAll(async () => {
  authority = await makeAuthority();
  [one, other] = await Promise.all([authority.client('one'), authority.client('other')]);
});

const ALL = { ca: true, client: true };

async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = join(await tempDir(), 'reg.example:5000');
  await mkdir(directory);
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  return directory;
}

describe('the files of a host', () => {
  it('are sorted by their endings, as Docker does', async () => {
    const directory = await directoryWith({ 'b.crt': '', 'a.crt': '', 'z.cert': '', 'z.key': '', 'README.md': '' });
    expect(await certificateNames(directory)).toEqual({ ca: ['a.crt', 'b.crt'], client: ['z.cert', 'z.key'] });
  });

  it('are read: all authorities, and of several pairs the first by name', async () => {
    const second = await makeAuthority();
    const directory = await directoryWith({
      'ca.crt': authority.ca,
      'more.crt': second.ca,
      'b.cert': other.cert,
      'b.key': other.key,
      'a.cert': one.cert,
      'a.key': one.key,
    });
    const { ca, client, files } = await readDirectory(directory, ALL);
    expect(ca).toBe(`${authority.ca}\n${second.ca}`);
    expect(client).toEqual(one);
    expect(files).toEqual(['ca.crt', 'more.crt', 'a.cert', 'a.key'].map((name) => join(directory, name)));
  });

  it('are read through links, as Kubernetes mounts them', async () => {
    const directory = await directoryWith({});
    await mkdir(join(directory, '..2026'));
    await writeFile(join(directory, '..2026', 'ca.crt'), authority.ca);
    await symlink('..2026', join(directory, '..data'));
    await symlink(join('..data', 'ca.crt'), join(directory, 'ca.crt'));
    expect((await readDirectory(directory, ALL)).ca).toBe(authority.ca);
  });

  it('may be none', async () => {
    expect(await readDirectory(await directoryWith({}), ALL)).toEqual({ ca: undefined, client: undefined, files: [] });
  });

  it('are not read where others stand for them', async () => {
    const directory = await directoryWith({ 'ca.crt': 'junk', 'a.cert': one.cert, 'a.key': one.key });
    expect((await readDirectory(directory, { ca: false, client: true })).client).toEqual(one);
    await expect(readDirectory(directory, ALL)).rejects.toMatchObject({ code: 'MALFORMED' });
  });
});

describe('a file that cannot be used is an error that names it:', () => {
  it.each<[string, () => Record<string, string>, string, string]>([
    ['a key alone', () => ({ 'a.key': one.key }), 'a.key', 'is without its certificate a.cert'],
    ['a certificate alone', () => ({ 'a.cert': one.cert }), 'a.cert', 'is without its key a.key'],
    ['a pair of two', () => ({ 'a.cert': one.cert, 'a.key': other.key }), 'a.key', 'is not the key of'],
    ['text', () => ({ 'ca.crt': 'hello' }), 'ca.crt', 'is not PEM'],
    ['an empty file', () => ({ 'ca.crt': '' }), 'ca.crt', 'is not PEM'],
    ['a key as authority', () => ({ 'ca.crt': one.key }), 'ca.crt', 'holds "private key", wanted a certificate'],
    ['another large file', () => ({ 'ca.crt': 'a'.repeat(1024 * 1024 + 1) }), 'ca.crt', 'is larger than'],
  ])('%s', async (_, files, name, message) => {
    const directory = await directoryWith(files());
    const wanted = { code: 'MALFORMED', message: expect.stringContaining(join(directory, name)) };
    await expect(readDirectory(directory, ALL)).rejects.toMatchObject(wanted);
    await expect(readDirectory(directory, ALL)).rejects.toThrow(message);
  });

  it('a link that leads nowhere', async () => {
    const directory = await directoryWith({});
    await symlink('gone', join(directory, 'ca.crt'));
    const message = `${join(directory, 'ca.crt')} does not exist`;
    await expect(readDirectory(directory, ALL)).rejects.toMatchObject({ code: 'IO', message });
  });

  it('a pipe, which is not waited for', async () => {
    const directory = await directoryWith({});
    execFileSync('mkfifo', [join(directory, 'ca.crt')]);
    const message = `${join(directory, 'ca.crt')} is a pipe, wanted a regular file`;
    await expect(readDirectory(directory, ALL)).rejects.toMatchObject({ code: 'IO', message });
  });

  it('a directory', async () => {
    const directory = await directoryWith({});
    await mkdir(join(directory, 'ca.crt'));
    await expect(readDirectory(directory, ALL)).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('is a directory'),
    });
  });
});
