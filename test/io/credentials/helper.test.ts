import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { credentialHelper } from '../../../src/io/credentials/helper.js';
import { dockerCredentials } from '../../../src/io/credentials/lookup.js';
import { type TestHelper, withHelper } from '../../support/credential-helper.js';
import { withDockerConfig } from '../../support/docker-config.js';
import { tempDir } from '../../support/temp.js';

const HOST = 'reg.example';
const ANN = { Username: 'ann', Secret: 'correct-horse' };
const BOB = { username: 'bob', password: 'x' };
const HUB = 'https://index.docker.io/v1/';

async function withConfig(config: object, helper: TestHelper) {
  const { env, file } = await withDockerConfig({}, config);
  return { find: dockerCredentials({ ...env, PATH: helper.PATH }), file };
}

describe('which helper', () => {
  it('is asked as Docker asks: the action as argument, the server on standard input, once', async () => {
    const helper = await withHelper('test', { [HOST]: ANN });
    const { find } = await withConfig({ credsStore: 'test' }, helper);
    expect(await helper.calls()).toEqual([]);
    const found = await Promise.all([find(HOST), find(HOST, 'team/app'), find('other.example')]);
    const ann = { username: 'ann', password: 'correct-horse' };
    expect(found).toEqual([ann, ann, undefined]);
    expect(await find(HOST)).toEqual(ann);
    expect((await helper.calls()).toSorted()).toEqual([
      ['get', 'other.example'],
      ['get', HOST],
    ]);
  });

  it('knows Docker Hub by the name that Docker gave it', async () => {
    const helper = await withHelper('test', { [HUB]: ANN });
    for (const config of [
      { credsStore: 'test' },
      { credHelpers: { 'docker.io': 'test' } },
      { credHelpers: { [HUB]: 'test' } },
    ]) {
      const { find } = await withConfig(config, helper);
      expect(await find('docker.io')).toMatchObject({ username: 'ann' });
    }
    expect(new Set((await helper.calls()).map(([, server]) => server))).toEqual(new Set([HUB]));
  });

  it('keeps identity tokens under the user <token>', async () => {
    const helper = await withHelper('test', { [HOST]: { Username: '<token>', Secret: 'refresh' } });
    const { find } = await withConfig({ credsStore: 'test' }, helper);
    expect(await find(HOST)).toEqual({ identityToken: 'refresh' });
  });

  it('of the host comes before that of all hosts, and both before auths', async () => {
    const own = await withHelper('own', { [HOST]: { ...ANN, Username: 'own' } });
    const all = await withHelper('all', { [HOST]: { ...ANN, Username: 'all' } });
    const PATH = `${own.PATH}:${all.PATH}`;
    const auths = { [HOST]: { auth: Buffer.from('bob:x').toString('base64') } };
    const both = { ...own, PATH };
    const user = async (config: object) => {
      const { find } = await withConfig({ auths, ...config }, both);
      const found = await find(HOST);
      return found && 'username' in found && found.username;
    };
    const [credsStore, credHelpers] = ['all', { [HOST]: 'own' }];
    expect(await user({ credsStore, credHelpers })).toBe('own');
    expect(await user({ credsStore, credHelpers: { 'other.example': 'own' } })).toBe('all');
    expect(await user({ credsStore, credHelpers: { [`${HOST}:5000`]: 'own' } })).toBe('all');
    // An empty name is Docker's way to except a host.
    expect(await user({ credsStore, credHelpers: { [HOST]: '' } })).toBe('bob');
    expect(await user({})).toBe('bob');
  });

  it('that has nothing lets the next one answer', async () => {
    const helper = await withHelper('test', { [HOST]: ANN });
    const empty = await withHelper('empty');
    const both = { ...helper, PATH: `${helper.PATH}:${empty.PATH}` };
    const auths = { [HOST]: { auth: Buffer.from('bob:x').toString('base64') } };
    const first = await withConfig({ auths, credsStore: 'test', credHelpers: { [HOST]: 'empty' } }, both);
    expect(await first.find(HOST)).toMatchObject({ username: 'ann' });
    const second = await withConfig({ auths, credsStore: 'empty' }, both);
    expect(await second.find(HOST)).toEqual(BOB);
  });
});

