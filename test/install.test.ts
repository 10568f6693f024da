import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from './support/peers.js';
import { startRegistry } from './support/registry.js';
import { PROGRAM } from './support/remora.js';
import { tempDir } from './support/temp.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const SBOM = '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","creationInfo":{}}\n';
const none = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
/** Node.js, npm and a shell, and nothing of this user. */
const PATH = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;

/** Packs the package, and installs it into a home that has no cache, without the network. */
async function installTarball(home: string, bin: string): Promise<void> {
  const npm = (args: readonly string[], cwd: string) =>
    promisify(execFile)('npm', args, { cwd, env: { ...none, HOME: home, PATH } });
  await npm(['pack', '--ignore-scripts', '--pack-destination', home], root);
  const tarball = (await readdir(home)).find((name) => name.endsWith('.tgz')) ?? '';
  await npm(['install', '--global', '--offline', '--no-audit', '--prefix', dirname(bin), `./${tarball}`], home);
}

/** The first minute with remora: a place, an SBOM, a key, and the answers of each command. */
async function mainJob(home: string, bin: string): Promise<void> {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  const image = `${registry.host}/acme/app:v1`;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(join(home, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(join(home, 'key.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(home, 'sbom.spdx.json'), SBOM);
  const env = { ...none, HOME: home, PATH: `${bin}:${PATH}` };
  const remora = async (words: string, input?: string) => {
    const result = await run('remora', words.split(' '), { cwd: home, env, ...(input === undefined ? {} : { input }) });
    expect(result.code, `${words}: ${result.stderr}`).toBe(0);
    return result.stdout;
  };
  expect(await remora('--version')).toMatch(/^remora\/\d/);
  await remora(`login --username acme --password-stdin ${registry.host}`, 'secret');
  await remora(`push ${image} sbom.spdx.json`);
  await remora(`attach ${image} sbom.spdx.json`);
  await remora(`sign --key key.pem ${image}`);
  await remora(`attest --key key.pem ${image} sbom.spdx.json`);
  expect(await remora(`discover ${image}`)).toMatch(/sbom .*spdx/);
  expect(await remora(`verify --key key.pub --require sbom ${image}`)).toContain('verified');
  expect(await remora(`report --key key.pub ${image}`)).toContain(image);
}

describe.skipIf(process.platform === 'win32')('in a home that has nothing', { timeout: 120_000 }, () => {
  it('the tarball is installed without the network, and does the main job', async () => {
    const home = await tempDir();
    await installTarball(home, join(home, 'own', 'bin'));
    await mainJob(home, join(home, 'own', 'bin'));
  });

  it.skipIf(!process.env.REMORA_PROGRAM)('the executable is copied, and does the main job', async () => {
    const home = await tempDir();
    await mkdir(join(home, 'bin'));
    await copyFile(PROGRAM[0], join(home, 'bin', 'remora'));
    await mainJob(home, join(home, 'bin'));
  });
});
