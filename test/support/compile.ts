import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const project = fileURLToPath(new URL('../..', import.meta.url));

export interface CompiledWorker {
  /** A module that plain node can run. */
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Compiles `test/support/workers/NAME.ts` and what it imports into one file, as the command line is: tests that kill
 * processes need real ones, Node 20 reads no TypeScript, and a hundred starts from a hundred files each take seconds.
 * Types are not checked here.
 */
export async function compileWorker(name: string): Promise<CompiledWorker> {
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'remora-worker-'));
  const path = join(directory, `${name}.mjs`);
  try {
    await build({
      entryPoints: [join(project, 'test', 'support', 'workers', `${name}.ts`)],
      outdir: directory,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      mainFields: ['module', 'main'],
      alias: { undici: join(project, 'src', 'io', 'http', 'undici-parts.cjs') },
      // What is CommonJS in the bundle asks for modules of Node.js with `require`.
      banner: {
        js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
      },
      logLevel: 'silent',
    });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw new Error(`worker ${name} does not compile`, { cause: error });
  }
  return { path, remove: () => rm(directory, { recursive: true, force: true }) };
}
