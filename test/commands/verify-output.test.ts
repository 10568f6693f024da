import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { FOREIGN, PROGRAM_WORDS, remora } from '../support/remora.js';
import { noTerminal, onTerminal } from '../support/terminal.js';
import { attachSigned, withKeys } from './support/signed.js';

const OTHER = `sha256:${'b'.repeat(64)}`;
const WORDS = 'verify --key good.pub oci:./layout:v1';

/** An artifact with a verified attestation, a wrong one, and one by somebody else. */
async function withThree() {
  const { cwd, good, other, digest } = await withKeys();
  await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
  await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest: OTHER });
  await attachSigned(cwd, 'oci:./layout:v1', { keys: [other], digest });
  return { cwd, digest };
}

it.skipIf(noTerminal)('marks each verdict on a terminal, in its colour and within its width', async () => {
  const { cwd } = await withThree();
  const { code, output } = await onTerminal(WORDS, [], { cwd });
  expect(code).toBe(0);
  for (const marked of ['\u001b[32m✓ verified', '\u001b[31m✗ wrong', '\u001b[33m? unchecked'])
    expect(output).toContain(marked);
  const lines = stripVTControlCharacters(output).split(/\r?\n/);
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(output).not.toContain(OTHER);
});

it.skipIf(noTerminal).each([40, 60])('breaks no note within a word at %i columns', async (columns) => {
  const { cwd } = await withThree();
  const { output } = await onTerminal(WORDS, [], { cwd, columns });
  const lines = stripVTControlCharacters(output).split(/\r?\n/);
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
  expect(lines.join(' ').replace(/ +/g, ' ')).toContain('warning: 1 attachment is wrong beside what is verified');
});

it.skipIf(noTerminal)('leaves colours out with NO_COLOR', async () => {
  const { cwd } = await withThree();
  const { output } = await onTerminal(WORDS, [], { cwd, env: { ...process.env, NO_COLOR: '1' } });
  expect(output).toContain('✓ verified');
  expect(output).not.toContain('\u001b[');
});

it('shows words alone and whole digests in a pipe', async () => {
  const { cwd, digest } = await withThree();
  const { stdout } = await remora(WORDS.split(' '), { cwd });
  for (const sign of ['\u001b', '✓', '✗']) expect(stdout).not.toContain(sign);
  expect(stdout).toContain(`names ${OTHER}, wanted ${digest}`);
});

it.each([
  [WORDS, 0],
  [`${WORDS} --json`, 0],
  [`${WORDS} --no-wrong`, 5],
  [`${WORDS} --require vex`, 3],
])('ends with the exit code of its work where the pipe closes early: %s', async (words, code) => {
  const { cwd } = await withThree();
  const script = `set -o pipefail; ${PROGRAM_WORDS} ${words} 2>&1 | true`;
  const child = spawn('bash', ['-c', script], { cwd, env: { ...process.env, ...FOREIGN } });
  await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(child.exitCode).toBe(code);
});
