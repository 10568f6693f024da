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

/** Uses every verb, and gives the results of one to the next without a cast. */
const CONSUMER = `
import {
  attach, check, copy, detach, discover, inspect, isRemoraError, listLogins, login, logout, openSession, pull, push,
  read, RemoraError, resolve, tag,
  type Digest, type DiscoverResult, type Location, type RemoraErrorCode, type Session, type Store,
} from 'remora';
import { createServer, listen, openRepositories } from 'remora/serve';
import { openStore, parsePlace } from 'remora/store';

export async function use(signal: AbortSignal): Promise<readonly Digest[]> {
  await using session: Session = openSession();
  await using store: Store = await openStore(parsePlace('oci:./layout:v1'));
  const { digest } = await push('oci:./layout:v1', [{ name: 'a.txt', content: 'a' }, 'b.txt'], { session, signal });
  const attached = await attach({ store, digest }, [{ name: 'sbom.json', content: Buffer.from('{}') }], { confirm: true });
  const signed = await attach({ store, digest: attached.digest }, ['signature.txt'], { artifactType: 'text/signature' });
  const digests: Digest[] = [digest, signed.subject.digest, signed.manifest.descriptor.digest];
  for (const attachment of await discover({ store, digest: attached.subject.digest }, { require: ['sbom'] })) {
    digests.push(attachment.digest, attachment.subject);
    await inspect({ store, digest: attachment.digest });
  }
  const listed: DiscoverResult = await discover(store, { partial: true });
  for (const { way, error } of listed.incomplete) console.log(way, error.code, error.message, error.hint);
  for (const { digest: child, referrers } of listed.platforms ?? []) digests.push(child, ...referrers.map((node) => node.digest));
  const sbom: Buffer = await read({ store, digest }, { kind: 'sbom', digest: attached.digest }, { maxBytes: 1_000 });
  const location: Location = { store, digest: (await resolve(parsePlace('oci:./layout:v1'), { platform: 'linux/arm64' })).digest };
  const { roots } = await copy(location, 'ghcr.io/acme/app:v2', {
    recursive: true, signal, credentials: async () => ({ username: 'acme', password: sbom.toString() }),
    onProgress: ({ name, bytes, total }: { name: string; bytes: number; total: number }) => console.log(name, bytes / total),
  });
  for (const root of roots) digests.push((await tag({ store, digest: root.digest }, ['v2'])).digest);
  for (const { digest: pulled } of (await pull(store, { selection: { kind: ['sbom', 'vex'], all: true } })).artifacts) digests.push(pulled);
  for (const finding of (await check(store)).findings) console.log(finding.code);
  await detach({ store, digest }, { selection: { digest: signed.digest }, dryRun: true });
  const plan = await push('oci:./layout:v1', [], { dryRun: true });
  digests.push(plan.digest);
  const { registry } = await login('ghcr.io', { username: 'acme', password: 'secret' });
  await Promise.all([logout(registry), listLogins()]);
  await using server = await listen(createServer(await openRepositories('registry')), { port: 0 });
  return digests;
}

export function told(error: unknown): RemoraErrorCode | undefined {
  if (error instanceof RemoraError && error.hint !== undefined) console.log(error.hint);
  return isRemoraError(error) ? error.code : undefined;
}
`;

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

    await writeFile(
      join(app, 'use.cjs'),
      `const { discover } = require('remora');
       discover('oci:./layout:v1').then(({ digest, referrers }) => process.stdout.write(digest + referrers.length));`,
    );
    const required = await run('node', ['use.cjs'], { cwd: app });
    expect(required).toEqual({ stdout: `${JSON.parse(pushed.stdout).digest}0`, stderr: '' });
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

  it('bundles with esbuild into ESM and CommonJS programs that attach and discover', { timeout: 60_000 }, async () => {
    await writeFile(
      join(app, 'program.js'),
      `import { attach, discover, push } from 'remora';
       (async () => {
         const layout = 'oci:./' + process.argv[2] + ':v1';
         await push(layout, [{ name: 'a.txt', content: 'a' }]);
         const { digest } = await attach(layout, [{ name: 'b.txt', content: 'b' }], { artifactType: 'text/b' });
         const found = [...(await discover(layout))].map((attachment) => [attachment.artifactType, attachment.digest === digest]);
         const code = await discover('127.0.0.1:1/app:v1', { connection: { retryDelay: 1 } }).catch(({ code }) => code);
         process.stdout.write(JSON.stringify([found, code]));
       })();`,
    );
    for (const format of ['esm', 'cjs'] as const) {
      const outfile = join(app, `program.${format === 'esm' ? 'mjs' : 'cjs'}`);
      const entryPoints = [join(app, 'program.js')];
      const built = await build({ entryPoints, bundle: true, platform: 'node', format, outfile, logLevel: 'silent' });
      expect(built.warnings).toEqual([]);
      const { stdout } = await run('node', [outfile, format], { cwd: app });
      expect(JSON.parse(stdout), format).toEqual([[['text/b', true]], 'UNREACHABLE']);
    }
  });

  it('has types for ESM and CommonJS that need no other package but those of Node.js', {
    timeout: 60_000,
  }, async () => {
    for (const name of ['use.mts', 'use.cts']) await writeFile(join(app, name), CONSUMER);
    await writeFile(
      join(app, 'require.cts'),
      `import remora = require('remora');
       import { parseDigest, type Digest } from 'remora/oci';
       import store = require('remora/store');
       export const read: (reference: string) => Promise<Buffer> = remora.read;
       export const open: Promise<remora.Store> = store.openStore(store.parsePlace('oci:./layout:v1'));
       export const digest: remora.Digest = parseDigest('sha256:' + '0'.repeat(64)) satisfies Digest;
       // @ts-expect-error a string is not a digest
       export const wrong: remora.Digest = 'sha256:';`,
    );
    await mkdir(join(app, 'node_modules', '@types'), { recursive: true });
    await symlink(join(root, 'node_modules/@types/node'), join(app, 'node_modules/@types/node'));
    const options = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--skipLibCheck',
      'false',
      '--types',
      'node',
    ];
    const target = ['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,esnext.disposable'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const compiled = await run('node', [tsc, ...options, ...target, 'use.mts', 'use.cts', 'require.cts'], {
      cwd: app,
    }).catch(({ stdout }: { stdout: string }) => ({ stdout }));
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
