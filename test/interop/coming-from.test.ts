import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeWithPeers, type PeerName, run } from '../support/peers.js';
import { rowsOf, spansOf } from '../support/tables.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Written by cobra for every program. */
const COMMON: readonly string[] = ['completion', 'help'];

/** A command of another tool: its words behind the tool's name, and the long names of its own flags. */
interface Theirs {
  readonly words: readonly string[];
  readonly flags: readonly string[];
}

/** The lines of a part of cobra's help, which ends where the next one begins. */
function part(help: string, title: string): string {
  return new RegExp(`^${title}:\\n((?:.*\\n)*?)(?=^[A-Z][\\w ]*:\\n|(?![^]))`, 'm').exec(help)?.[1] ?? '';
}

async function commandsOf(tool: PeerName, words: readonly string[] = []): Promise<readonly Theirs[]> {
  const { stdout, stderr } = await run(tool, [...words, '--help']);
  const help = `${stdout}${stderr}\n`;
  const below = [...part(help, 'Available Commands').matchAll(/^ *([a-z][\w-]*)(?= |$)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !COMMON.includes(name));
  const flags = [...part(help, 'Flags').matchAll(/^\s+(?:-\w, )?(--[\w.-]+)/gm)].map(([, name = '']) => name);
  const own = { words, flags: flags.filter((flag) => flag !== '--help') };
  const others: Theirs[] = [];
  for (const name of below) others.push(...(await commandsOf(tool, [...words, name])));
  return below.length === 0 || words.length === 0 ? [own, ...others] : others;
}

/** The first words of their column, and the flags anywhere in it. */
function pageOf(tool: PeerName) {
  const rows = rowsOf(readFileSync(join(root, 'docs', 'coming-from', `${tool}.md`), 'utf8'));
  const spans = rows.flatMap(([theirs = '', ours = '']) => spansOf(theirs).map((span) => ({ span, ours })));
  return {
    rowOf: (words: readonly string[]) =>
      spans.find(({ span }) => `${span.replace(/^[A-Z_]+=\S+ /, '')} `.startsWith(`${[tool, ...words].join(' ')} `)),
    flags: new Set(spans.flatMap(({ span }) => span.split(/[ =]/).filter((word) => word.startsWith('--')))),
  };
}

for (const tool of ['oras', 'regctl', 'cosign', 'crane', 'skopeo'] as const)
  describeWithPeers(`the page for users of ${tool}`, [tool], () => {
    it('has a row for each of its commands, and for each flag of those that are within the job', async () => {
      const theirs = await commandsOf(tool);
      expect(theirs.length).toBeGreaterThan(8);
      const { rowOf, flags } = pageOf(tool);
      const missing = theirs.flatMap(({ words, flags: own }) => {
        const row = words.length === 0 ? { ours: '' } : rowOf(words);
        if (row === undefined) return [[tool, ...words].join(' ')];
        if (row.ours.startsWith('not in remora')) return [];
        return own.filter((flag) => !flags.has(flag)).map((flag) => [tool, ...words, flag].join(' '));
      });
      expect(missing).toEqual([]);
    });
  });
