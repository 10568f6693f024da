import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { makeFiles } from '../io/tar/support/archives.js';
import { makeAuthority } from '../support/certificates.js';
import { withDockerConfig } from '../support/docker-config.js';
import { type Registry, type RegistryOptions, startRegistry } from '../support/registry.js';
import { newKey, pemOf, publicPemOf } from '../support/signing-keys.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { success, withImage } from './support/run.js';

const SPDX = '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT"}';

/** An image of a registry, and a repository of another one for what is attached to it. */
async function begin(options: RegistryOptions = {}, ownOptions: RegistryOptions = options) {
  const { registry, image } = await withImage(options);
  const own = await startRegistry(ownOptions);
  onTestFinished(() => own.close());
  const key = newKey();
  const cwd = await tempDir();
  await makeFiles(cwd, { 'sbom.spdx.json': SPDX, 'key.pem': pemOf(key), 'key.pub': publicPemOf(key) });
  const place = `${own.host}/own/attached`;
  const run = async (...args: string[]) => runHere([...args, '--referrers-in', place], cwd);
  return { registry, image, own, place, cwd, run };
}

describe.each(['api', 'none'] as const)('commands with --referrers-in (referrers: %s)', (referrers) => {
  it('tell where each attachment is, as text and as their schemas have it', async () => {
    const { image, place, run, registry } = await begin({ referrers });
    const json = async (command: keyof typeof resultSchemas, ...args: string[]) => {
      const { code, stdout } = await run(command, ...args, '--json');
      expect([command, code]).toEqual([command, 0]);
      return JSON.stringify(resultSchemas[command].parse(JSON.parse(stdout)));
    };
    expect(await json('attach', image, 'sbom.spdx.json', '--no-settle')).toContain(place);
    await json('sign', image, '--key', 'key.pem', '--no-settle');
    await json('attest', image, 'sbom.spdx.json', '--key', 'key.pem', '--no-settle');
    const found = `"places":["${place}"]`;
    expect((await json('discover', image)).split(found)).toHaveLength(4);
    expect((await json('verify', image, '--key', 'key.pub')).split(found)).toHaveLength(4);
    expect((await run('discover', image)).stdout.split(`  in ${place}`)).toHaveLength(4);
    expect((await run('discover', image, '--format', 'table')).stdout).toMatch(
      new RegExp(`SUBJECT +VIA +IN\n(.* ${place}\n){3}$`),
    );
    const { stderr } = await run('discover', image, '--verbose');
    for (const host of [`${registry.host}/team/app`, place]) expect(stderr).toContain(`(cosign-tag) in ${host} about`);
    expect((await run('verify', image, '--key', 'key.pub')).stdout.split(`in ${place}\n`)).toHaveLength(4);
    // The command that is proposed asks both places again.
    expect((await run('verify', image)).stderr).toContain(`remora verify --key cosign.pub --referrers-in ${place} `);
    expect(await json('pull', image, '--kind', 'sbom', '--format', 'spdx', '--all', '-o', 'out')).toContain(place);
    expect(await json('copy', image, 'oci:./mirror', '-r')).toContain('"attached":3');
    expect((await run('detach', image, '--all', '--dry-run')).stdout.split(`, in ${place}`)).toHaveLength(4);
    expect(await json('detach', image, '--all', '--yes', '--no-settle')).toContain(`"place":"${place}"`);
    expect((await run('discover', image)).stdout).not.toContain(place);
  });

  it('never tell "none" of a place that refuses or is down, and name it', async () => {
    const { image, run, own } = await begin({ referrers }, { referrers, fault: () => ({ status: 403 }) });
    for (const [code, args] of [
      [4, ['discover', image]],
      [4, ['discover', image, '--require', 'sbom']],
      [4, ['verify', image, '--key', 'key.pub']],
      [4, ['attach', image, 'sbom.spdx.json']],
      [4, ['sign', image, '--key', 'key.pem']],
    ] as const)
      expect(await run(...args)).toMatchObject({ code, stderr: expect.stringContaining(own.host) });
    const closed = await begin({ referrers });
    await closed.own.close();
    for (const args of [
      ['discover', closed.image],
      ['verify', closed.image, '--key', 'key.pub'],
    ])
      expect(await closed.run(...args)).toMatchObject({ code: 6, stderr: expect.stringContaining(closed.place) });
  });
});

it.each(['ghcr.io/acme/attached:v1', 'oci:./own:v1', 'https://ghcr.io/acme', 'dir', ''])(
  'PLACE is not %j',
  async (place) => {
    const { image, cwd } = await begin();
    const wrong = place === 'dir' ? `${image.replace(':v1', '')}@sha256:${'a'.repeat(64)}` : place;
    for (const command of ['discover', 'attach', 'detach'])
      await failureHere(
        2,
        [
          command,
          image,
          ...(command === 'attach' ? ['sbom.spdx.json'] : []),
          ...(command === 'detach' ? ['--all', '--yes'] : []),
          '--referrers-in',
          wrong,
        ],
        cwd,
      );
  },
);

