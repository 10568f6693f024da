import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const project = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

export interface CompiledWorker {
  /** A module that plain node can run. */
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Compiles `test/support/workers/NAME.ts` and only what it imports: tests that kill processes need real ones, and
 * Node 20 reads no TypeScript. Types are not checked here.
 */
export async function compileWorker(name: string): Promise<CompiledWorker> {
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'remora-worker-'));
  await Promise.all([
    writeFile(join(directory, 'package.json'), '{"type":"module"}'),
    symlink(join(project, 'node_modules'), join(directory, 'node_modules')),
    writeFile(
      join(directory, 'tsconfig.json'),
      JSON.stringify({
        extends: join(project, 'tsconfig.json'),
        compilerOptions: {
          noEmit: false,
          noCheck: true,
          rootDir: project,
          outDir: join(directory, 'out'),
          allowJs: false,
          checkJs: false,
        },
        files: [join(project, 'test', 'support', 'workers', `${name}.ts`)],
        include: [],
      }),
    ),
  ]);
  const run = promisify(execFile);
  await run(process.execPath, [tsc, '-p', directory]).catch(async (error: unknown) => {
    await rm(directory, { recursive: true, force: true });
    throw new Error(`worker ${name} does not compile`, { cause: error });
  });
  return {
    path: join(directory, 'out', 'test', 'support', 'workers', `${name}.js`),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
