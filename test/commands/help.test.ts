import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../support/command-names.js';
import { remora } from '../support/remora.js';
import { failure, success } from './support/run.js';

// Each starts the program, and some do so for all commands.
describe('help', { timeout: 120_000 }, () => {
  it.each(COMMANDS)('of %s tells the arguments, its own flags and examples, on standard output', async (command) => {
    const { stdout, stderr } = await success([...command.split(' '), '--help']);
    expect(stderr).toBe('');
    for (const heading of ['USAGE', 'EXAMPLES', ...(command === 'version' ? [] : ['ARGUMENTS'])])
      expect(stdout).toContain(heading);
    expect(stdout).toMatch(new RegExp(`^ {2}\\$ remora ${command} \\[?[A-Z]+`, 'm'));
    // Each flag has words beside it.
    const flags = stdout.split('\n').filter((line) => /^ {2,6}(-\w, +)?--/.test(line));
    expect(flags.join('\n')).toMatch(/^ +--json {2,}\S/m);
    for (const flag of flags) expect(flag).toMatch(/--[\w[\]-]+\S* {2,}\S/);
    expect(stdout).not.toMatch(/undefined|<%/);
    const long = stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('    $ '));
    expect(long).toEqual([]);
  });

  it.each([
    ...COMMANDS,
    'blob',
    'manifest',
    'repo',
    'connection',
    'selection',
    'sides',
    'trust',
    'exit-codes',
    'places',
    'version',
  ])('of %s fits into 60 lines', async (topic) => {
    for (const args of [
      [...topic.split(' '), '--help'],
      ['help', ...topic.split(' ')],
    ]) {
      const { stdout } = await success(args, { env: { COLUMNS: '80' } });
      expect(stdout.trim().split('\n').length).toBeLessThanOrEqual(60);
    }
  });

  it('leads to the flags that commands share, and these are shown once', async () => {
    const manifest = JSON.parse(await readFile(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'));
    const [connection, selection, trust, sides] = await Promise.all(
      ['connection', 'selection', 'trust', 'sides'].map(async (topic) => (await success(['help', topic])).stdout),
    );
    for (const command of COMMANDS) {
      const { stdout } = await success([...command.split(' '), '--help']);
      const all: Record<string, { helpGroup?: string; allowNo?: boolean; hidden?: boolean }> =
        manifest.commands[command.replace(' ', ':')].flags;
      const flags = Object.fromEntries(Object.entries(all).filter(([, { hidden }]) => hidden !== true));
      const selects = Object.values(flags).some(({ helpGroup }) => helpGroup === 'SELECTION');
      for (const [name, { helpGroup, allowNo }] of Object.entries(flags)) {
        const label = new RegExp(`^ +(-\\w, +)?--${allowNo ? '\\[no-\\]' : ''}${name}\\b`, 'm');
        const shared = { REGISTRY: connection, SELECTION: selection, SIDES: sides }[helpGroup ?? ''];
        if (shared !== undefined) {
          expect(stdout).not.toMatch(label);
          expect(shared).toMatch(label);
        } else if (helpGroup === 'TRUST') {
          expect(trust).toMatch(label);
          expect(label.test(stdout)).toBe(command === 'verify');
        } else expect(selects && name === 'platform' ? selection : stdout).toMatch(label);
      }
      const trusts = Object.values(flags).some(({ helpGroup }) => helpGroup === 'TRUST');
      expect(stdout.includes('remora help trust')).toBe(trusts && command !== 'verify');
      expect(stdout.includes('remora help selection')).toBe(selects);
      const connects = Object.values(flags).some(({ helpGroup }) => helpGroup === 'REGISTRY');
      expect(stdout.includes('remora help connection')).toBe(connects);
    }
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

it('is asked of every command', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'));
  const ids = Object.keys(manifest.commands).filter(
    (id) => id !== 'help' && !manifest.commands[id].aliases.includes(id),
  );
  expect(ids.map((id) => id.replace(':', ' ')).sort()).toEqual([...COMMANDS].sort());
});

describe('pages', { timeout: 120_000 }, () => {
  it('are those of the documentation, as plain text that fits the terminal', async () => {
    const { stdout } = await success(['help', 'exit-codes'], { env: { COLUMNS: '80' } });
    expect(stdout).toMatch(/^Exit codes\n\n {2}0 {4}done\n/);
    expect(stdout).toContain('\n  130  interrupted\n');
    const places = (await success(['help', 'places'], { env: { COLUMNS: '80' } })).stdout;
    expect(places).toContain('  oci:PATH[:TAG][@DIGEST], or a path that starts with');
    for (const text of [stdout, places]) expect(text).not.toMatch(/[`|]|\]\(/);
    expect(places.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  // Help shows the text of a link alone: behind a colon or in brackets it leads to nothing.
  it.each(['exit-codes', 'places'])('of %s has links only within its sentences', async (name) => {
    const page = await readFile(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');
    const [shown = ''] = page.split('\n## ');
    expect(shown).not.toMatch(/(?:[:;(]|\bsee)\s+\[[^\]]*\]\(/i);
  });
});

describe('version', { timeout: 120_000 }, () => {
  it('is told by a command and by flags', async () => {
    const { stdout } = await success(['--version']);
    for (const args of [['version'], ['-v']]) expect((await success(args)).stdout).toBe(stdout);
    const { version, runtime } = JSON.parse((await success(['version', '--json'])).stdout);
    expect(stdout).toMatch(new RegExp(`^remora/${version.replaceAll('.', '\\.')} .* ${runtime}\n$`));
    expect((await success(['--json', 'version'])).stdout).toContain(`"runtime": "${runtime}"`);
  });
});

describe('what does not exist', { timeout: 120_000 }, () => {
  it('is told as such: a command', async () => {
    expect(await failure(2, ['psuh', 'oci:./x', 'a.txt'])).toMatchObject({ message: '"psuh" is not a command' });
  });

  it('is told as such: a flag, in the words of the command that was typed', async () => {
    const error = await failure(2, ['pack', 'oci:./x', '--wibble', 'v1']);
    expect(error).toMatchObject({ message: 'unknown flag --wibble', hint: 'See remora push --help' });
    expect((await remora(['push', '--wibble'])).stderr).toContain('See remora push --help');
  });

  it.each([
    [['attach', 'oci:./x:v1', 'a.txt'], '--verify', '--confirm'],
    [['copy', 'oci:./x:v1', 'oci:./y'], '--trust-destination', '--assume-complete'],
    [['cp', 'oci:./x:v1', 'oci:./y'], '--trust-destination', '--assume-complete'],
  ])('is told as such: an old name of a flag of %s, with the new one', async (args, old, now) => {
    const message = `unknown flag ${old}: ${old} is now ${now}`;
    expect(await failure(2, [...args, old])).toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });
});
