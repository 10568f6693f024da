import { chmod, mkdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFiles } from '../io/tar/support/archives.js';
import { type RunOptions, run } from '../support/peers.js';
import { PROGRAM } from '../support/remora.js';
import { tempDir, tree } from '../support/temp.js';
import { start } from './support/start.js';

const FILES = { 'a.txt': 'a', 'ä/Ω.txt': 'b', 'ä/I.txt': 'c', 'ä/i.txt': 'd', 'ä/run': '#!/bin/sh', 'ä/empty/': '' };
const WORDS = ['push', '--dry-run', '--json', 'oci:./out:v1', '-a', 'z=1', '-a', 'I=2', '-a', 'i=3', 'a.txt', 'ä'];
const GOLDEN = 'sha256:a37f4364f93bd081612e25fc2eef3060d18644a33d2a2758f262fee752262575';

/** The same files again, written in this order. */
async function files(
  order: readonly (keyof typeof FILES)[] = ['a.txt', 'ä/Ω.txt', 'ä/I.txt', 'ä/i.txt', 'ä/run', 'ä/empty/'],
) {
  const cwd = await tempDir();
  await chmod(cwd, 0o755);
  for (const name of order) await makeFiles(cwd, { [name]: FILES[name] });
  await chmod(join(cwd, 'ä/run'), 0o755);
  await symlink('i.txt', join(cwd, 'ä/link'));
  return cwd;
}

async function digest(cwd: string, { env }: RunOptions = {}, umask = '022'): Promise<string> {
  const shell = `umask ${umask}; exec "$0" "$@"`;
  const args = ['-c', shell, ...PROGRAM, ...WORDS];
  const { stdout, stderr } = await run('sh', args, {
    cwd,
    env: { SOURCE_DATE_EPOCH: undefined, NODE_ENV: undefined, ...env },
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout).digest;
}

describe('the digest of files', () => {
  it('is this, today and always', async () => {
    expect(await digest(await files())).toBe(GOLDEN);
  });

  it('does not depend on time zone, locale and umask', async () => {
    const cwd = await files();
    expect(await digest(cwd, { env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' } })).toBe(
      GOLDEN,
    );
    expect(await digest(cwd, { env: { TZ: 'America/St_Johns', LANG: 'C', LC_ALL: 'C' } }, '077')).toBe(GOLDEN);
  });

  it('does not depend on times, modes beyond the bit for execution, and the order on disk', async () => {
    const cwd = await files(['ä/run', 'ä/i.txt', 'ä/empty/', 'ä/I.txt', 'a.txt', 'ä/Ω.txt']);
    for (const name of await tree(cwd)) if (!name.endsWith('/link')) await utimes(join(cwd, name), 1e9, 1e9);
    await utimes(join(cwd, 'ä'), 1, 1);
    await chmod(join(cwd, 'a.txt'), 0o640);
    await chmod(join(cwd, 'ä/run'), 0o4711);
    await chmod(join(cwd, 'ä'), 0o700);
    expect(await digest(cwd)).toBe(GOLDEN);
  });

  it('does not depend on the directory it is run in, as long as the titles are the same', async () => {
    const cwd = await files();
    await mkdir(join(cwd, 'elsewhere'));
    const { child, done } = start(
      WORDS.map((word) => (word === 'a.txt' || word === 'ä' ? `../${word}` : word)),
      {
        cwd: join(cwd, 'elsewhere'),
      },
    );
    child.stdin.end();
    expect(JSON.parse((await done).stdout).digest).toBe(GOLDEN);
  });

  it.skipIf(process.getuid?.() !== 0)('does not depend on the user (skipped unless root)', async () => {
    const { child, done } = start(WORDS, { cwd: await files(), uid: 65534, gid: 65534 });
    child.stdin.end();
    expect(JSON.parse((await done).stdout).digest).toBe(GOLDEN);
  });
});
