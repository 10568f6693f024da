import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listCredentials } from '../../../src/io/credentials/list.js';
import { withHelper } from '../../support/credential-helper.js';
import { withDockerConfig } from '../../support/docker-config.js';

const SECRET = 'correct-horse';

it('lists all that is kept, in the order of asking, without a secret', async () => {
  const helper = await withHelper('test', {
    'https://index.docker.io/v1/': { Username: 'hub', Secret: SECRET },
    'token.example': { Username: '<token>', Secret: SECRET },
  });
  const { file, env } = await withDockerConfig(
    {
      'reg.example': { username: 'ann', password: SECRET },
      'reg.example/team': { username: 'bob', password: SECRET },
      'https://old.example:5000/v1/': { identitytoken: SECRET },
      'ready.example': { registrytoken: SECRET },
      'empty.example': { auth: '' },
    },
    { credsStore: 'test' },
  );
  const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { a: { username: 'var', password: SECRET } } });
  const list = await listCredentials({ ...env, DOCKER_AUTH_CONFIG, PATH: helper.PATH });
  expect(list).toEqual({
    credentials: [
      { registry: 'a', username: 'var', kind: 'password', from: 'DOCKER_AUTH_CONFIG', used: true },
      { registry: 'docker.io', username: 'hub', kind: 'password', from: 'docker-credential-test', used: true },
      { registry: 'token.example', kind: 'identity-token', from: 'docker-credential-test', used: true },
      { registry: 'reg.example', username: 'ann', kind: 'password', from: file, used: true },
      { registry: 'reg.example/team', username: 'bob', kind: 'password', from: file, used: true },
      { registry: 'old.example:5000', kind: 'identity-token', from: file, used: true },
      { registry: 'ready.example', kind: 'registry-token', from: file, used: true },
    ],
    places: [
      { from: 'DOCKER_AUTH_CONFIG', found: true },
      { from: expect.stringContaining(join('containers', 'auth.json')), found: false },
      { from: file, found: true },
    ],
    incomplete: [],
  });
  expect(JSON.stringify(list)).not.toContain(SECRET);
  expect(await helper.calls()).toEqual([['list', '']]);
});

it('shows of the helper of single hosts only those', async () => {
  const kept = { 'a.example': { Username: 'ann', Secret: SECRET }, 'b.example': { Username: 'bob', Secret: SECRET } };
  const helper = await withHelper('test', kept);
  const { env } = await withDockerConfig({}, { credHelpers: { 'b.example': 'test', 'c.example': 'test' } });
  expect(await listCredentials({ ...env, PATH: helper.PATH })).toMatchObject({
    credentials: [{ registry: 'b.example', username: 'bob' }],
    incomplete: [],
  });
});

it('names what fails, and lists the rest', async () => {
  const { file, env } = await withDockerConfig(
    { 'reg.example': { username: 'ann', password: SECRET }, 'bad.example': { auth: 'AAAA' } },
    { credsStore: 'none-such', credHelpers: { 'x.example': '../x' } },
  );
  const { credentials, incomplete } = await listCredentials({ ...env, DOCKER_AUTH_CONFIG: '{' });
  expect(credentials).toEqual([{ registry: 'reg.example', username: 'ann', kind: 'password', from: file, used: true }]);
  expect(incomplete.map(({ place }) => place)).toEqual([
    'DOCKER_AUTH_CONFIG',
    'docker-credential-../x',
    'docker-credential-none-such',
    file,
  ]);
});

it('says which of several for one registry is used', async () => {
  const kept = { 'a.example': { Username: 'own', Secret: SECRET }, 'b.example': { Username: 'bob', Secret: SECRET } };
  const helper = await withHelper('own', kept);
  const all = await withHelper('all', { 'a.example': { Username: 'all', Secret: SECRET } });
  const { env } = await withDockerConfig(
    {
      'http://c.example/v1/': { username: 'url', password: SECRET },
      'c.example': { username: 'host', password: SECRET },
      'b.example': { username: 'file', password: SECRET },
    },
    { credHelpers: { 'x.example': 'all', 'a.example': 'own', 'b.example': '' }, credsStore: 'all' },
  );
  const { credentials } = await listCredentials({ ...env, PATH: `${helper.PATH}:${all.PATH}` });
  expect(credentials.map(({ registry, username, used }) => [registry, username, used])).toEqual([
    ['a.example', 'all', false],
    ['a.example', 'own', true],
    ['c.example', 'url', false],
    ['c.example', 'host', true],
    ['b.example', 'file', true],
  ]);
});

it('asks the file that is given alone', async () => {
  const { file, dir, env } = await withDockerConfig({ 'a.example': { username: 'ann', password: SECRET } });
  const other = join(dir, 'other.json');
  await writeFile(other, '{"auths":{"b.example":{"auth":"YTpi"}}}');
  const { credentials, places } = await listCredentials({ ...env, REGISTRY_AUTH_FILE: file }, other);
  expect([credentials.map(({ registry }) => registry), places]).toEqual([
    ['b.example'],
    [{ from: other, found: true }],
  ]);
  expect(await listCredentials(env, join(dir, 'none'))).toMatchObject({
    credentials: [],
    incomplete: [{ error: { code: 'NOT_FOUND' } }],
  });
});
