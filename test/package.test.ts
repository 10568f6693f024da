import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remora-package-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('installs and runs in an empty folder, as a command and as a library', { timeout: 120_000 }, async () => {
    const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: root,
    });
    const name = /"filename":\s*"([^"]+)"/.exec(packed.stdout)?.[1] ?? '';
    const app = join(folder, 'app');
    await mkdir(app);
    await writeFile(join(app, 'package.json'), '{"name":"app","private":true,"type":"module"}');
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, name)], { cwd: app });

    const bin = join(app, 'node_modules', '.bin', 'remora');
    await writeFile(join(app, 'hello.txt'), 'hello');
    const pushed = await run(bin, ['push', '--json', 'oci:./layout:v1', 'hello.txt'], { cwd: app });
    expect(JSON.parse(pushed.stdout)).toMatchObject({ tags: ['v1'], result: 'written' });

    await writeFile(
      join(app, 'use.js'),
      `import { openStore, parsePlace } from 'remora';
       const place = parsePlace('oci:./layout:v1');
       const store = await openStore(place);
       process.stdout.write((await store.resolve(place)).digest);`,
    );
    const used = await run('node', ['use.js'], { cwd: app });
    expect(used.stdout).toBe(JSON.parse(pushed.stdout).digest);
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
