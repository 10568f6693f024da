import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { withHelper } from '../support/credential-helper.js';
import { withDockerConfig } from '../support/docker-config.js';
import { remora } from '../support/remora.js';
import { startTokenServer, type TokenServerOptions } from '../support/token-server.js';
import { failure, json, success, withImage } from './support/run.js';

const PASSWORD = 'correct-horse-42';
const ENCODED = Buffer.from(`ann:${PASSWORD}`).toString('base64');
const SECRETS = new RegExp(`${PASSWORD}|${ENCODED}|${Buffer.from(PASSWORD).toString('base64')}`);
const BASIC = { auth: { type: 'basic', users: { ann: PASSWORD } } } as const;
const PIPE = ['--username', 'ann', '--password-stdin'];
const UNENCRYPTED = /^remora: stored without encryption in .*; a credential helper \(credsStore\) keeps it safer\n$/;

async function withTokens(options: TokenServerOptions = {}) {
  const tokens = await startTokenServer({ users: { ann: PASSWORD }, refreshTokens: { refresh: 'ann' }, ...options });
  onTestFinished(() => tokens.close());
  const { realm, verify } = tokens;
  const granted = (token: string, scope: string) => verify(token, scope);
  const { registry } = await withImage({ auth: { type: 'bearer', realm, service: 'test', verify: granted } });
  return { tokens, host: registry.host };
}

const authsOf = async (file: string) => JSON.parse(await readFile(file, 'utf8')).auths;

describe('login', () => {
  it('asks a registry with Basic authentication, and stores what it accepts', async () => {
    const { registry, image } = await withImage(BASIC);
    const { file, env } = await withDockerConfig({});
    const { stdout, stderr } = await success(['login', registry.host, ...PIPE], { env, input: `${PASSWORD}\n` });
    expect(stdout).toBe(`Logged in to ${registry.host} as ann (stored in ${file})\n`);
    expect(stderr).toMatch(UNENCRYPTED);
    expect(await authsOf(file)).toEqual({ [registry.host]: { auth: ENCODED } });
    await success(['inspect', image], { env });
    const result = await json(['login', registry.host, ...PIPE], { env, input: PASSWORD });
    expect(resultSchemas.login.parse(result)).toEqual({
      registry: registry.host,
      username: 'ann',
      stored: file,
      verified: true,
    });
  });

  it('asks the token server of a registry', async () => {
    const { host, tokens } = await withTokens();
    const { file, env } = await withDockerConfig({});
    expect(await json(['login', host, ...PIPE], { env, input: PASSWORD })).toMatchObject({ verified: true });
    expect(tokens.questions).toMatchObject([{ user: 'ann', scopes: [] }]);
    expect(await authsOf(file)).toEqual({ [host]: { auth: ENCODED } });
  });

  it('takes an identity token, with a name or without', async () => {
    const { host } = await withTokens();
    const { file, env } = await withDockerConfig({});
    const words = ['login', host, '--identity-token-stdin'];
    const { stdout } = await success(words, { env, input: 'refresh\n' });
    expect(stdout).toBe(`Logged in to ${host} with an identity token (stored in ${file})\n`);
    expect(await authsOf(file)).toEqual({ [host]: { identitytoken: 'refresh' } });
    expect(await json([...words, '-u', 'ann'], { env, input: 'refresh' })).toMatchObject({ username: 'ann' });
    const auth = Buffer.from('ann:').toString('base64');
    expect(await authsOf(file)).toEqual({ [host]: { auth, identitytoken: 'refresh' } });
  });

  it.each(['basic', 'bearer'])('stores nothing that is refused (%s)', async (kind) => {
    const host = kind === 'basic' ? (await withImage(BASIC)).registry.host : (await withTokens()).host;
    const { file, env } = await withDockerConfig({ 'other.example': { username: 'a', password: 'b' } });
    const before = await readFile(file, 'utf8');
    const { code, text, hint, status } = await failure(4, ['login', host, ...PIPE], { env, input: 'wrong-horse-42' });
    expect([code, status]).toEqual(['UNAUTHORIZED', 401]);
    expect(hint).toBe('Check the name and the password or token; nothing was stored');
    expect(text).not.toContain('wrong-horse-42');
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('stores nothing where the registry cannot be asked', async () => {
    const { registry } = await withImage({ fault: () => 'reset' });
    const { file, env } = await withDockerConfig({});
    await failure(6, ['login', registry.host, ...PIPE], { env, input: PASSWORD });
    expect(await authsOf(file)).toEqual({});
  });

  it('says where nothing could be verified', async () => {
    const { registry } = await withImage();
    const { env } = await withDockerConfig({});
    const { code, stdout, stderr } = await remora(['login', registry.host, ...PIPE, '--json'], {
      env,
      input: PASSWORD,
    });
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { verified: false }]);
    expect(stderr).toContain(`remora: ${registry.host} asked for no credentials: nothing was verified\n`);
  });

  it('stores with the helper that the file names', async () => {
    const { registry, image } = await withImage(BASIC);
    const helper = await withHelper('test');
    const docker = await withDockerConfig({}, { credsStore: 'test' });
    const env = { ...docker.env, PATH: helper.PATH };
    const { stdout, stderr } = await success(['login', registry.host, ...PIPE], { env, input: PASSWORD });
    expect([stdout, stderr]).toEqual([`Logged in to ${registry.host} as ann (stored in docker-credential-test)\n`, '']);
    expect(await helper.kept()).toEqual({ [registry.host]: { Username: 'ann', Secret: PASSWORD } });
    expect(await authsOf(docker.file)).toEqual({});
    await success(['inspect', image], { env });
    expect((await success(['logout', registry.host], { env })).stdout).toContain('from docker-credential-test\n');
    expect(await helper.kept()).toEqual({});
    await failure(4, ['inspect', image], { env });
  });

  it('names a place that is asked before the one it wrote to', async () => {
    const { registry } = await withImage(BASIC);
    const { home, env } = await withDockerConfig({});
    const podman = join(home, '.config', 'containers');
    await mkdir(podman, { recursive: true });
    await writeFile(join(podman, 'auth.json'), JSON.stringify({ auths: { [registry.host]: { auth: ENCODED } } }));
    const { stderr } = await success(['login', registry.host, ...PIPE], { env, input: PASSWORD });
    expect(stderr).toContain(
      `${join(podman, 'auth.json')} also has credentials of ${registry.host}, and is asked first\n`,
    );
  });

  it.each<[string, string[], string]>([
    ['no registry', ['login'], 'argument REGISTRY is missing'],
    ['a URL', ['login', 'https://ghcr.io/', ...PIPE], 'Write ghcr.io'],
    ['a repository', ['login', 'ghcr.io/team/app', ...PIPE], 'Write ghcr.io'],
    ['no terminal', ['login', 'ghcr.io'], '--username NAME --password-stdin ghcr.io'],
    ['no terminal, with a name', ['login', 'ghcr.io', '-u', 'ann'], '--username NAME --password-stdin ghcr.io'],
    ['no name', ['login', 'ghcr.io', '--password-stdin'], 'username'],
    ['no password', ['login', 'ghcr.io', ...PIPE], 'which is empty'],
    ['two secrets', ['login', 'ghcr.io', ...PIPE, '--identity-token-stdin'], 'identity-token-stdin'],
    ['a list of one', ['login', 'ghcr.io', '--list'], 'login --list takes no registry'],
    ['logout of a URL', ['logout', 'http://localhost:5000/'], 'Write localhost:5000'],
  ])('refuses %s', async (_what, words, said) => {
    const { env } = await withDockerConfig({});
    expect((await failure(2, words, { env })).text).toContain(said);
  });

  it('leaves a malformed file as it is', async () => {
    const { registry } = await withImage(BASIC);
    const { file, env } = await withDockerConfig({});
    await writeFile(file, '{"auths": {');
    const { message } = await failure(5, ['login', registry.host, ...PIPE], { env, input: PASSWORD });
    expect(message).toContain(file);
    expect(await readFile(file, 'utf8')).toBe('{"auths": {');
  });
});

