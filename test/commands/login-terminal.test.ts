import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { withDockerConfig } from '../support/docker-config.js';
import { REMORA } from '../support/remora.js';
import { withImage } from './run.js';

const PASSWORD = 'correct-horse-42';
const BASIC = { auth: { type: 'basic', users: { ann: PASSWORD } } } as const;
const script = spawnSync('script', ['--version']).status === 0 ? undefined : 'needs script of util-linux';

type Env = Readonly<Record<string, string | undefined>>;

/** Runs it on a terminal of its own, and types each answer when its question is there. */
async function onTerminal(words: string, env: Env, answers: readonly (readonly [question: string, answer: string])[]) {
  const command = `stty cols 100 rows 30; ${process.execPath} ${REMORA} ${words}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...env, TERM: 'xterm', NODE_ENV: undefined },
    timeout: 20_000,
  });
  let output = '';
  const rest = [...answers];
  child.stdout.on('data', (chunk) => {
    output += chunk;
    const [next] = rest;
    if (next === undefined || !output.includes(next[0])) return;
    rest.shift();
    child.stdin.write(next[1]);
  });
  await once(child, 'close');
  return { code: child.exitCode, output };
}

describe.skipIf(script)(`login on a terminal${script ? ` (skipped: ${script})` : ''}`, () => {
  it('asks for name and password, and does not show the password', async () => {
    const { registry } = await withImage(BASIC);
    const { file, env } = await withDockerConfig({});
    const { code, output } = await onTerminal(`login ${registry.host}`, env, [
      [`User name at ${registry.host}:`, 'ann\r'],
      ['Password of ann', `${PASSWORD}\r`],
    ]);
    expect(output).toContain(`Logged in to ${registry.host} as ann (stored in ${file})`);
    expect(code).toBe(0);
    // Not a part of it either.
    expect(output).not.toMatch(/correct|horse|c\*|\*{3}/);
    expect(JSON.parse(await readFile(file, 'utf8')).auths).toEqual({
      [registry.host]: { auth: Buffer.from(`ann:${PASSWORD}`).toString('base64') },
    });
  });

  it('asks for the password alone where the name is given, once more where it is empty', async () => {
    const { registry } = await withImage(BASIC);
    const { env } = await withDockerConfig({});
    const { code, output } = await onTerminal(`login -u ann ${registry.host}`, env, [
      ['Password of ann', '\r'],
      ['The password is empty', `${PASSWORD}\r`],
    ]);
    expect(output).not.toContain('User name');
    expect(output).not.toContain(PASSWORD);
    expect([code, output]).toEqual([0, expect.stringContaining('Logged in')]);
  });

  it.each<[string, string, [string, string][]]>([
    ['Ctrl-C at the name', '', [['User name at', '\u0003']]],
    ['Ctrl-D at the name', '', [['User name at', '\u0004']]],
    ['Ctrl-C at the password', '-u ann', [['Password of ann', '\u0003']]],
  ])('ends with 130 and stores nothing on %s', async (_what, words, answers) => {
    const { registry } = await withImage(BASIC);
    const { file, env } = await withDockerConfig({});
    const { code, output } = await onTerminal(`login ${words} ${registry.host}`, env, answers);
    expect([code, output]).toEqual([130, expect.stringContaining('interrupted')]);
    expect(JSON.parse(await readFile(file, 'utf8')).auths).toEqual({});
    expect(registry.requests).toEqual([]);
  });

  it('does not wait for a secret on a terminal that is to come through a pipe', async () => {
    const { env } = await withDockerConfig({});
    const { code, output } = await onTerminal('login -u ann --password-stdin reg.example', env, []);
    expect([code, output]).toEqual([2, expect.stringContaining('which is a terminal')]);
  });
});
