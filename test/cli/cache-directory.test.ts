import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import nodeModule from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { peer, run as runProgram } from '../support/peers.js';
import { FOREIGN, REMORA } from '../support/remora.js';
import { tempDir, tree } from '../support/temp.js';

/** A Node.js that keeps compiled code itself, and one for which remora keeps it: the two that are here. */
const NODES = [
  ['this Node.js', process.execPath],
  ['Node.js 22', peer('node22')],
  ['Node.js 26', peer('node26')],
].flatMap(([name, node]) => (name === undefined || node === undefined ? [] : [{ name, node }]));
const isRoot = process.getuid?.() === 0;
const OTHER = 12_345;
const OLD = new Date(Date.now() - 400 * 24 * 60 * 60 * 1000);

function run(node: string, home: string, env: NodeJS.ProcessEnv = {}) {
  const own = { HOME: home, XDG_CACHE_HOME: undefined, NODE_COMPILE_CACHE: undefined, TMPDIR: join(home, 'tmp') };
  return runProgram(node, [REMORA, '--help'], { env: { ...FOREIGN, ...own, ...env } });
}

async function homeOf(): Promise<string> {
  const home = await tempDir();
  await mkdir(join(home, 'tmp'));
  return home;
}

/** A directory with a file that is old, and one with a name of the cache's own. */
async function precious(): Promise<string> {
  const directory = await tempDir();
  for (const name of ['old-settings', `${'a'.repeat(32)}-v20.0.0-x64-kinds`]) {
    await writeFile(join(directory, name), 'kept');
    await utimes(join(directory, name), OLD, OLD);
  }
  return directory;
}

describe.each(NODES)('the directory of compiled code with $name', ({ node }) => {
  it('is made for its user alone, below the home, and nothing is put into TMPDIR', async () => {
    const home = await homeOf();
    expect(await run(node, home)).toMatchObject({ code: 0, stderr: '' });
    expect((await tree(home)).filter((path) => !path.startsWith('.cache/remora/compiled/'))).toEqual(['tmp/']);
    expect(await readdir(join(home, '.cache/remora/compiled'))).toHaveLength(1);
  });

  it.each([
    ['it', '.cache/remora/compiled'],
    ['its parent', '.cache/remora'],
  ])('is not used where %s is a link', async (_, link) => {
    const home = await homeOf();
    const target = await precious();
    if (link.endsWith('remora')) await mkdir(join(target, 'compiled'));
    const before = await tree(target);
    await mkdir(join(home, link, '..'), { recursive: true });
    await symlink(target, join(home, link));
    expect(await run(node, home)).toMatchObject({ code: 0, stderr: '' });
    expect(await tree(target)).toEqual(before);
  });

  it.each([
    ['others may write to it', '.cache/remora/compiled', 0o777],
    ['its group may write to it', '.cache/remora/compiled', 0o770],
    ['others may write to its parent', '.cache/remora', 0o777],
    ['others may replace its parent', '.cache', 0o777],
    ['others may replace all of it', '.', 0o777],
    ['it is sticky and open to all', '.cache/remora/compiled', 0o1777],
  ])('is not used where %s', async (_, changed, mode) => {
    const home = await homeOf();
    await mkdir(join(home, '.cache/remora/compiled'), { recursive: true, mode: 0o700 });
    await chmod(join(home, changed), mode);
    expect(await run(node, home)).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(join(home, '.cache/remora/compiled'))).toEqual([]);
  });

  it.runIf(isRoot).each([
    ['it', '.cache/remora/compiled'],
    ['its parent', '.cache/remora'],
    ['the cache', '.cache'],
    ['the home', '.'],
  ])('is not used where %s is of another user', async (_, changed) => {
    const home = await homeOf();
    await mkdir(join(home, '.cache/remora/compiled'), { recursive: true, mode: 0o700 });
    await chown(join(home, changed), OTHER, OTHER);
    expect(await run(node, home)).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(join(home, '.cache/remora/compiled'))).toEqual([]);
  });

  it.runIf(isRoot)('is not made with a home of another user, wherever XDG_CACHE_HOME is', async () => {
    const [home, cache] = [await homeOf(), await tempDir()];
    await chown(home, OTHER, OTHER);
    expect(await run(node, home, { XDG_CACHE_HOME: cache })).toMatchObject({ code: 0, stderr: '' });
    expect([await tree(home), await tree(cache)]).toEqual([['tmp/'], []]);
  });

  it('is made in a directory of all users where none can replace it, and not elsewhere', async () => {
    const [sticky, open] = [await tempDir(), await tempDir()];
    await chmod(sticky, 0o1777);
    await chmod(open, 0o777);
    for (const cache of [sticky, open]) await run(node, await homeOf(), { XDG_CACHE_HOME: cache });
    expect(await readdir(join(sticky, 'remora/compiled'))).toHaveLength(1);
    expect(await readdir(open)).toEqual([]);
  });

  it.each(['/proc', '/dev/null', '/proc/self/fd', '/nowhere/at/all', 'relative'])(
    'is not missed with XDG_CACHE_HOME=%s',
    async (cache) => {
      expect(await run(node, await homeOf(), { XDG_CACHE_HOME: cache })).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it('is not made with NODE_DISABLE_COMPILE_CACHE', async () => {
    const home = await homeOf();
    expect(await run(node, home, { NODE_DISABLE_COMPILE_CACHE: '1' })).toMatchObject({ code: 0, stderr: '' });
    expect(await tree(home)).toEqual(['tmp/']);
  });
});

