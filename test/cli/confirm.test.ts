import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm, requireAnswer } from '../../src/cli/confirm.js';
import { runHere } from '../commands/in-process.js';
import { run } from '../support/peers.js';
import { REMORA } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

/** A terminal's two ends, as far as a question needs them. */
function terminal(isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = new PassThrough();
  return { stdin, stderr, type: (text: string) => stdin.write(text), end: () => stdin.end() };
}

it.each([
  ['y\n', true],
  ['YES\n', true],
  [' y \n', true],
  ['n\n', false],
  ['\n', false],
  ['yep\n', false],
  ['', false],
])('takes %j for %s', async (answer, expected) => {
  const { stdin, stderr, type, end } = terminal();
  const asked = confirm('Really?', { stdin, stderr, signal: new AbortController().signal });
  if (answer === '') end();
  else type(answer);
  expect(await asked).toBe(expected);
  expect(String(stderr.read())).toBe('Really? [y/N] ');
});

it('stops asking when it is interrupted', async () => {
  const { stdin, stderr } = terminal();
  const controller = new AbortController();
  const asked = confirm('Really?', { stdin, stderr, signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await expect(asked).rejects.toThrow();
});

it('needs somebody to ask', () => {
  expect(() => requireAnswer('x', { yes: false }, terminal(false).stdin)).toThrow('standard input is no terminal');
  requireAnswer('x', { yes: true }, terminal(false).stdin);
  requireAnswer('x', { yes: false }, terminal(true).stdin);
});

const script = spawnSync('script', ['--version']).status === 0 ? undefined : 'needs script of util-linux';

describe.skipIf(script)(`on a terminal${script ? ` (skipped: ${script})` : ''}`, () => {
  const remove = (words: string) => ['-qec', `${process.execPath} ${REMORA} manifest delete ${words}`, '/dev/null'];

  it.each([
    ['y\n', 0, 'Deleted tag'],
    ['n\n', 1, 'nothing was deleted'],
    ['\n', 1, 'nothing was deleted'],
  ])('asks, and does with %j what was said', async (input, code, said) => {
    const cwd = await tempDir();
    await runHere(['push', './out:v1'], cwd);
    const result = await run('script', remove('./out:v1'), { cwd, input });
    expect(result.code).toBe(code);
    expect(result.stdout).toMatch(/Delete tag oci:\.\/out:v1 \(sha256:[0-9a-f]{64} stays\)\? \[y\/N\] /);
    expect(result.stdout).toContain(said);
    expect((await runHere(['repo', 'tags', './out'], cwd)).stdout).toBe(code === 0 ? '' : 'v1\n');
  });

  it('ends with 130 on Ctrl-C, and has deleted nothing', async () => {
    const cwd = await tempDir();
    await runHere(['push', './out:v1'], cwd);
    const result = await run('script', remove('./out:v1'), { cwd, input: '\u0003' });
    expect(result.code).toBe(130);
    expect((await runHere(['repo', 'tags', './out'], cwd)).stdout).toBe('v1\n');
  });
});
