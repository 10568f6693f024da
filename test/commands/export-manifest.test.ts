import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { device } from '../support/devices.js';
import { PROGRAM, remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { failure } from './support/run.js';

const run = promisify(execFile);

async function withFile() {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'a.txt'), 'content');
  return { cwd, push: ['push', 'oci:./layout:v1', 'a.txt', '--export-manifest'] };
}

it('the manifest alone goes to standard output for -, and the result to standard error', async () => {
  const { cwd, push } = await withFile();
  const { code, stdout, stderr } = await remora([...push, '-'], { cwd });
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { schemaVersion: 2 }]);
  expect(stderr).toMatch(/^Pushed: /);
  const { stdout: manifest } = await remora(['manifest', 'get', 'oci:./layout:v1'], { cwd });
  expect(stdout).toBe(manifest);
  expect((await remora([...push, '-', '--json'], { cwd })).code).toBe(2);
});

it.each(['/dev/stderr', '/dev/fd/2', '/proc/self/fd/2'])(
  'the manifest goes through %s, a pipe or a file',
  async (path) => {
    const { cwd, push } = await withFile();
    const script =
      '"$0" "$@" 2>err.txt >/dev/null; "$0" "$@" 2>&1 >/dev/null | cat >piped.txt; cmp err.txt piped.txt && cat err.txt';
    const { stdout } = await run('bash', ['-c', script, ...PROGRAM, ...push, path], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 2 });
  },
);

it('a device that takes nothing is an error', async () => {
  const full = await device('full');
  const { cwd, push } = await withFile();
  expect(await failure(1, [...push, full], { cwd })).toMatchObject({
    code: 'IO',
    message: `${full} cannot be written: the disk is full`,
  });
});
