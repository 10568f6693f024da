import { generateKeyPairSync } from 'node:crypto';
import { chmod, chown, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRegistry } from '../support/registry.js';
import { REMORA, remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

const COMPILED = join('.cache', 'remora', 'compiled');

/** Runs it as a user with this home, and no other place for a cache. */
function run(home: string | undefined, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return remora(args, {
    env: { HOME: home, USERPROFILE: home, XDG_CACHE_HOME: undefined, LOCALAPPDATA: undefined, ...env },
  });
}

async function compiled(home: string): Promise<readonly string[]> {
  return readdir(join(home, COMPILED)).catch(() => []);
}

it.each(['program', 'serve', 'verify'])(
  'imports nothing in %s, which scripts that are compiled here could not do',
  async (name) => {
    const text = await readFile(join(dirname(REMORA), `${name}.cjs`), 'utf8');
    // It is read as latin1.
    expect(text.match(/[^\0-\x7f]/)).toBeNull();
    expect(text.match(/[^\w.$"'`]import\s*\(/g)).toBeNull();
  },
);

// Node.js 22.8 and later do this themselves.
describe.skipIf('enableCompileCache' in nodeModule)('compiled code', () => {
  it('is kept for each command, for its user alone, and used the next time', async () => {
    const home = await tempDir();
    const first = await run(home, ['kinds', '--json']);
    const [name = '', ...others] = await compiled(home);
    expect(name).toMatch(new RegExp(`^[0-9a-f]{32}-${process.version}-${process.arch}-kinds$`));
    expect(others).toEqual([]);
    const file = join(home, COMPILED, name);
    const written = await stat(file);
    expect([written.mode & 0o777, (await stat(dirname(file))).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(await run(home, ['kinds', '--json'])).toEqual(first);
    // What V8 had refused would have been written again.
    expect((await stat(file)).ino).toBe(written.ino);
    await run(home, ['--help']);
    expect((await compiled(home)).map((one) => one.split('-').at(-1))).toEqual(['kinds', 'other']);
  });

  it('is kept for a part of the program, too, and used the next time', async () => {
    const home = await tempDir();
    const statement = ['sign', '--dry-run', '--key', join(home, 'key.pem'), `oci:${join(home, 'layout')}:v1`];
    await writeFile(
      join(home, 'key.pem'),
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    );
    await run(home, ['push', `oci:${join(home, 'layout')}:v1`, join(home, 'key.pem')]);
    const first = await run(home, statement);
    expect(first.code).toBe(0);
    const names = (await compiled(home)).filter((name) => name.endsWith('-sign'));
    expect(names).toHaveLength(2);
    const inodes = async () => Promise.all(names.map(async (name) => (await stat(join(home, COMPILED, name))).ino));
    const written = await inodes();
    expect(await run(home, statement)).toEqual(first);
    expect(await inodes()).toEqual(written);
  });

  it.each([
    ['damaged', (bytes: Buffer) => bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 100)],
    ['cut', (bytes: Buffer) => bytes.subarray(0, 1000)],
    ['empty', () => Buffer.alloc(0)],
  ])('that is %s is not used, and written again', async (_, change) => {
    const home = await tempDir();
    const first = await run(home, ['kinds', '--json']);
    const [name = ''] = await compiled(home);
    const file = join(home, COMPILED, name);
    const bytes = change(await readFile(file));
    await writeFile(file, bytes);
    expect(await run(home, ['kinds', '--json'])).toEqual(first);
    expect((await readFile(file)).equals(bytes)).toBe(false);
    expect(await compiled(home)).toEqual([name]);
  });

  it.each([
    ['is of another user', (file: string) => chown(file, 12_345, 12_345)],
    ['others may write', (file: string) => chmod(file, 0o622)],
  ])('that %s is not used, and written again', async (name, change) => {
    // Only root can give files away.
    if (name === 'is of another user' && process.getuid?.() !== 0) return;
    const home = await tempDir();
    await run(home, ['--help']);
    const [code = ''] = await compiled(home);
    const file = join(home, COMPILED, code);
    await change(file);
    const before = await stat(file);
    expect((await run(home, ['--help'])).code).toBe(0);
    const after = await stat(file);
    expect(after.ino).not.toBe(before.ino);
    expect([after.uid, after.mode & 0o777]).toEqual([process.getuid?.(), 0o600]);
  });

  it('goes when it is old, as other code is written', async () => {
    const home = await tempDir();
    await run(home, ['kinds']);
    const [name = ''] = await compiled(home);
    const month = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
    await utimes(join(home, COMPILED, name), month, month);
    await run(home, ['--help']);
    expect((await compiled(home)).map((one) => one.split('-').at(-1))).toEqual(['other']);
  });

  it('goes when 47 newer ones are there, as other code is written', async () => {
    const home = await tempDir();
    await run(home, ['kinds']);
    const [name = ''] = await compiled(home);
    const directory = join(home, COMPILED);
    const names = Array.from({ length: 60 }, (_, i) => name.replace(/^.{32}/, String(i).padStart(32, '0')));
    for (const [i, other] of names.entries()) {
      await writeFile(join(directory, other), '');
      await utimes(join(directory, other), 0, Date.now() / 1000 - i);
    }
    await utimes(join(directory, name), 0, Date.now() / 1000 - 3600);
    await run(home, ['--help']);
    const left = await compiled(home);
    expect(left.length).toBe(48);
    expect(left.filter((one) => one.endsWith('-kinds'))).toEqual(names.slice(0, 47));
  });

  it('is used after a run that spoke to a registry, which changes an option of V8 for a moment', async () => {
    const home = await tempDir();
    const { host } = await startRegistry();
    const file = () => compiled(home).then(([name = '']) => stat(join(home, COMPILED, name)));
    await run(home, ['repo', 'list', host]);
    const written = await file();
    await run(home, ['repo', 'list', host]);
    expect((await file()).ino).toBe(written.ino);
  });

  it('is not kept after a failure, when it is not wanted, and where there is no home', async () => {
    const home = await tempDir();
    expect((await run(home, ['nonsense'])).code).toBe(2);
    expect((await run(home, ['kinds'], { NODE_DISABLE_COMPILE_CACHE: '1' })).code).toBe(0);
    expect(await run(undefined, ['--help'])).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(home)).toEqual([]);
  });

  it('is not missed where it cannot be kept', async () => {
    const home = await tempDir();
    await writeFile(join(home, '.cache'), 'a file');
    expect(await run(home, ['--help'])).toMatchObject({ code: 0, stderr: '' });
    const closed = await tempDir();
    await chmod(closed, 0o500);
    expect(await run(closed, ['--help'])).toMatchObject({ code: 0, stderr: '' });
    await chmod(closed, 0o700);
  });
});
