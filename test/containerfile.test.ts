import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './support/peers.js';
import { PROGRAM } from './support/remora.js';
import { tempDir } from './support/temp.js';

const [executable] = PROGRAM;
/** A container has a /proc, without which Bun aborts. */
const IN_ROOT = ['--mount', 'sh', '-c', 'mount -t proc proc proc && exec chroot "$@"', 'sh'];
const canRun = process.platform === 'linux' && process.getuid?.() === 0 && Boolean(process.env.REMORA_PROGRAM);

/** The lines of the recipe: word, and the rest with the arguments put in. */
async function recipe() {
  const text = await readFile(new URL('../examples/Containerfile', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line): readonly [string, string] => {
    const [word = '', ...rest] = line.split(' ');
    return [word, rest.join(' ').replaceAll(/\$\{ARCH\}/g, process.arch)];
  });
}

/** The libraries of glibc, which are all that the base image has for a program. */
function libraries(): readonly string[] {
  return [...execFileSync('ldd', [executable], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(
    ([, path = '']) => path,
  );
}

describe.skipIf(!canRun)('the recipe of a container image, without an engine', () => {
  it('gives a folder in which the executable runs as another user, with glibc alone', async () => {
    const steps = await recipe();
    expect(steps.map(([word]) => word)).toEqual([
      'FROM',
      'ARG',
      'COPY',
      'COPY',
      'WORKDIR',
      'USER',
      'ENV',
      'ENTRYPOINT',
      'CMD',
    ]);
    const root = await tempDir();
    const put = async (from: string, to: string) => {
      await mkdir(join(root, dirname(to)), { recursive: true });
      await copyFile(from, join(root, to));
    };
    for (const library of libraries()) await put(library, library);
    await chmod(root, 0o755);
    for (const folder of ['tmp', 'proc']) await mkdir(join(root, folder));
    await chmod(join(root, 'tmp'), 0o1777);
    for (const [, words] of steps.filter(([word]) => word === 'COPY')) {
      const [from = '', to = ''] = words.split(' ');
      await put(join(dirname(executable), from), to);
    }
    const wordsOf = (word: string) => steps.find(([name]) => name === word)?.[1] ?? '';
    const [program] = JSON.parse(wordsOf('ENTRYPOINT'));
    const [name = '', value = ''] = wordsOf('ENV').split('=');
    await mkdir(join(root, wordsOf('WORKDIR')));
    await writeFile(join(root, wordsOf('WORKDIR'), 'a.txt'), 'a');
    const inside = (...args: string[]) =>
      run('unshare', [...IN_ROOT, `--userspec=${wordsOf('USER')}`, root, program, ...args], {
        cwd: root,
        env: {
          ...Object.fromEntries(Object.keys(process.env).map((each) => [each, undefined])),
          PATH: process.env.PATH,
          [name]: value,
        },
      });
    expect(await inside(...JSON.parse(wordsOf('CMD')))).toMatchObject({ code: 0, stderr: '' });
    for (const args of [
      ['push', 'oci:/tmp/layout:v1', 'work/a.txt'],
      ['attach', 'oci:/tmp/layout:v1', '--artifact-type', 'a/b', 'work/a.txt'],
      ['discover', 'oci:/tmp/layout:v1'],
    ])
      expect(await inside(...args)).toMatchObject({ code: 0, stderr: '' });
  });
});
