import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir, tree } from '../support/temp.js';
import { runHere } from './support/in-process.js';

/** A layout with an artifact, and a compressed archive of it. */
async function places() {
  const cwd = await tempDir();
  const run = async (...words: string[]) => {
    const result = await runHere(words, cwd);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return result;
  };
  await writeFile(join(cwd, 'a.txt'), 'theirs');
  await run('push', 'oci:./l:v1', 'a.txt');
  await run('copy', 'oci:./l:v1', 'oci-archive:a.tar.gz');
  return { cwd, run };
}

describe('--max-unpacked', () => {
  it.each([
    ['discover', 'oci-archive:a.tar.gz'],
    ['inspect', 'oci-archive:a.tar.gz'],
    ['resolve', 'oci-archive:a.tar.gz'],
    ['check', 'oci-archive:a.tar.gz'],
    ['pull', '-o', 'out', 'oci-archive:a.tar.gz'],
    ['copy', 'oci-archive:a.tar.gz', 'oci:./other:v1'],
    ['manifest', 'get', 'oci-archive:a.tar.gz'],
    ['repo', 'tags', 'oci-archive:a.tar.gz'],
  ])('bounds archives: %s', async (...words) => {
    const { cwd } = await places();
    const before = await tree(cwd);
    const { code, stderr } = await runHere([...words, '--max-unpacked', '1KiB'], cwd);
    expect([code, await tree(cwd)]).toEqual([5, before]);
    expect(stderr).toContain('wanted at most 1024');
    expect(stderr).toContain('--max-unpacked SIZE');
    expect(await runHere([...words, '--max-unpacked', '1MiB'], cwd)).toMatchObject({ code: 0 });
  });

  it('is a size', async () => {
    const { cwd } = await places();
    for (const size of ['0', '-1', 'much', '1.5GiB', '1e9', '9007199254740993'])
      expect(await runHere(['pull', 'oci:./l:v1', `--max-unpacked=${size}`], cwd)).toMatchObject({ code: 2 });
    expect((await tree(cwd)).filter((name) => !name.startsWith('l/'))).toEqual(['a.tar.gz', 'a.txt']);
  });
});

describe('pull into the current directory', () => {
  it('says what it replaced, on standard error and with --json', async () => {
    const { cwd } = await places();
    expect(await runHere(['pull', 'oci:./l:v1'], cwd)).toMatchObject({ code: 0, stderr: '' });
    await writeFile(join(cwd, 'a.txt'), 'mine');
    expect(await runHere(['pull', 'oci:./l:v1', '-n'], cwd)).toMatchObject({ code: 7 });
    expect(await runHere(['pull', 'oci:./l:v1'], cwd)).toMatchObject({ code: 0, stderr: 'remora: replaced a.txt\n' });
    await writeFile(join(cwd, 'a.txt'), 'mine');
    const { stdout } = await runHere(['pull', 'oci:./l:v1', '--json'], cwd);
    expect(JSON.parse(stdout)).toMatchObject({ artifacts: [{ files: [{ path: 'a.txt', replaced: ['a.txt'] }] }] });
  });

  it('refuses hidden files with 2, and takes them where -o says so', async () => {
    const { cwd, run } = await places();
    for (const title of ['.npmrc', 'x/.bashrc', '-rf', '~']) {
      const rename = `a.txt:org.opencontainers.image.title=${title}`;
      await run('push', 'oci:./l:odd', 'a.txt', '--layer-annotation', rename);
      const before = await tree(cwd);
      const { code, stderr } = await runHere(['pull', 'oci:./l:odd'], cwd);
      expect([code, await tree(cwd)]).toEqual([2, before]);
      expect(stderr).toContain('Give -o DIR');
      await run('pull', 'oci:./l:odd', '-o', '.');
      expect(await tree(cwd)).toContain(title);
    }
  });
});