describe('--auth-file', () => {
  it('is written by login, alone read by other commands, and cleared by logout', async () => {
    const { registry, image } = await withImage(BASIC);
    const { dir, file, env } = await withDockerConfig({ [registry.host]: { username: 'ann', password: 'wrong' } });
    const own = join(dir, 'own.json');
    const flag = ['--auth-file', own];
    const { stderr } = await success(['login', registry.host, ...PIPE, ...flag], { env, input: PASSWORD });
    expect(stderr).toContain(`commands find it with --auth-file, or REGISTRY_AUTH_FILE=${own}\n`);
    expect(await authsOf(own)).toEqual({ [registry.host]: { auth: ENCODED } });
    await failure(4, ['resolve', image], { env });
    const debug = await success(['resolve', image, ...flag, '--debug'], { env });
    expect(debug.stderr).toContain(`remora: debug: credentials for ${registry.host}: ${own}\n`);
    expect(debug.stderr).not.toMatch(SECRETS);
    await success(['resolve', image], { env: { ...env, REGISTRY_AUTH_FILE: own } });
    await success(['resolve', image, ...flag], { env: { ...env, REGISTRY_AUTH_FILE: file } });
    expect(await json(['login', '--list', ...flag], { env })).toMatchObject({ credentials: [{ from: own }] });
    expect(await json(['logout', registry.host, ...flag], { env })).toMatchObject({ removed: [own] });
    expect([await authsOf(own), Object.keys(await authsOf(file))]).toEqual([{}, [registry.host]]);
    await failure(4, ['resolve', image, ...flag], { env });
  });

  it('that does not exist is an error, where it would be read', async () => {
    const { registry, image } = await withImage(BASIC);
    const { dir, env } = await withDockerConfig({ [registry.host]: { username: 'ann', password: PASSWORD } });
    const none = join(dir, 'none.json');
    for (const words of [
      ['resolve', image],
      ['repo', 'tags', image.replace(':v1', '')],
    ]) {
      const { message } = await failure(3, [...words, '--auth-file', none], { env });
      expect(message).toBe(`${none} does not exist, wanted a file of credentials`);
    }
    expect((await remora(['logout', registry.host, '--auth-file', none], { env })).code).toBe(3);
    expect((await remora(['login', '--list', '--auth-file', none], { env })).code).toBe(3);
    await writeFile(none, '{"auths": []}');
    await failure(5, ['resolve', image, '--auth-file', none], { env });
  });

  it('gives way to a password of the command, which --debug tells', async () => {
    const { image } = await withImage(BASIC);
    const { dir, env } = await withDockerConfig({});
    await writeFile(join(dir, 'own.json'), '{}');
    const words = ['resolve', image, '--auth-file', join(dir, 'own.json'), ...PIPE, '--debug'];
    const { stderr } = await success(words, { env, input: PASSWORD });
    expect(stderr).toContain('debug: credentials: those of the command line\n');
  });
});

