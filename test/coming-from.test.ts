import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rowsOf, spansOf } from './support/tables.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs', 'coming-from');

interface Manifest {
  readonly commands: Readonly<
    Record<string, { readonly flags: Readonly<Record<string, { readonly char?: string; readonly allowNo?: boolean }>> }>
  >;
}
const { commands }: Manifest = createRequire(import.meta.url)(join(root, 'oclif.manifest.json'));

/** The flags of a command as they are typed; without a command those of all. */
function flagsOf(id?: string): ReadonlySet<string> {
  const all = Object.entries(commands).filter(([name]) => id === undefined || name === id);
  return new Set(
    all.flatMap(([, { flags }]) =>
      Object.entries(flags).flatMap(([name, { char, allowNo }]) => [
        `--${name}`,
        ...(char === undefined ? [] : [`-${char}`]),
        ...(allowNo ? [`--no-${name}`] : []),
      ]),
    ),
  );
}

/** The flags in a text that remora does not have: of the command that it begins with, or of any. */
function unknownIn(span: string): readonly string[] {
  const words = span.replace(/^remora /, '').split(/[ =]/);
  if (words[0] === '--version') return [];
  const [first = '', second = ''] = words;
  const id = [`${first}:${second}`, first].find((name) => name in commands);
  if (id === undefined && span.startsWith('remora ')) return [span];
  if (id === undefined && !first.startsWith('-')) return [];
  const known = flagsOf(id);
  return words.filter((word) => /^--?[a-z]/i.test(word) && !known.has(word)).map((word) => `${word} in ${span}`);
}

describe('the pages for users of other tools', () => {
  const pages = readdirSync(folder);

  it('are there', () => {
    expect(pages.sort()).toEqual(['cosign.md', 'crane.md', 'notation.md', 'oras.md', 'regctl.md', 'skopeo.md']);
  });

  it.each(pages)('name commands and flags that remora has: %s', (page) => {
    const rows = rowsOf(readFileSync(join(folder, page), 'utf8'));
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.flatMap(([, ours = '']) => spansOf(ours)).flatMap(unknownIn)).toEqual([]);
  });

  it.each(pages)('have two full columns: %s', (page) => {
    for (const row of rowsOf(readFileSync(join(folder, page), 'utf8'))) {
      expect(row).toHaveLength(2);
      for (const cell of row) expect(cell).not.toBe('');
    }
  });
});
