import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm, requireAnswer } from '../../../src/cli/input/confirm.js';
import { runHere } from '../../commands/support/in-process.js';
import { tempDir } from '../../support/temp.js';
import { noTerminal, onTerminal } from '../../support/terminal.js';

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
  expect(() => requireAnswer('x', { yes: false }, terminal(false).stdin)).toThrow('standard input is not a terminal');
  requireAnswer('x', { yes: true }, terminal(false).stdin);
  requireAnswer('x', { yes: false }, terminal(true).stdin);
});

describe.skipIf(noTerminal)(`on a terminal${noTerminal ? ` (skipped: ${noTerminal})` : ''}`, () => {
  const QUESTION = '? [y/N] ';

  it.each([
    ['y\r', 0, 'Deleted tag'],
    ['n\r', 1, 'nothing was deleted'],
    ['\r', 1, 'nothing was deleted'],
    ['\u0003', 130, QUESTION],
  ])('asks, and does with %j what was said', async (answer, code, said) => {
    const cwd = await tempDir();
    await runHere(['push', './out:v1'], cwd);
    const result = await onTerminal('manifest delete ./out:v1', [[QUESTION, answer]], { cwd });
    expect(result.code).toBe(code);
    expect(result.output).toMatch(/Delete tag oci:\.\/out:v1 \(sha256:[0-9a-f]{64} stays\)\? \[y\/N\] /);
    expect(result.output).toContain(said);
    expect((await runHere(['repo', 'tags', './out'], cwd)).stdout).toBe(code === 0 ? '' : 'v1\n');
  });
});