it('a layout that does not exist ends with 3, except where something is attached', async () => {
  const { image, cwd } = await begin();
  const there = ['--referrers-in', 'oci:./own'];
  await failureHere(3, ['discover', image, ...there], cwd);
  await failureHere(3, ['attach', image.replace(':v1', ':v2'), 'sbom.spdx.json', ...there], cwd);
  expect(await runHere(['attach', image, 'sbom.spdx.json', '--dry-run', ...there], cwd)).toMatchObject({ code: 0 });
  await expect(readFile(join(cwd, 'own', 'index.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await runHere(['attach', image, 'sbom.spdx.json', ...there], cwd)).toMatchObject({ code: 0 });
  expect((await runHere(['discover', image, ...there], cwd)).stdout).toContain('in oci:./own');
});

describe('a password on standard input', () => {
  const users = { robot: 'right', other: 'stored' };
  const basic = { auth: { type: 'basic', users } } as const;
  const secret = ['--username', 'robot', '--password-stdin', '-H', 'x-secret: mine'];
  const robot = Buffer.from(`robot:${users.robot}`).toString('base64');
  const secretsIn = ({ requests }: Registry) =>
    requests.filter(({ headers }) => headers.authorization?.includes(robot) || headers['x-secret']).length;
  /** The other registry has its login in Docker's configuration, or in a file of its own. */
  const withLogin = async (host: string) => {
    const { env } = await withDockerConfig({});
    const { file } = await withDockerConfig({ [host]: { username: 'other', password: users.other } });
    return { env, login: ['--auth-file', file] };
  };

  it('is for the registry of the subject alone', async () => {
    const { image, own, place, cwd } = await begin(basic);
    const { env, login } = await withLogin(own.host);
    const there = ['--referrers-in', place, ...login, ...secret];
    const options = { cwd, env, input: users.robot };
    await success(['attach', image, 'sbom.spdx.json', ...there], options);
    expect((await success(['discover', image, ...there], options)).stdout).toContain(`in ${place}`);
    await success(['copy', '-r', image, 'oci:./copy', ...there], options);
    expect([secretsIn(own), own.requests.length > 0]).toEqual([0, true]);
  });

  it('is for the side of a copy that it is given for, and for attachments in the registry of that side', async () => {
    const { image, own, place, cwd, registry } = await begin({}, basic);
    const { env, login } = await withLogin(own.host);
    const there = ['--referrers-in', place];
    const options = { cwd, env, input: users.robot };
    await success(['attach', image, 'sbom.spdx.json', ...there, ...login], { cwd, env });
    await success(['copy', '-r', image, `${own.host}/own/app`, ...there, ...secret], options);
    expect([secretsIn(registry), secretsIn(own) > 0]).toEqual([0, true]);
    await success(['copy', '-r', `${own.host}/own/app:v1`, 'oci:./layout', ...secret], options);
    own.clear();
    await success(['copy', '-r', 'oci:./layout', `${registry.host}/team/more`, ...there, ...login, ...secret], options);
    expect([secretsIn(own), own.requests.length > 0]).toEqual([0, true]);
  });
});

it('http and unverified certificates are for the registry of the subject alone', async () => {
  const authority = await makeAuthority();
  const { image, place, cwd } = await begin({}, { tls: await authority.server() });
  await makeFiles(cwd, { 'ca.pem': authority.ca });
  const there = ['discover', image, '--plain-http', '--referrers-in', place];
  expect(await runHere([...there, '--ca-file', 'ca.pem'], cwd)).toMatchObject({ code: 0 });
  expect(await runHere([...there, '--insecure'], cwd)).toMatchObject({ code: 6 });
  const http = ['--ca-file', 'ca.pem', '--referrers-in-plain-http'];
  expect(await runHere([...there, ...http], cwd)).toMatchObject({ code: 6 });
});

it('each platform can have its file in another place', async () => {
  const { cwd, run, place } = await begin();
  const source = ['--platform', 'linux/amd64'];
  await makeFiles(cwd, { 'sbom-linux-amd64.spdx.json': SPDX, a: 'a' });
  expect(await runHere(['push', 'oci:./image:v1', 'a', ...source], cwd)).toMatchObject({ code: 0 });
  expect(await run('attach', 'oci:./image:v1', '--each-platform', 'sbom-{os}-{arch}.spdx.json')).toMatchObject({
    code: 0,
  });
  const { stdout } = await run('discover', 'oci:./image:v1', '--require', 'sbom', '--require-on', 'platforms');
  expect(stdout).toContain(`in ${place}`);
});
