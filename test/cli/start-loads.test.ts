import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { COMMANDS } from '../support/command-names.js';
import { startRegistry } from '../support/registry.js';
import { remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

/** The committed table: the names of command lines, and what each loads. */
const TABLE = join(import.meta.dirname, 'start-loads.json');
const loads = z.strictObject({ modules: z.int(), kilobytes: z.int(), packages: z.array(z.string()) });
const tableSchema = z.record(z.string(), loads);
/** What `node:inspector` writes of a process: each function that ran, by its file. */
const coverage = z.object({
  result: z.array(
    z.object({
      url: z.string(),
      functions: z.array(
        z.object({
          functionName: z.string(),
          ranges: z.array(z.object({ startOffset: z.int(), endOffset: z.int(), count: z.int() })),
        }),
      ),
    }),
  ),
});

/** The modules of the program that run when it starts: the bundler makes each a function with the name of its path. */
async function loadedBy(words: readonly string[], cwd: string): Promise<z.infer<typeof loads>> {
  const folder = await mkdtemp(join(cwd, 'coverage-'));
  const env = { NODE_V8_COVERAGE: folder, NODE_DISABLE_COMPILE_CACHE: '1', HOME: cwd };
  await remora(words, { cwd, env });
  const modules = new Map<string, number>();
  for (const name of await readdir(folder)) {
    const { result } = coverage.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    for (const { functions } of result.filter(({ url }) => /\/dist\/\w+\.cjs$/.test(url)))
      for (const { functionName, ranges } of functions) {
        const [whole] = ranges;
        if (!functionName.includes('/') || whole === undefined || whole.count === 0) continue;
        modules.set(functionName, whole.endOffset - whole.startOffset);
      }
  }
  await rm(folder, { recursive: true });
  const packages = [...modules.keys()].flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  const bytes = [...modules.values()].reduce((sum, size) => sum + size, 0);
  return { modules: modules.size, kilobytes: Math.round(bytes / 1000), packages: [...new Set(packages)].sort() };
}

/** A command line for each command as it parses its flags, for help, and for the two kinds of places. */
async function measured(): Promise<z.infer<typeof tableSchema>> {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'a.txt'), 'a');
  const { host } = await startRegistry();
  for (const place of ['oci:./layout:v1', `${host}/a/b:v1`]) await remora(['push', place, 'a.txt'], { cwd });
  const lines: [string, readonly string[]][] = [
    ['--version', ['--version']],
    ['--help', ['--help']],
    ...[...COMMANDS, 'help'].map((id): [string, readonly string[]] => [
      `${id} --no-such-flag`,
      [...id.split(' '), '--no-such-flag'],
    ]),
    ['discover of a layout', ['discover', 'oci:./layout:v1']],
    ['discover of a registry', ['discover', `${host}/a/b:v1`]],
  ];
  const table: z.infer<typeof tableSchema> = {};
  for (const [name, words] of lines) table[name] = await loadedBy(words, cwd);
  return table;
}

describe('the start of a command', () => {
  it('loads what the table says', { timeout: 180_000 }, async () => {
    const found = await measured();
    if (process.env.REMORA_WRITE_LOADS) await writeFile(TABLE, `${JSON.stringify(found, null, 2)}\n`);
    const wanted = tableSchema.parse(JSON.parse(await readFile(TABLE, 'utf8')));
    const hint =
      'a start that should load this: REMORA_WRITE_LOADS=1 npx vitest run --config test/vitest.config.ts start-loads';
    expect(Object.keys(found), hint).toEqual(Object.keys(wanted));
    for (const [name, { modules, kilobytes, packages }] of Object.entries(found)) {
      const limit = wanted[name] ?? { modules: 0, kilobytes: 0, packages: [] };
      expect({ name, packages }, hint).toEqual({ name, packages: limit.packages });
      expect(modules, `${name}: modules; ${hint}`).toBeLessThanOrEqual(limit.modules + 1);
      expect(kilobytes, `${name}: kB of code; ${hint}`).toBeLessThanOrEqual(Math.ceil(limit.kilobytes * 1.03) + 1);
    }
  });

  it('needs neither zod nor undici for a layout, and no module for the version', async () => {
    const { '--version': version, 'discover of a layout': layout } = tableSchema.parse(
      JSON.parse(await readFile(TABLE, 'utf8')),
    );
    expect(version?.packages).toEqual([]);
    expect(layout?.packages.filter((name) => ['zod', 'undici'].includes(name))).toEqual([]);
  });
});
