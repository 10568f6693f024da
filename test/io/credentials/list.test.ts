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
      { registry: 'a', username: 'var', kind: 'password', from: 'DOCKER_AUTH_CONFIG' },
      { registry: 'docker.io', username: 'hub', kind: 'password', from: 'docker-credential-test' },
      { registry: 'token.example', kind: 'identity-token', from: 'docker-credential-test' },
      { registry: 'reg.example', username: 'ann', kind: 'password', from: file },
      { registry: 'reg.example/team', username: 'bob', kind: 'password', from: file },
      { registry: 'old.example:5000', kind: 'identity-token', from: file },
      { registry: 'ready.example', kind: 'registry-token', from: file },
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
  expect(credentials).toEqual([{ registry: 'reg.example', username: 'ann', kind: 'password', from: file }]);
  expect(incomplete.map(({ place }) => place)).toEqual([
    'DOCKER_AUTH_CONFIG',
    'docker-credential-../x',
    'docker-credential-none-such',
    file,
  ]);
});