describe('login --list', () => {
  it('shows who is logged in where', async () => {
    const { file, home, env } = await withDockerConfig({
      'reg.example': { username: 'ann', password: PASSWORD },
      'https://index.docker.io/v1/': { identitytoken: PASSWORD },
    });
    const { stdout } = await success(['login', '--list'], { env });
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['HOST', 'USER', 'KIND', 'FROM'],
      ['reg.example', 'ann', 'password', file],
      ['docker.io', '-', 'identity-token', file],
      [''],
    ]);
    const list = resultSchemas.login.parse(await json(['login', '--list'], { env }));
    expect(list).toEqual({
      credentials: [
        { registry: 'reg.example', username: 'ann', kind: 'password', from: file, used: true },
        { registry: 'docker.io', kind: 'identity-token', from: file, used: true },
      ],
      places: [
        { from: join(home, '.config/containers/auth.json'), found: false },
        { from: file, found: true },
      ],
      certificates: expect.any(Array),
    });
    expect(stdout + JSON.stringify(list)).not.toMatch(SECRETS);
  });

  it('says that there are none only where every place was asked', async () => {
    const empty = await withDockerConfig({});
    const none = await success(['login', '--list'], { env: empty.env });
    const asked = `${join(empty.home, '.config/containers/auth.json')}, ${empty.file}`;
    expect([none.stdout, none.stderr]).toEqual(['', `remora: no credentials are stored: asked ${asked}\n`]);
    const { env } = await withDockerConfig({}, { credsStore: 'none-such' });
    const { code, stdout, stderr } = await remora(['login', '--list', '--json'], { env });
    expect([code, resultSchemas.login.parse(JSON.parse(stdout))]).toMatchObject([
      4,
      { credentials: [], incomplete: [{ way: 'docker-credential-none-such', error: { code: 'UNAUTHORIZED' } }] },
    ]);
    expect(stderr).toContain('remora: could not ask docker-credential-none-such: ');
    expect(stderr).not.toContain('no credentials are stored');
  });
});

describe('logout', () => {
  it('removes the credentials of a host', async () => {
    const { file, env } = await withDockerConfig({
      'reg.example': { username: 'ann', password: PASSWORD },
      'reg.example:5000': { username: 'bob', password: PASSWORD },
    });
    const { stdout } = await success(['logout', 'reg.example'], { env });
    expect(stdout).toBe(`Removed credentials of reg.example from ${file}\n`);
    expect(Object.keys(await authsOf(file))).toEqual(['reg.example:5000']);
    const result = await json(['logout', 'reg.example:5000'], { env });
    expect(resultSchemas.logout.parse(result)).toEqual({ registry: 'reg.example:5000', removed: [file] });
  });

  it('is content where there are none', async () => {
    const { env } = await withDockerConfig({});
    const { stdout, stderr } = await success(['logout', 'docker.io'], { env });
    expect([stdout, stderr]).toEqual(['', 'remora: not logged in to docker.io\n']);
    expect(await json(['logout', 'docker.io'], { env })).toEqual({ registry: 'docker.io', removed: [] });
  });

  it('ends with the failure of a helper, after all else was done', async () => {
    const { file, env } = await withDockerConfig(
      { 'reg.example': { username: 'ann', password: PASSWORD } },
      { credsStore: 'none-such' },
    );
    const { code, stdout } = await remora(['logout', 'reg.example', '--json'], { env });
    expect(code).toBe(4);
    expect(resultSchemas.logout.parse(JSON.parse(stdout))).toMatchObject({
      removed: [file],
      incomplete: [{ way: 'docker-credential-none-such' }],
    });
  });
});

it('shows no secret, whatever is done', async () => {
  const { registry } = await withImage(BASIC);
  const { env } = await withDockerConfig({ [registry.host]: { username: 'ann', password: PASSWORD } });
  let output = '';
  for (const words of [
    ['login', registry.host, ...PIPE, '--debug'],
    ['login', '--list'],
    ['login', registry.host, '--username', 'eve', '--password-stdin', '--debug'],
    ['logout', registry.host],
  ]) {
    for (const more of [[], ['--json']]) {
      const { stdout, stderr } = await remora([...words, ...more], { env, input: PASSWORD });
      output += stdout + stderr;
    }
  }
  expect(output).toContain('debug: GET');
  expect(output).not.toMatch(SECRETS);
});
