import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PROGRAM_WORDS, remora } from '../support/remora.js';
import { SPECIAL } from '../support/special-files.js';
import { tempDir, tree } from '../support/temp.js';
import { runHere } from './support/in-process.js';
import { start, until } from './support/start.js';

const FOREIGN_LOCK = 'aaaaaaaaaaaaaaaa 0123456789ab 7\n';

async function withLayout() {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'f'), 'f');
  await runHere(['push', 'oci:l:v', 'f'], cwd);
  return cwd;
}

const WRITERS: readonly (readonly string[])[] = [
  ['push', 'oci:l:w', 'f'],
  ['attach', 'oci:l:v', 'f', '--artifact-type', 'a/b'],
  ['tag', 'oci:l:v', 'w'],
  ['manifest', 'delete', 'oci:l:v', '--yes'],
];

describe.skipIf(process.platform === 'win32')('a lock from elsewhere', () => {
  it.each(SPECIAL)('that is %s ends each writer, and none touches it', async (_, make) => {
    const cwd = await withLayout();
    await make(join(cwd, 'l', 'index.json.lock'));
    const before = await readdir(join(cwd, 'l'));
    for (const args of WRITERS) {
      const { code, stderr } = await runHere(args, cwd);
      expect([args[0], code]).toEqual([args[0], 7]);
      expect(stderr).toContain('index.json.lock is a');
    }
    expect(await readdir(join(cwd, 'l'))).toEqual(before);
    expect((await runHere(['resolve', 'oci:l:v'], cwd)).code).toBe(0);
  });

  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])(
    'that somebody renews is waited for until %s',
    async (signal, code) => {
      const cwd = await withLayout();
      await mkdir(join(cwd, 'begun'));
      await writeFile(join(cwd, 'g'), 'g');
      const blobs = (await readdir(join(cwd, 'l/blobs/sha256'))).length;
      for (const layout of ['l', 'begun']) {
        const lock = join(cwd, layout, 'index.json.lock');
        await writeFile(lock, FOREIGN_LOCK);
        const timer = setInterval(() => utimesSync(lock, new Date(), new Date()), 200);
        onTestFinished(() => clearInterval(timer));
        const running = start(['push', `oci:${layout}:w`, 'g'], { cwd });
        // The folder for blobs comes before the lock, or a blob.
        const folder = join(cwd, layout, 'blobs/sha256');
        await until(() => existsSync(folder) && (layout === 'begun' || readdirSync(folder).length > blobs));
        running.child.kill(signal);
        expect((await running.done).code).toBe(code);
        expect(readFileSync(lock, 'utf8')).toBe(FOREIGN_LOCK);
      }
    },
    30_000,
  );
});

describe.skipIf(process.platform !== 'linux')('a place that holds nothing', () => {
  it.each([
    ['push', 'oci:/proc/remora:v', 'f'],
    ['push', 'oci:/proc/self/task/remora/x:v', 'f'],
    ['copy', 'oci:l:v', 'oci:/proc/remora/x:v'],
    ['copy', 'oci:l:v', 'oci-archive:/proc/remora.tar'],
    ['pull', 'oci:l:v', '-o', '/proc/remora'],
    ['pull', 'oci:l:v', '-o', '/proc/remora/x/y'],
  ])('ends %s %s %s', async (...args) => {
    const cwd = await withLayout();
    const { code, stderr } = await runHere(args, cwd);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\/proc\S* (cannot be created|holds no files)/);
  });
});

it.skipIf(process.platform === 'win32')('takes input from where it did: a pipe, and what a shell opens', async () => {
  const cwd = await withLayout();
  expect((await remora(['push', 'oci:l:a', '-:name'], { cwd, input: 'piped' })).code).toBe(0);
  const shell = (line: string) =>
    promisify(execFile)('bash', ['-c', `remora() { ${PROGRAM_WORDS} "$@"; }; ${line}`], { cwd });
  await shell('remora push oci:l:b /dev/stdin < f');
  await shell('remora push oci:l:c -:name < <(echo substituted)');
  await expect(shell('remora push oci:l:d <(echo substituted)')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is a pipe, wanted a file or directory'),
  });
});

it.skipIf(process.platform === 'win32')(
  'reads a layout whose blobs are links to files, as Bazel makes it',
  async () => {
    const cwd = await withLayout();
    const blobs = join(cwd, 'l', 'blobs', 'sha256');
    await mkdir(join(cwd, 'store'));
    for (const name of await readdir(blobs)) {
      await writeFile(join(cwd, 'store', name), readFileSync(join(blobs, name)));
      await rm(join(blobs, name));
      await symlink(`../../../store/${name}`, join(blobs, name));
    }
    for (const args of [
      ['pull', 'oci:l:v', '-o', 'out'],
      ['copy', 'oci:l:v', 'oci-archive:x.tar'],
      ['check', 'oci:l'],
    ])
      expect([args[0], (await runHere(args, cwd)).code]).toEqual([args[0], 0]);
    expect(await tree(join(cwd, 'out'))).toEqual(['f']);
  },
);
