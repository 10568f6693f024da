import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import bcrypt from 'bcryptjs';
import { expect, onTestFinished } from 'vitest';
import { statement, toJson } from '../trust/support/envelopes.js';
import { makeSigstore, sha256, V03 } from '../trust/support/sigstore.js';
import { type Authority, makeAuthority } from './certificates.js';
import { type PeerRegistry, type RunResult, run } from './peers.js';
import { startProxy } from './proxy.js';
import { FOREIGN, PROGRAM_WORDS, remora } from './remora.js';
import { startRemora } from './remora-registry.js';
import { tempDir } from './temp.js';

const SBOM = '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","creationInfo":{},"name":"app"}';
const SCAN = '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"scanner"}},"results":[]}]}\n';
/** The password of the registry inside. */
export const TOKEN = 'correct horse 42';
const RELEASES = ['v1.0.0', 'v1.1.0'];

type Side = 'outside' | 'inside';

interface Block {
  readonly side: Side;
  readonly text: string;
}

/** The policy of the page, and its blocks for a shell, each with its side. */
async function page() {
  const text = await readFile(new URL('../../docs/air-gapped.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']): Block => {
    const side = /^# (outside|inside)\b/.exec(block)?.[1];
    if (side !== 'outside' && side !== 'inside') throw new Error(`a block names no side: ${block}`);
    return { side, text: block };
  });
  return { policy: /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '', blocks };
}

/** The two networks: of each a folder with a home of its own, and the disk that goes between them. */
async function networks(policy: string, authority: Authority) {
  const root = await tempDir();
  const sigstore = await makeSigstore();
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin', 'remora'), `#!/bin/sh\nexec ${PROGRAM_WORDS} "$@"\n`);
  await chmod(join(root, 'bin', 'remora'), 0o755);
  await mkdir(join(root, 'medium'));
  for (const side of ['outside', 'inside']) {
    await mkdir(join(root, side, 'home'), { recursive: true });
    await symlink(join(root, 'medium'), join(root, side, 'medium'));
  }
  const files = {
    'outside/policy.yaml': policy,
    'outside/trusted_root.json': JSON.stringify(sigstore.rootDocument()),
    'outside/remora-0.2.0.tgz': 'a tarball\n',
    'inside/ca.crt': authority.ca,
    'inside/scan.sarif': SCAN,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content);

  const shell = (side: Side, text: string, hosts: Readonly<Record<string, string>>): Promise<RunResult> =>
    run('bash', ['-euo', 'pipefail', '-c', placed(text, hosts)], {
      cwd: join(root, side),
      env: {
        ...FOREIGN,
        PATH: `${join(root, 'bin')}:${process.env.PATH}`,
        HOME: join(root, side, 'home'),
        // Requests that leave the machine fail.
        HTTP_PROXY: 'http://127.0.0.1:9',
        HTTPS_PROXY: 'http://127.0.0.1:9',
        ...Object.fromEntries(
          ['DOCKER_CONFIG', 'DOCKER_AUTH_CONFIG', 'REGISTRY_AUTH_FILE', 'XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR'].map(
            (name) => [name, undefined],
          ),
        ),
        TOKEN,
      },
    });

  /** Pushes a release with a layer that all of them share, signed and with an SBOM by the identity of the policy. */
  async function release(version: string, host: string): Promise<string> {
    const reference = `${host}/acme/app:${version}`;
    const ok = async (...args: string[]) => {
      const { code, stdout, stderr } = await remora(args, { cwd: join(root, 'outside') });
      expect(code, stderr).toBe(0);
      return stdout;
    };
    const write = (name: string, content: string | Buffer) => writeFile(join(root, 'outside', name), content);
    await write('base.bin', bytesOf('base'));
    await write('app.bin', bytesOf(version));
    await write('note.txt', 'by a stranger\n');
    await ok('push', reference, 'base.bin', 'app.bin');
    await ok('attach', '--artifact-type', 'text/plain', reference, 'note.txt');
    const manifest = Buffer.from(await ok('manifest', 'get', reference));
    const hex = sha256(manifest).toString('hex');
    const predicateType = 'https://spdx.dev/Document';
    const sbom = { ...statement({ sha256: hex }), predicateType, predicate: JSON.parse(SBOM) };
    const bundles = {
      'https://sigstore.dev/cosign/sign/v1': await sigstore.signBytes(manifest),
      [predicateType]: await sigstore.signStatement(toJson(sbom)),
    };
    for (const [type, bundle] of Object.entries(bundles)) {
      await write('bundle.json', JSON.stringify(bundle));
      const annotation = `dev.sigstore.bundle.predicateType=${type}`;
      await ok('attach', '--artifact-type', V03, '--annotation', annotation, reference, `bundle.json:${V03}`);
    }
    return `sha256:${hex}`;
  }
  return { root, shell, release };
}

/** 150,000 bytes that gzip and tar leave alone. */
function bytesOf(seed: string): Buffer {
  return createHash('shake256', { outputLength: 150_000 }).update(seed).digest();
}

function placed(text: string, hosts: Readonly<Record<string, string>>): string {
  const sized = text.replace('--bytes 2G', '--bytes 100K').replace('--port 5000', '--port 0 --quiet');
  return Object.entries(hosts).reduce((result, [name, host]) => result.replaceAll(name, host), sized);
}

/** A registry inside: TLS by an authority of its own, and one user. */
export type StartInside = (authority: Authority) => Promise<PeerRegistry>;

