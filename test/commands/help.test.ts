import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { remora } from '../support/remora.js';
import { failure, success } from './support/run.js';

const COMMANDS = [
  'attach',
  'blob delete',
  'blob get',
  'blob put',
  'check',
  'copy',
  'detach',
  'discover',
  'inspect',
  'kinds',
  'login',
  'logout',
  'manifest delete',
  'manifest get',
  'manifest put',
  'pull',
  'push',
  'repo list',
  'repo tags',
  'resolve',
  'tag',
];

describe('help', () => {
  it.each(COMMANDS)('of %s tells the arguments, every flag and examples, on standard output', async (command) => {
    const { stdout, stderr } = await success([...command.split(' '), '--help']);
    expect(stderr).toBe('');
    for (const heading of ['USAGE', 'ARGUMENTS', 'EXAMPLES', 'GLOBAL FLAGS']) expect(stdout).toContain(heading);
    expect(stdout).toMatch(new RegExp(`^ {2}\\$ remora ${command} \\[?[A-Z]+`, 'm'));
    // Each flag and argument has words beside it.
    const flags = stdout.split('\n').filter((line) => /^ {2,6}(-\w, )?--/.test(line));
    expect(flags.length).toBeGreaterThan(['kinds', 'logout'].includes(command) ? 0 : 3);
    expect(stdout).not.toMatch(/undefined|<%/);
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  it.each([['--help'], ['help']])('of the program by %s names each command once, without aliases', async (word) => {
    const { stdout } = await success([word]);
    const names = [...stdout.slice(stdout.indexOf('\nCOMMANDS')).matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    for (const alias of ['cp', 'pack', 'referrers']) expect(names).not.toContain(alias);
    expect(names).toContain('copy');
  });

  it('of the program lists the commands and the version', async () => {
    const { stdout } = await success(['--help']);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command.split(' ')[0]} +[A-Z]`, 'm'));
    expect(await success([])).toMatchObject({ stdout });
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await success(['--version'])).stdout).toMatch(new RegExp(`^remora/${version.replaceAll('.', '\\.')} `));
  });
});

describe('what does not exist', () => {
  it('is told as such: a command', async () => {
    expect(await failure(2, ['psuh', 'oci:./x', 'a.txt'])).toMatchObject({ message: '"psuh" is not a command' });
  });

  it('is told as such: a flag, in the words of the command that was typed', async () => {
    const error = await failure(2, ['pack', 'oci:./x', '--tag', 'v1']);
    expect(error).toMatchObject({ message: 'there is no flag --tag', hint: 'See remora push --help' });
    expect((await remora(['push', '--tag'])).stderr).toContain('See remora push --help');
  });
});
