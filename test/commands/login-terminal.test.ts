import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { withDockerConfig } from '../support/docker-config.js';
import { noTerminal, onTerminal } from '../support/terminal.js';
import { withImage } from './support/run.js';

const PASSWORD = 'correct-horse-42';
const BASIC = { auth: { type: 'basic', users: { ann: PASSWORD } } } as const;
describe.skipIf(noTerminal)(`login on a terminal${noTerminal ? ` (skipped: ${noTerminal})` : ''}`, () => {
  it('asks for name and password, and does not show the password', async () => {
    const { registry } = await withImage(BASIC);
    const { file, env } = await withDockerConfig({});
    const { code, output } = await onTerminal(
      `login ${registry.host}`,
      [
        [`User name at ${registry.host}:`, 'ann\r'],
        ['Password of ann', `${PASSWORD}\r`],
      ],
      { env },
    );
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
    const { code, output } = await onTerminal(
      `login -u ann ${registry.host}`,
      [
        ['Password of ann', '\r'],
        ['The password is empty', `${PASSWORD}\r`],
      ],
      { env },
    );
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
    const { code, output } = await onTerminal(`login ${words} ${registry.host}`, answers, { env });
    expect([code, output]).toEqual([130, expect.stringContaining('interrupted')]);
    expect(JSON.parse(await readFile(file, 'utf8')).auths).toEqual({});
    expect(registry.requests).toEqual([]);
  });

  it('does not wait for a secret on a terminal that is to come through a pipe', async () => {
    const { env } = await withDockerConfig({});
    const { code, output } = await onTerminal('login -u ann --password-stdin reg.example', [], { env });
    expect([code, output]).toEqual([2, expect.stringContaining('which is a terminal')]);
  });
});