describe('a helper that fails is an error, not nobody', () => {
  const answer = (text: string, code = 0) => `process.stdout.write(${JSON.stringify(text)}); process.exit(${code})`;

  it.each<[string, string, string, string]>([
    [
      'has an error',
      answer('keychain is locked\nmore\n', 1),
      'UNAUTHORIZED',
      `could not get ${HOST}: "keychain is locked"`,
    ],
    ['wants a server', answer('no credentials server URL\n', 1), 'UNAUTHORIZED', '"no credentials server URL"'],
    [
      'says why on standard error',
      'console.error("no agent"); process.exit(2)',
      'UNAUTHORIZED',
      `get ${HOST}: "no agent"`,
    ],
    [
      'shows a password',
      answer('cannot decrypt hunter2, sorry: password is hunter\n', 1),
      'UNAUTHORIZED',
      '"cannot decrypt *** sorry: password is ***"',
    ],
    ['shows a token', answer('bad token: ghp-hunter\n', 1), 'UNAUTHORIZED', '"bad token: ***"'],
    ['shows an object', answer('kept {"Secret":"hunter"}\n', 1), 'UNAUTHORIZED', '"kept ***"'],
    ['says nothing', 'process.exit(1)', 'UNAUTHORIZED', `could not get ${HOST}`],
    ['is killed', 'process.kill(process.pid, "SIGKILL")', 'UNAUTHORIZED', `could not get ${HOST}`],
    [
      'says no JSON',
      answer('hunter-2222'),
      'MALFORMED',
      'answer of docker-credential-test is not JSON: got other text',
    ],
    ['says nothing and ends well', answer(''), 'MALFORMED', 'is not JSON: got nothing'],
    [
      'says another JSON',
      answer('{"Username":"a","Secret":["hunter-2222"]}'),
      'MALFORMED',
      'Secret: wanted a string, got an array',
    ],
    [
      'fails with an answer',
      answer('{"Username":"a","Secret":"hunter-2222"}', 1),
      'UNAUTHORIZED',
      `could not get ${HOST}`,
    ],
    [
      'says too much',
      'process.stdout.write("x".repeat(70_000)); setTimeout(() => {}, 60_000)',
      'MALFORMED',
      'wrote more than 65536 bytes',
    ],
  ])('when it %s', async (_how, code, errorCode, message) => {
    const helper = await withHelper('test', {}, code);
    const { find } = await withConfig({ credsStore: 'test' }, helper);
    const error = await find(HOST).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: errorCode, message: expect.stringContaining(message) });
    expect(String(error)).toContain('docker-credential-test');
    expect(String(error)).not.toContain('hunter');
  });

  it('when it takes too long', async () => {
    const { PATH } = await withHelper('test', {}, 'setTimeout(() => {}, 60_000)');
    const helper = credentialHelper('test', { env: { PATH }, configured: 'config.json', timeout: 300 });
    await expect(helper.get(HOST)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'docker-credential-test did not end within 0.3 s',
    });
  });

  it('when it is not installed', async () => {
    const { find, file } = await withConfig({ credsStore: 'none-such' }, await withHelper('test'));
    await expect(find(HOST)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: `docker-credential-none-such is not installed, and ${file} asks for it`,
      hint: `Install docker-credential-none-such, or take none-such out of credsStore and credHelpers in ${file}`,
    });
  });

  it('when it cannot be run', async () => {
    const helper = await withHelper('test');
    const bin = await tempDir();
    await writeFile(join(bin, 'docker-credential-plain'), 'no program', { mode: 0o644 });
    const { find } = await withConfig({ credsStore: 'plain' }, { ...helper, PATH: bin });
    await expect(find(HOST)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('docker-credential-plain cannot be run: EACCES'),
    });
  });
});

it.each(['../evil', 'a b', 'a/b', 'a;b', '.', 'a\0b', 'ä', '-$(x)'])('runs no program of the name %j', async (name) => {
  const helper = await withHelper('test');
  for (const config of [{ credsStore: name }, { credHelpers: { [HOST]: name } }]) {
    const { find, file } = await withConfig(config, helper);
    const error = await find(HOST).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining(`${file} names the credential`),
    });
  }
});

it.each(['', 'reg.example\nother.example', 'a b', 'reg.example/x', '--help'])(
  'gives no program the registry %j',
  async (registry) => {
    const helper = await withHelper('test');
    const { find } = await withConfig({ credsStore: 'test' }, helper);
    await expect(find(registry)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await helper.calls()).toEqual([]);
  },
);

it('does not fail on a helper that ends without reading', async () => {
  const helper = await withHelper('test', {}, 'process.stdout.write(\'{"Username":"a","Secret":"b"}\')');
  const { find } = await withConfig({ credsStore: 'test' }, helper);
  expect(await find(HOST)).toEqual({ username: 'a', password: 'b' });
});
