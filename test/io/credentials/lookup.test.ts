import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dockerCredentials } from '../../../src/io/credentials/lookup.js';
import { withDockerConfig } from '../../support/docker-config.js';
import { tempDir } from '../../support/temp.js';

const ANN = { username: 'ann', password: 'a:b:c' };
const BOB = { username: 'bob', password: '' };

it('finds the credential of a registry by its exact host and port', async () => {
  const { env } = await withDockerConfig({ 'reg.example': ANN, 'reg.example:5000': BOB });
  const find = dockerCredentials(env);
  expect(await find('reg.example')).toEqual(ANN);
  expect(await find('reg.example:5000')).toEqual(BOB);
  for (const other of ['reg.example:5001', 'reg.example:500', 'eg.example', 'reg.example.org', 'x.reg.example', '']) {
    expect(await find(other)).toBeUndefined();
  }
});

it('knows the names of Docker Hub', async () => {
  const { env } = await withDockerConfig({ 'https://index.docker.io/v1/': ANN });
  for (const name of ['docker.io', 'index.docker.io', 'registry-1.docker.io']) {
    expect(await dockerCredentials(env)(name)).toEqual(ANN);
  }
  expect(await dockerCredentials(env)('auth.docker.io')).toBeUndefined();
});

it('takes the host itself before what older versions of Docker wrote', async () => {
  for (const auths of [
    { 'reg.example': ANN, 'https://reg.example/v1/': BOB },
    { 'https://reg.example/v1/': BOB, 'reg.example': ANN },
  ]) {
    const { env } = await withDockerConfig(auths);
    expect(await dockerCredentials(env)('reg.example')).toEqual(ANN);
  }
  const { env } = await withDockerConfig({ 'http://reg.example:5000/v2/': BOB });
  expect(await dockerCredentials(env)('reg.example:5000')).toEqual(BOB);
});

it('reads name and password that are written out, and Docker’s padding', async () => {
  const { env, file } = await withDockerConfig({});
  const auth = Buffer.from('ann:secret\0\0').toString('base64');
  await writeFile(
    file,
    JSON.stringify({ auths: { a: { auth }, b: { username: 'bob', password: 'x' }, c: {}, d: { username: 'only' } } }),
  );
  const find = dockerCredentials(env);
  expect(await find('a')).toEqual({ username: 'ann', password: 'secret' });
  expect(await find('b')).toEqual({ username: 'bob', password: 'x' });
  expect(await find('c')).toBeUndefined();
  expect(await find('d')).toBeUndefined();
});

it('is anonymous without a file, and without entries', async () => {
  const home = await tempDir();
  expect(await dockerCredentials({ HOME: home })('reg.example')).toBeUndefined();
  for (const content of ['{}', '{"auths":null}', '{"auths":{},"credsStore":"","credHelpers":{}}', '', ' \n']) {
    await writeFile(join(home, 'config.json'), content);
    expect(await dockerCredentials({ DOCKER_CONFIG: home })('reg.example')).toBeUndefined();
  }
});

it.each(['{', '[]', '{"auths":[]}', '{"auths":{"a":{"auth":"bm9jb2xvbg=="}}}', '{"auths":{"a":{"auth":1}}}'])(
  'does not go on as nobody when the file is %s',
  async (content) => {
    const { env, file } = await withDockerConfig({});
    await writeFile(file, content);
    const finding = dockerCredentials(env)('a');
    await expect(finding).rejects.toMatchObject({ code: 'MALFORMED', message: expect.stringContaining(file) });
  },
);

it('reads a file again that could not be read', async () => {
  const { env, file } = await withDockerConfig({ 'reg.example': ANN });
  const content = await readFile(file);
  const find = dockerCredentials(env);
  await writeFile(file, '{');
  await expect(find('reg.example')).rejects.toMatchObject({ code: 'MALFORMED' });
  await writeFile(file, content);
  expect(await find('reg.example')).toEqual(ANN);
});

it('reads the file once', async () => {
  const { env, file } = await withDockerConfig({ 'reg.example': ANN });
  const find = dockerCredentials(env);
  await find('reg.example');
  await writeFile(file, '{');
  expect(await find('reg.example')).toEqual(ANN);
});