export async function startServe(authority: Authority): Promise<PeerRegistry> {
  const dir = await tempDir();
  const { cert, key } = await authority.server();
  const files = { cert, key, users: `carrier:${await bcrypt.hash(TOKEN, 4)}\n` };
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
  const path = (name: string) => join(dir, name);
  return startRemora('--htpasswd', path('users'), '--cert-file', path('cert'), '--key-file', path('key'));
}

/** Runs docs/air-gapped.md from its first block to its last. The registry outside can be reached only while a block of its side runs. */
export async function walkPage(startOutside: () => Promise<PeerRegistry>, startInside: StartInside): Promise<void> {
  const { policy, blocks } = await page();
  const authority = await makeAuthority();
  const { root, shell, release } = await networks(policy, authority);
  const [outside, inside] = await Promise.all([startOutside(), startInside(authority)]);
  onTestFinished(() => outside.close());
  onTestFinished(() => inside.close());

  const runBlock = async ({ side, text }: Block): Promise<RunResult> => {
    if (side === 'inside') return shell(side, text, { 'registry.internal': inside.host });
    const door = await startProxy(outside.host);
    try {
      return await shell(side, text, { 'ghcr.io': door.host });
    } finally {
      await door.close();
    }
  };
  const ok = async (block: Block): Promise<RunResult> => {
    const result = await runBlock(block);
    expect(result.code, `${block.text}\n${result.stdout}${result.stderr}`).toBe(0);
    return result;
  };
  const digests: string[] = [];
  for (const version of RELEASES) digests.push(await release(version, outside.host));

  let output = '';
  for (const block of blocks) {
    if (block.text.includes('remora serve')) {
      await serveBlock(block, root, shell);
      continue;
    }
    if (block.text.includes('with each further delivery')) digests.push(await release('v1.2.0', outside.host));
    const { stdout, stderr } = await ok(block);
    output += stdout + stderr;
  }
  // What a stranger attached stays outside.
  expect(output).toContain('which is not verified');
  expect(output).not.toContain('incomplete');
  const all = 'remora report --all-tags --format json registry.internal/acme/app';
  const { rows } = JSON.parse((await ok({ side: 'inside', text: all })).stdout);
  expect(rows).toMatchObject(
    [...RELEASES, 'v1.2.0'].map((tag, index) => ({
      reference: `${inside.host}/acme/app:${tag}`,
      digest: digests[index],
      columns: { sbom: { state: 'yes' }, signature: { state: 'yes' }, scan: { state: 'no' } },
    })),
  );
  // The second delivery has neither the layers of the first nor the one that all releases share.
  const [first, second] = await Promise.all(
    ['app.tar', 'app-2.tar'].map(async (name) => (await readFile(join(root, 'medium', name))).length),
  );
  expect(first).toBeGreaterThan(450_000);
  expect(second).toBeLessThan(250_000);
  expect(await readFile(join(root, 'medium', 'report.csv'), 'utf8')).toContain('v1.2.0');
  // The result came back to the image outside.
  const back = await ok({ side: 'outside', text: 'remora discover --json ghcr.io/acme/app:v1.1.0' });
  expect(JSON.parse(back.stdout).referrers.filter(({ kind }: { kind: string }) => kind === 'scan')).toHaveLength(1);

  await expectRefusals(root, policy, (text) => runBlock({ side: 'inside', text }));
}

async function expectRefusals(root: string, policy: string, inside: (text: string) => Promise<RunResult>) {
  const bytes = await readFile(join(root, 'medium', 'app.tar'));
  bytes.write('damage', bytes.indexOf(bytesOf('v1.1.0').subarray(0, 64)) + 1000);
  await writeFile(join(root, 'inside', 'damaged.tar'), bytes);
  expect(await inside('remora check oci-archive:damaged.tar')).toMatchObject({
    code: 5,
    stdout: expect.stringMatching(/sha256:[0-9a-f]{64}/),
  });
  // The blobs that were left out are nowhere: the tag is not written.
  const other = 'registry.internal/acme/other';
  expect(await inside(`remora copy -r --tag v1.2.0 oci-archive:medium/app-2.tar ${other}`)).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/blob sha256:[0-9a-f]{64} is missing/),
  });
  expect((await inside(`remora resolve ${other}:v1.2.0`)).code).toBe(3);
  await writeFile(join(root, 'inside', 'named.yaml'), policy.replaceAll('"**"', 'ghcr.io/acme/*'));
  expect((await inside('remora verify --policy named.yaml registry.internal/acme/app:v1.1.0')).code).toBe(5);
}

/** The block whose last command serves until it is stopped: clients find there what is attached. */
async function serveBlock(
  { side, text }: Block,
  root: string,
  shell: Awaited<ReturnType<typeof networks>>['shell'],
): Promise<void> {
  const [before = '', serve = ''] = text.split(/(?=^remora serve)/m);
  expect((await shell(side, before, {})).code).toBe(0);
  const child = spawn('bash', ['-c', `exec ${placed(serve, {})}`], {
    cwd: join(root, side),
    env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  try {
    const [line] = await once(createInterface(child.stdout), 'line');
    const image = `${String(line).replace('http://', '')}/acme/app:v1.1.0`;
    expect((await shell(side, `remora verify --policy policy.yaml ${image}`, {})).code).toBe(0);
    expect((await shell(side, `remora attach ${image} scan.sarif`, {})).code).not.toBe(0);
  } finally {
    child.kill();
    await exit;
  }
}
