import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** Lower layers first; a file imports from its own layer or a lower one. */
const ORDER = ['errors.ts', 'oci', 'io', 'store', 'operations', 'serve', 'cli', 'commands', 'bin.ts'];
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function layerOf(file: string): number {
  return ORDER.findIndex((layer) => file === layer || file.startsWith(`${layer}/`));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    normalize(join(dirname(file), match[1] ?? '')).replace(/\.js$/, '.ts'),
  );
}

describe('layers', () => {
  it('has every file in a layer', () => {
    expect(files.filter((file) => file !== 'index.ts' && layerOf(file) < 0)).toEqual([]);
  });

  it('lets data flow one way: nothing imports from a higher layer', () => {
    const upward = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => file !== 'index.ts' && layerOf(target) > layerOf(file))
        .map((target) => `${file} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('shows operations only the store interfaces', () => {
    const tooMuch = files
      .filter((file) => file.startsWith('operations/'))
      .flatMap((file) => importsOf(file).map((target) => `${file} imports ${target}`))
      .filter((line) => /imports store\/(?!store\.ts$)/.test(line));
    expect(tooMuch).toEqual([]);
  });

  it('keeps values free of effects', () => {
    const effects = files
      .filter((file) => file.startsWith('oci/'))
      .filter((file) => /from 'node:(?!crypto')|from 'undici'/.test(readFileSync(join(src, file), 'utf8')));
    expect(effects).toEqual([]);
  });

  it('loads no undici for a layout and no zod for --version', () => {
    const reach = (start: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(start)) return seen;
      seen.add(start);
      const text = readFileSync(join(src, start), 'utf8');
      const eager = [...text.matchAll(/^(?:import|export)\b(?! type)[^;]*?from '(\.[^']+)'/gm)];
      for (const [, target = ''] of eager) reach(normalize(join(dirname(start), target)).replace(/\.js$/, '.ts'), seen);
      return seen;
    };
    const loads = (start: string, library: string) =>
      [...reach(start)].filter((file) =>
        new RegExp(`^import (?!type)[^;]*from '${library}'`, 'm').test(readFileSync(join(src, file), 'utf8')),
      );
    expect(loads('store/layout/store.ts', 'undici')).toEqual([]);
    expect(loads('cli/main.ts', 'zod')).toEqual([]);
    for (const command of files.filter((file) => file.startsWith('commands/'))) {
      expect([command, ...loads(command, 'zod'), ...loads(command, 'undici')]).toEqual([command]);
    }
  });
});
