import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FOREIGN, PROGRAM_WORDS } from '../support/remora.js';
import { success } from './support/run.js';

let cwd: string;
let layer: string;

/** Runs a shell command; `remora` is the program, and the exit code is that of the first part of a pipe that failed. */
async function shell(
  command: string,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const script = `set -o pipefail; remora() { ${PROGRAM_WORDS} "$@"; }; ${command}`;
  const child = spawn('bash', ['-c', script], {
    cwd,
    env: { ...process.env, ...FOREIGN },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'remora-closed-'));
  await writeFile(join(cwd, 'large.bin'), randomBytes(3_000_000));
  await success(['push', 'oci:./layout:v1', '--artifact-type', 'a/b', 'large.bin'], { cwd });
  const { stdout } = await success(['manifest', 'get', 'oci:./layout:v1'], { cwd });
  layer = JSON.parse(stdout).layers[0].digest;
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('a pipe that closes early', () => {
  it.each([
    ['discover --require sbom oci:./layout:v1', 3],
    ['resolve oci:./layout:nothing', 3],
    ['resolve oci:./layout:nothing --json', 3],
    ['check oci:./elsewhere', 3],
    ['push oci:./layout:v2 nothing.txt', 3],
    ['discover --no-such-flag oci:./layout:v1', 2],
    ['no-such-command', 2],
    ['discover oci:./layout:v1', 0],
    ['kinds --json', 0],
    ['copy --help', 0],
  ])('%s ends with the exit code of its work: %d', async (command, code) => {
    // `true` is gone before the program writes.
    expect((await shell(`remora ${command} 2>&1 | true`)).code).toBe(code);
    expect((await shell(`{ remora ${command} 2>&1 1>&3 | true; } 3>/dev/null`)).code).toBe(code);
  });

  it('does not stop the work', async () => {
    expect((await shell('remora copy --verbose oci:./layout:v1 oci:./copied:v1 2>&1 | true')).code).toBe(0);
    expect(await readdir(join(cwd, 'copied/blobs/sha256'))).toHaveLength(3);
    expect((await shell('remora push oci:./pushed:v1 --artifact-type a/b large.bin | true')).code).toBe(0);
    expect((await success(['resolve', 'oci:./pushed:v1'], { cwd })).stdout).toMatch(/^sha256:/);
    expect((await shell('remora pull -o out oci:./layout:v1 | true')).code).toBe(0);
    expect(existsSync(join(cwd, 'out/large.bin'))).toBe(true);
  });

  it.each(['blob get oci:./layout@LAYER', 'pull --stdout oci:./layout:v1', 'manifest get oci:./layout:v1'])(
    '%s, whose result is the stream, stops reading and ends with 0',
    async (command) => {
      const { code, stdout, stderr } = await shell(`remora ${command.replace('LAYER', layer)} | head -c 5`);
      expect({ code, bytes: stdout.length > 0, stderr }).toEqual({ code: 0, bytes: true, stderr: '' });
    },
  );

  it('does not hide that content is damaged before the pipe closes', async () => {
    await shell(`cp -r layout damaged && printf x | dd of=damaged/blobs/sha256/${layer.slice(7)} bs=1 conv=notrunc`);
    expect((await shell(`remora blob get oci:./damaged@${layer} | cat >/dev/null`)).code).toBe(5);
    expect((await shell('remora pull --stdout oci:./damaged:v1 | true')).code).toBe(5);
  });
});

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written', () => {
  it.each([
    'kinds',
    'kinds --json',
    '--help',
    '--version',
    'manifest get oci:./layout:v1',
    'blob get oci:./layout@LAYER',
    'pull --stdout oci:./layout:v1',
    'inspect oci:./layout:v1',
  ])('%s > /dev/full is an error in a sentence', async (command) => {
    const { code, stderr } = await shell(`remora ${command.replace('LAYER', layer)} > /dev/full`);
    expect(stderr).toMatch(/^remora: error: (standard )?output cannot be written: the disk is full\n$/);
    expect(code).toBe(1);
  });

  it('keeps the exit code of work that failed', async () => {
    expect((await shell('remora resolve oci:./layout:nothing > /dev/full')).code).toBe(3);
    expect((await shell('remora resolve oci:./layout:nothing --json > /dev/full')).code).toBe(3);
    expect((await shell('remora discover --require sbom oci:./layout:v1 2> /dev/full')).code).toBe(3);
  });
});
