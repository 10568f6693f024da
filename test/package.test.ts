import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

let app: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remora-package-'));
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: root });
  const name = /"filename":\s*"([^"]+)"/.exec(packed.stdout)?.[1] ?? '';
  app = join(folder, 'app');
  await mkdir(app);
  await writeFile(join(app, 'package.json'), '{"name":"app","private":true,"type":"module"}');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, name)], { cwd: app });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('runs in an empty folder, as a command and as a library', { timeout: 120_000 }, async () => {
    const bin = join(app, 'node_modules', '.bin', 'remora');
    await writeFile(join(app, 'hello.txt'), 'hello');
    const pushed = await run(bin, ['push', '--json', 'oci:./layout:v1', 'hello.txt'], { cwd: app });
    expect(JSON.parse(pushed.stdout)).toMatchObject({ tags: ['v1'], result: 'written' });

    await writeFile(
      join(app, 'use.js'),
      `import { openStore, parsePlace } from 'remora/store';
       const place = parsePlace('oci:./layout:v1');
       const store = await openStore(place);
       process.stdout.write((await store.resolve(place)).digest);`,
    );
    const used = await run('node', ['use.js'], { cwd: app });
    expect(used.stdout).toBe(JSON.parse(pushed.stdout).digest);

    await writeFile(join(app, 'use.cjs'), `process.stdout.write(typeof require('remora').discover)`);
    expect((await run('node', ['use.cjs'], { cwd: app })).stdout).toBe('function');
  });

  it('installs at most 12 packages and 12 MB', async () => {
    const modules = join(app, 'node_modules');
    const { packages } = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8'));
    expect(Object.keys(packages).length).toBeLessThanOrEqual(12);
    let bytes = 0;
    for (const entry of await readdir(modules, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
    expect(bytes).toBeLessThanOrEqual(12_000_000);
  });

  it('bundles into ESM and CommonJS programs that reach layouts and registries', { timeout: 60_000 }, async () => {
    await writeFile(
      join(app, 'program.js'),
      `import { openStore, parsePlace } from 'remora/store';
       (async () => {
         const place = parsePlace('127.0.0.1:1/app:v1');
         const store = await openStore(place, { retryDelay: 1 });
         await store.resolve(place).catch(({ code }) => process.stdout.write(code));
       })();`,
    );
    for (const format of ['esm', 'cjs'] as const) {
      const outfile = join(app, `program.${format === 'esm' ? 'mjs' : 'cjs'}`);
      const built = await build({
        entryPoints: [join(app, 'program.js')],
        bundle: true,
        platform: 'node',
        format,
        outfile,
        logLevel: 'silent',
      });
      expect(built.warnings).toEqual([]);
      expect((await run('node', [outfile])).stdout).toBe('UNREACHABLE');
    }
  });

  it('has types that need no other package but those of Node.js', { timeout: 60_000 }, async () => {
    await writeFile(
      join(app, 'use.ts'),
      `import { type DiscoverResult, isRemoraError, openSession, type Session } from 'remora';
       import { listen } from 'remora/serve';
       import { openStore, parsePlace, type Store } from 'remora/store';
       export const store: Promise<Store> = openStore(parsePlace('oci:./layout:v1'));
       export const session: Session = openSession();
       export const digests = (result: DiscoverResult, open: Store) =>
         result.referrers.map(({ digest }) => open.resolve({ digest }));
       export const others = [isRemoraError, listen];`,
    );
    await mkdir(join(app, 'node_modules', '@types'), { recursive: true });
    await symlink(join(root, 'node_modules/@types/node'), join(app, 'node_modules/@types/node'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2023'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const compiled = await run('node', [tsc, ...options, '--types', 'node', 'use.ts'], { cwd: app }).catch(
      ({ stdout }: { stdout: string }) => ({ stdout }),
    );
    expect(compiled.stdout).toBe('');
    const dist = join(app, 'node_modules/remora/dist');
    for (const name of await readdir(dist, { recursive: true })) {
      if (!name.endsWith('.d.ts')) continue;
      const code = (await readFile(join(dist, name), 'utf8')).replace(/\/\*[\s\S]*?\*\//g, '');
      expect(code, name).not.toMatch(/\bzod\b|\bundici\b|@sigstore/);
    }
  });

  it('tells of every package inside it, with its licence', async () => {
    const { components } = JSON.parse(await readFile(join(root, 'dist/sbom.cdx.json'), 'utf8'));
    const licences = await readFile(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    const names = components.map(({ group, name }: { group?: string; name: string }) =>
      group ? `${group}/${name}` : name,
    );
    for (const name of ['@oclif/core', 'bcryptjs', 'mime-db', 'undici', 'zod']) expect(names).toContain(name);
    for (const [at, name] of names.entries()) expect(licences).toContain(`${name} ${components[at].version} (`);
  });

  it.each([
    ['parseDigest', 20_000],
    ['parseReference', 20_000],
    ['parsePlace', 20_000],
    ['parseDescriptor', 60_000],
  ])('bundles %s of remora/oci into less than %d bytes', async (name, limit) => {
    const contents = `import { ${name} } from 'remora/oci'; console.log(${name});`;
    const stdin = { contents, resolveDir: app };
    const built = await build({ stdin, bundle: true, minify: true, platform: 'node', format: 'esm', write: false });
    expect(built.outputFiles[0]?.contents.length).toBeLessThan(limit);
  });

  it('has a lock file that installs anywhere: no registry is named, and no platform is left out', async () => {
    const text = await readFile(join(root, 'package-lock.json'), 'utf8');
    expect(text).not.toMatch(/"resolved": "https?:/);
    const { packages } = JSON.parse(text);
    const optional = Object.keys(packages).flatMap((path) => Object.keys(packages[path].optionalDependencies ?? {}));
    // npm leaves out what the registry at hand lacks, and then npm ci refuses the lock file.
    const missing = optional.filter(
      (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
    );
    expect(missing).toEqual([]);
  });
});
