import { lstat, mkdir, readFile, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eraseCredential } from '../../../src/io/credentials/erase.js';
import { dockerCredentials } from '../../../src/io/credentials/lookup.js';
import { placesBeforeLogin, storeCredential } from '../../../src/io/credentials/store.js';
import { compileWorker } from '../../support/compile.js';
import { withHelper } from '../../support/credential-helper.js';
import { device } from '../../support/devices.js';
import { withDockerConfig } from '../../support/docker-config.js';
import { tempDir, tree } from '../../support/temp.js';
import { WorkerProcess } from '../../support/worker-process.js';

const HOST = 'reg.example:5000';
const HUB = 'https://index.docker.io/v1/';
const ANN = { username: 'ann', password: 'pa:ss' };
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
const json = async (file: string) => JSON.parse(await readFile(file, 'utf8'));

describe('storing in a file', () => {
  it('makes the directory and the file for its owner alone', async () => {
    const home = await tempDir();
    const file = join(home, '.docker', 'config.json');
    expect(await storeCredential(HOST, ANN, { HOME: home })).toEqual({ place: file, isHelper: false });
    expect(await readFile(file, 'utf8')).toBe(
      `{\n\t"auths": {\n\t\t"${HOST}": {\n\t\t\t"auth": "${auth('ann:pa:ss').auth}"\n\t\t}\n\t}\n}\n`,
    );
    expect([(await stat(file)).mode & 0o777, (await stat(join(home, '.docker'))).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(await tree(home)).toEqual(['.docker/config.json']);
    expect(await dockerCredentials({ HOME: home })(HOST)).toEqual(ANN);
  });

  it('leaves a device as it is, which says that there are no credentials', async () => {
    const [home, path] = [await tempDir(), await device('null')];
    const link = join(home, 'link');
    await symlink(path, link);
    for (const name of [path, link]) {
      await expect(storeCredential(HOST, ANN, { HOME: home }, name)).rejects.toMatchObject({ code: 'IO' });
      await expect(storeCredential(HOST, ANN, { REGISTRY_AUTH_FILE: name })).rejects.toMatchObject({ code: 'IO' });
    }
    expect((await stat(path)).isCharacterDevice()).toBe(true);
    expect(await dockerCredentials({}, { authFile: path })(HOST)).toBeUndefined();
  });

  it('says where else it can be stored, without a home that can be written', async () => {
    const file = join(await tempDir(), 'file');
    await writeFile(file, '');
    await expect(storeCredential(HOST, ANN, { HOME: file })).rejects.toMatchObject({
      code: 'IO',
      hint: expect.stringContaining('--auth-file FILE'),
    });
  });

  it('takes no empty path, as of a variable that is not set', async () => {
    await expect(storeCredential(HOST, ANN, {}, '')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(() => dockerCredentials({}, { authFile: '' })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('writes to REGISTRY_AUTH_FILE where it is set, under the key that Podman and Docker read', async () => {
    const dir = await tempDir();
    const env = { REGISTRY_AUTH_FILE: join(dir, 'deep', 'auth.json'), DOCKER_CONFIG: dir, HOME: dir };
    expect(await storeCredential('docker.io', ANN, env)).toMatchObject({ place: env.REGISTRY_AUTH_FILE });
    expect(await json(env.REGISTRY_AUTH_FILE)).toEqual({ auths: { [HUB]: auth('ann:pa:ss') } });
    expect(await tree(dir)).toEqual(['deep/auth.json']);
  });

  it.each<[string, Parameters<typeof storeCredential>[1], object]>([
    ['an identity token', { identityToken: 't' }, { identitytoken: 't' }],
    ['one with a name', { identityToken: 't', username: 'ann' }, { ...auth('ann:'), identitytoken: 't' }],
    ['a registry token', { registryToken: 't' }, { registrytoken: 't' }],
    ['a name beyond ASCII', { username: 'Änn', password: '密码' }, auth('Änn:密码')],
  ])('keeps %s, and finds it again', async (_what, credential, entry) => {
    const { file, env } = await withDockerConfig({});
    await storeCredential(HOST, credential, env);
    expect((await json(file)).auths).toEqual({ [HOST]: entry });
    expect(await dockerCredentials(env)(HOST)).toEqual(credential);
  });

  it('leaves everything else byte for byte, also what JavaScript would write in another way', async () => {
    const { file, env } = await withDockerConfig({});
    const rest = (auths: string) =>
      `{\n\t"psFormat": "a\\u0041",\n\t"big": 12345678901234567890, "float": 1.0,\n\t"auths": ${auths},\n\t"9": 1, "1": 2,\n\t"proxies": {"default": {"x": []}}\n}`;
    const old = '{\n\t\t"b.example": {\n\t\t\t"auth": "Yjp4", "email": "e"\n\t\t}\n\t}';
    await writeFile(file, rest(old));
    await storeCredential('a.example', ANN, env);
    expect(await readFile(file, 'utf8')).toBe(
      rest(`${old.slice(0, -3)},\n\t\t"a.example": {\n\t\t\t"auth": "${auth('ann:pa:ss').auth}"\n\t\t}\n\t}`),
    );
    await eraseCredential('a.example', env);
    expect(await readFile(file, 'utf8')).toBe(rest(old));
  });

  it.each(['', '{}', '{"auths":null}', '{"auths":{}}', '{"a":1}', '{\n  "a": {\n    "b": 1\n  }\n}\n'])(
    'makes a place for it in %j',
    async (content) => {
      const { file, env } = await withDockerConfig({});
      await writeFile(file, content);
      await storeCredential(HOST, ANN, env);
      const text = await readFile(file, 'utf8');
      expect(JSON.parse(text)).toEqual({ ...JSON.parse(content || '{}'), auths: { [HOST]: auth('ann:pa:ss') } });
      expect(text).toMatch(content.includes('  ') ? /\n {2}"auths"/ : /"auths"/);
    },
  );

  it('replaces what stood for this host, and no other', async () => {
    const others = {
      'reg.example': auth('a:x'),
      [`${HOST}/team`]: auth('b:x'),
      'https://reg.example/v1/': auth('c:x'),
    };
    const { file, env } = await withDockerConfig({ ...others, [`https://${HOST}/v2/`]: auth('old:x') });
    await writeFile(
      file,
      JSON.stringify({
        auths: { ...(await json(file)).auths, [HOST]: { ...auth('old:x'), identitytoken: 'o', email: 'e' } },
      }),
    );
    await storeCredential(HOST, ANN, env);
    expect((await json(file)).auths).toEqual({ ...others, [HOST]: { email: 'e', ...auth('ann:pa:ss') } });
    expect(await dockerCredentials(env)('reg.example')).toMatchObject({ username: 'a' });
  });

  it('narrows the mode of a file that all could read', async () => {
    const { file, env } = await withDockerConfig({});
    await writeFile(file, '{}');
    await storeCredential(HOST, ANN, env);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it.each(['there', 'not there yet'])('keeps a link whose target is %s', async (state) => {
    const dir = await tempDir();
    await mkdir(join(dir, 'dotfiles'));
    const [file, target] = [join(dir, 'config.json'), join(dir, 'dotfiles', 'docker.json')];
    if (state === 'there') await writeFile(target, '{"a":1}');
    await symlink('dotfiles/docker.json', file);
    expect(await storeCredential(HOST, ANN, { DOCKER_CONFIG: dir })).toMatchObject({ place: file });
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(await realpath(file)).toBe(target);
    expect(await json(target)).toMatchObject({ auths: { [HOST]: {} } });
    expect(await tree(dir)).toEqual(['config.json', 'dotfiles/docker.json']);
  });

  it.each(['{', '[]', '{"auths":[]}', '{"auths":{"a":1}}', '{"a":1,"a":2}', 'x'])(
    'refuses a file that is %j, and leaves it',
    async (content) => {
      const { dir, file, env } = await withDockerConfig({});
      await writeFile(file, content);
      await expect(storeCredential(HOST, ANN, env)).rejects.toMatchObject({ code: 'MALFORMED' });
      expect(await eraseCredential(HOST, env)).toMatchObject({ removed: [], incomplete: [{ place: file }] });
      expect(await readFile(file, 'utf8')).toBe(content);
      expect(await tree(dir)).toEqual(['config.json']);
    },
  );

  it('refuses a user name with a colon, which nobody could read again', async () => {
    const { file, env } = await withDockerConfig({});
    const storing = storeCredential(HOST, { username: 'a:b', password: 'x' }, env);
    await expect(storing).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: 'user name "a:b" has a colon' });
    expect((await json(file)).auths).toEqual({});
  });

  it('loses nothing when many store at the same time, in one process', async () => {
    const { dir, file, env } = await withDockerConfig({ 'old.example': ANN });
    const hosts = Array.from({ length: 8 }, (_, n) => `r${n}.example`);
    await Promise.all(hosts.map((host) => storeCredential(host, ANN, env)));
    expect(Object.keys((await json(file)).auths).toSorted()).toEqual(['old.example', ...hosts]);
    expect(await tree(dir)).toEqual(['config.json']);
  });

  it('loses nothing when 8 processes store at the same time', { timeout: 60_000 }, async () => {
    const worker = await compileWorker('login');
    onTestFinished(() => worker.remove());
    const directory = await tempDir();
    const workers = Array.from({ length: 8 }, () => new WorkerProcess(worker.path));
    onTestFinished(async () => void (await Promise.all(workers.map((each) => each.kill()))));
    await Promise.all(workers.map(({ ready }) => ready));
    const hosts = workers.map((_, w) => Array.from({ length: 5 }, (_, n) => `w${w}-${n}.example`));
    for (const [index, each] of workers.entries()) each.tell({ directory, registries: hosts[index] });
    await Promise.all(workers.map((each) => each.line(0)));
    expect(Object.keys((await json(join(directory, 'config.json'))).auths).toSorted()).toEqual(hosts.flat().toSorted());
    expect(await tree(directory)).toEqual(['config.json']);
  });
});

describe('storing with a helper', () => {
  it.each<[object, string]>([
    [{ credsStore: 'test' }, HOST],
    [{ credHelpers: { [HOST]: 'test' }, credsStore: 'none-such' }, HOST],
    [{ credsStore: 'test' }, 'docker.io'],
  ])('as %j has it, %s', async (config, registry) => {
    const helper = await withHelper('test');
    const { file, env } = await withDockerConfig({}, config);
    const before = await readFile(file, 'utf8');
    const stored = await storeCredential(registry, ANN, { ...env, PATH: helper.PATH });
    expect(stored).toEqual({ place: 'docker-credential-test', isHelper: true });
    const server = registry === 'docker.io' ? HUB : registry;
    expect(await helper.kept()).toEqual({ [server]: { Username: 'ann', Secret: 'pa:ss' } });
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(await dockerCredentials({ ...env, PATH: helper.PATH })(registry)).toEqual(ANN);
  });

  it('keeps an identity token as <token>, and no registry token', async () => {
    const helper = await withHelper('test');
    const { env } = await withDockerConfig({}, { credsStore: 'test' });
    const own = { ...env, PATH: helper.PATH };
    await storeCredential(HOST, { identityToken: 'refresh', username: 'ann' }, own);
    expect(await helper.kept()).toEqual({ [HOST]: { Username: '<token>', Secret: 'refresh' } });
    expect(await dockerCredentials(own)(HOST)).toEqual({ identityToken: 'refresh' });
    await expect(storeCredential(HOST, { registryToken: 't' }, own)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('takes an older one in plain text out of the file', async () => {
    const helper = await withHelper('test');
    const { file, env } = await withDockerConfig({ [HOST]: ANN, 'other.example': ANN }, { credsStore: 'test' });
    await storeCredential(HOST, ANN, { ...env, PATH: helper.PATH });
    expect((await json(file)).auths).toEqual({ [HOST]: {}, 'other.example': auth('ann:pa:ss') });
  });

  it('fails with it, and writes no plain text instead', async () => {
    const helper = await withHelper('test', {}, 'process.stdout.write("no keyring for pa:ss-word"); process.exit(1)');
    const { file, env } = await withDockerConfig({}, { credsStore: 'test' });
    const storing = storeCredential(HOST, { username: 'ann', password: 'pa:ss-word' }, { ...env, PATH: helper.PATH });
    await expect(storing).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: `docker-credential-test could not store ${HOST}: "no keyring for ***"`,
    });
    expect((await json(file)).auths).toEqual({});
  });
});

describe('erasing', () => {
  it('finds every file and helper, and this host alone', async () => {
    const helper = await withHelper('test', { [HOST]: { Username: 'a', Secret: 'b' } });
    const others = { 'reg.example': auth('a:x'), [`${HOST}/team`]: auth('b:x'), [`x.${HOST}`]: auth('c:x') };
    const own = { [HOST]: auth('d:x'), [`https://${HOST}/v1/`]: auth('e:x'), [`http://${HOST}`]: {} };
    const { file, home, env } = await withDockerConfig({}, { auths: { ...others, ...own }, credsStore: 'test' });
    const podman = join(home, '.config', 'containers', 'auth.json');
    await mkdir(join(podman, '..'), { recursive: true });
    await writeFile(podman, JSON.stringify({ auths: own }));
    const all = { ...env, PATH: helper.PATH };
    expect(await eraseCredential(HOST, all)).toEqual({
      removed: [podman, file, 'docker-credential-test'],
      kept: [],
      incomplete: [],
    });
    expect((await json(file)).auths).toEqual(others);
    expect((await json(podman)).auths).toEqual({});
    expect(await helper.kept()).toEqual({});
    expect(await dockerCredentials(all)(HOST)).toBeUndefined();
    expect(await eraseCredential(HOST, all)).toEqual({ removed: [], kept: [], incomplete: [] });
  });

  it('touches nothing where there is nothing', async () => {
    const { dir, file, home, env } = await withDockerConfig({ 'other.example': ANN });
    const before = await stat(file);
    expect(await eraseCredential(HOST, env)).toEqual({ removed: [], kept: [], incomplete: [] });
    expect((await stat(file)).mtimeMs).toBe(before.mtimeMs);
    expect([await tree(dir), await tree(home)]).toEqual([['config.json'], []]);
  });

  it('goes on where a helper fails, and says so', async () => {
    const { file, env } = await withDockerConfig({ [HOST]: ANN }, { credsStore: 'none-such' });
    const { removed, incomplete } = await eraseCredential(HOST, env);
    expect(removed).toEqual([file]);
    expect(incomplete).toEqual([
      { place: 'docker-credential-none-such', error: expect.objectContaining({ code: 'UNAUTHORIZED' }) },
    ]);
  });

  it('names the variable that it cannot change', async () => {
    const { env } = await withDockerConfig({});
    const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { [HOST]: auth('a:x') } });
    expect(await eraseCredential(HOST, { ...env, DOCKER_AUTH_CONFIG })).toMatchObject({
      removed: [],
      kept: ['DOCKER_AUTH_CONFIG'],
    });
  });
});

it('knows the places that are asked before the one that login writes to', async () => {
  const { home, env } = await withDockerConfig({});
  const podman = join(home, '.config', 'containers', 'auth.json');
  await mkdir(join(podman, '..'), { recursive: true });
  await writeFile(podman, JSON.stringify({ auths: { [HOST]: auth('a:x'), 'reg.example/team': auth('b:x') } }));
  const DOCKER_AUTH_CONFIG = JSON.stringify({ credHelpers: { [HOST]: 'x' } });
  expect(await placesBeforeLogin(HOST, { ...env, DOCKER_AUTH_CONFIG })).toEqual(['DOCKER_AUTH_CONFIG', podman]);
  expect(await placesBeforeLogin('reg.example', { ...env, DOCKER_AUTH_CONFIG })).toEqual([]);
  expect(await placesBeforeLogin(HOST, { ...env, DOCKER_AUTH_CONFIG, REGISTRY_AUTH_FILE: podman })).toEqual([]);
});
