import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { test } from '../examples/vitest-fixture.js';
import { run } from './support/peers.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'dist', 'bin.js');
const SBOM = '{"spdxVersion":"SPDX-2.3","name":"app"}\n';

describe('the programs of examples/', () => {
  let cwd = '';
  const example = (name: string, ...args: string[]) =>
    run(process.execPath, [join(root, 'examples', name), ...args], { cwd });

  const remora = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(process.execPath, [bin, ...args], { cwd });
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    return stdout;
  };

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'remora-example-'));
    await writeFile(join(cwd, 'sbom.spdx.json'), SBOM);
    await writeFile(join(cwd, 'app.yaml'), 'listen: 8080\n');
    await remora('push', 'oci:./layout:v1', 'app.yaml');
  });
  afterAll(() => rm(cwd, { recursive: true }));

  it.each(['push', 'attach', 'read-sbom', 'copy', 'credentials', 'verify', 'sign'])(
    '%s.js has at most 12 lines of its own',
    async (name) => {
      const lines = (await readFile(join(root, 'examples', `${name}.js`), 'utf8')).trim().split('\n');
      expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(12);
    },
  );

  it('push a string', async () => {
    const { stdout, stderr } = await example('push.js');
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}\n$/), '']);
    expect(await remora('pull', '--stdout', 'oci:./layout:note')).toBe('hello');
  });

  it('attach and list, read an SBOM into memory, copy with progress', async () => {
    const attached = await example('attach.js');
    expect([attached.stdout, attached.stderr]).toEqual([
      expect.stringMatching(/^application\/spdx\+json sha256:[0-9a-f]{64}\n$/),
      '',
    ]);
    const sbom = await example('read-sbom.js');
    expect([sbom.stdout, sbom.stderr]).toEqual(['app\n', '']);
    const copied = await example('copy.js');
    expect(copied.stderr).toMatch(/^sha256:[0-9a-f]{64}: \d+ of \d+ bytes\n/);
    const listed = await remora('discover', '--json', 'oci:./backup:v1');
    expect(JSON.parse(listed).referrers).toHaveLength(1);
  });

  it('verify by a key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(join(cwd, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(join(cwd, 'cosign.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    await remora('push', 'oci:./signed:v1', 'app.yaml');
    const before = await example('verify.js', 'oci:./signed:v1');
    expect(before.stdout).toMatch(/^NO_MATCH: sha256:[0-9a-f]{64} has no signature\n$/);
    await remora('sign', 'oci:./signed:v1', '--key', 'key.pem');
    const { stdout, stderr } = await example('verify.js', 'oci:./signed:v1');
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^verified signature sha256:[0-9a-f]{64}\n$/), '']);
  });

  it('sign and attest by a key, once', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(join(cwd, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await remora('push', 'oci:./by-program:v1', 'app.yaml');
    for (const result of ['written', 'exists']) {
      const { stdout, stderr } = await example('sign.js', 'oci:./by-program:v1');
      const types = ['https://sigstore.dev/cosign/sign/v1', 'https://spdx.dev/Document'];
      expect([stdout, stderr]).toEqual([types.map((type) => `${result} ${type}\n`).join(''), '']);
    }
  });

  it('own credentials and errors', async () => {
    const { code, stdout } = await example('credentials.js', '127.0.0.1:1/acme/app:v1');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^UNREACHABLE: /)]);
  });
});

test('the vitest fixture gives a registry that takes a push', async ({ registry }) => {
  const cwd = await mkdtemp(join(tmpdir(), 'remora-example-'));
  try {
    const pushed = await run(process.execPath, [bin, 'push', '--json', `${registry}/app:v1`], { cwd });
    expect(pushed.stderr).toBe('');
    const resolved = await run(process.execPath, [bin, 'resolve', `${registry}/app:v1`], { cwd });
    expect(resolved.stdout.trim()).toBe(JSON.parse(pushed.stdout).digest);
  } finally {
    await rm(cwd, { recursive: true });
  }
});