describe.runIf(peer('node24') !== undefined)('NODE_COMPILE_CACHE', () => {
  it('names the directory of a Node.js that keeps compiled code itself', async () => {
    const [home, named] = [await homeOf(), await tempDir()];
    await run(peer('node24') ?? '', home, { NODE_COMPILE_CACHE: named });
    expect(await tree(home)).toEqual(['tmp/']);
    expect(await readdir(named)).toHaveLength(1);
  });
});

describe.skipIf('enableCompileCache' in nodeModule)('files in the directory of compiled code', () => {
  async function compiled() {
    const home = await homeOf();
    await run(process.execPath, home);
    const directory = join(home, '.cache/remora/compiled');
    const [name = ''] = await readdir(directory);
    return { home, directory, name, file: join(directory, name) };
  }

  it.each([
    ['a pipe', (file: string) => execFileSync('mkfifo', [file])],
    ['a link to a pipe', (file: string) => execFileSync('sh', ['-c', 'mkfifo "$1.p"; ln -s "$1.p" "$1"', '-', file])],
    ['a directory', (file: string) => mkdir(file)],
    ['a link to a device', (file: string) => symlink('/dev/zero', file)],
  ])('are not waited for: %s', async (_, make) => {
    const { home, file } = await compiled();
    execFileSync('rm', [file]);
    await make(file);
    expect(await run(process.execPath, home)).toMatchObject({ code: 0, stderr: '' });
  });

  it('stay where they are not its own, however old they are', async () => {
    const { home, directory, file } = await compiled();
    const sum = 'a'.repeat(32);
    const foreign = ['notes.txt', `${sum}`, `${sum}-v20`.toUpperCase(), `x${sum}-v20.0.0-x64-kinds`];
    for (const name of foreign) await writeFile(join(directory, name), 'kept');
    await mkdir(join(directory, `${sum}-v20.0.0-x64-dir`));
    await symlink('/etc/hostname', join(directory, `${sum}-v20.0.0-x64-link`));
    const own = [`${sum}-v18.0.0-x64-kinds`, `${sum}-v20.0.0-arm64-other.12345.tmp`];
    for (const name of own) await writeFile(join(directory, name), 'removed');
    for (const name of [...foreign, ...own]) await utimes(join(directory, name), OLD, OLD);
    execFileSync('rm', [file]);
    await run(process.execPath, home);
    const left = await readdir(directory);
    expect(left).toEqual(expect.arrayContaining([...foreign, `${sum}-v20.0.0-x64-dir`, `${sum}-v20.0.0-x64-link`]));
    expect(left.filter((name) => own.includes(name))).toEqual([]);
  });

  it('are of one checkout: stack traces name its files', async () => {
    const { home, directory } = await compiled();
    const copy = await tempDir();
    const root = join(REMORA, '../..');
    execFileSync('cp', ['-r', join(root, 'dist'), join(root, 'package.json'), join(root, 'oclif.manifest.json'), copy]);
    const env = { ...FOREIGN, HOME: home, XDG_CACHE_HOME: undefined };
    expect((await runProgram(process.execPath, [join(copy, 'dist/bin.js'), '--help'], { env })).code).toBe(0);
    expect(await readdir(directory)).toHaveLength(2);
  });
});
