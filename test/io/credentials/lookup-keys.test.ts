import { expect, it } from 'vitest';
import { dockerCredentials } from '../../../src/io/credentials/lookup.js';
import { withDockerConfig } from '../../support/docker-config.js';

const auth = (username: string) => ({ auth: Buffer.from(`${username}:x`).toString('base64') });

/** Who is found; every entry has its own key as the name of its user. */
async function found(keys: readonly string[], registry: string, repository?: string): Promise<string | undefined> {
  const { env } = await withDockerConfig(Object.fromEntries(keys.map((key) => [key, auth(key.replaceAll(':', ';'))])));
  const credential = await dockerCredentials(env)(registry, repository);
  return credential && 'username' in credential ? credential.username?.replaceAll(';', ':') : undefined;
}

const NAMESPACES = ['reg.example', 'reg.example/team', 'reg.example/team/app', 'reg.example:5000/team'];
const HUB = 'https://index.docker.io/v1/';

it.each<[registry: string, repository: string | undefined, keys: string[], key: string | undefined]>([
  // The longest namespace, by whole components.
  ['reg.example', 'team/app', NAMESPACES, 'reg.example/team/app'],
  ['reg.example', 'team/app/deep', NAMESPACES, 'reg.example/team/app'],
  ['reg.example', 'team/apple', NAMESPACES, 'reg.example/team'],
  ['reg.example', 'team', NAMESPACES, 'reg.example/team'],
  ['reg.example', 'teams/app', NAMESPACES, 'reg.example'],
  ['reg.example:5000', 'team/app', NAMESPACES, 'reg.example:5000/team'],
  ['reg.example:5000', 'other', NAMESPACES, undefined],
  // A namespace does not serve the host, nor another repository.
  ['reg.example', undefined, NAMESPACES, 'reg.example'],
  ['reg.example', undefined, ['reg.example/team'], undefined],
  ['reg.example', 'other', ['reg.example/team'], undefined],
  // What is written as a URL names the host, whatever its path.
  ['reg.example', 'team/app', ['https://reg.example/team/app'], 'https://reg.example/team/app'],
  ['reg.example', undefined, ['https://reg.example'], 'https://reg.example'],
  ['reg.example', undefined, ['http://reg.example'], 'http://reg.example'],
  ['reg.example', undefined, ['https://reg.example/v1/'], 'https://reg.example/v1/'],
  ['reg.example', undefined, ['https://reg.example/v2/'], 'https://reg.example/v2/'],
  ['reg.example', undefined, ['reg.example/v1/'], 'reg.example/v1/'],
  ['reg.example', 'a', ['https://reg.example/v1/', 'reg.example'], 'reg.example'],
  // Never another host or port.
  ['reg.example', 'a', ['https://reg.example:443/v1/'], undefined],
  ['reg.example', 'a', ['https://reg.example.org/v1/', 'http://x.reg.example', 'https://ann@reg.example/'], undefined],
  ['example', 'reg.example', ['reg.example', 'reg.example/example'], undefined],
  ['reg.example', 'a', ['https://other.example/reg.example', 'other.example/reg.example'], undefined],
  // Docker Hub.
  ['docker.io', 'library/alpine', [HUB], HUB],
  ['index.docker.io', undefined, ['docker.io'], 'docker.io'],
  ['docker.io', 'library/alpine', ['docker.io', HUB], HUB],
  ['docker.io', 'team/app', [HUB, 'docker.io/team'], 'docker.io/team'],
  ['docker.io', 'team/app', ['index.docker.io/team/app', 'docker.io/team'], 'index.docker.io/team/app'],
  ['docker.io', undefined, ['hub.docker.com', 'https://auth.docker.io/v1/', 'docker.io.example'], undefined],
])('for %s %s of %j it is %s', async (registry, repository, keys, key) => {
  expect(await found(keys, registry, repository)).toBe(key);
});

it('goes on to the next key where an entry is empty', async () => {
  const { env } = await withDockerConfig({ 'reg.example/team': { auth: '' }, 'reg.example': auth('ann') });
  expect(await dockerCredentials(env)('reg.example', 'team/app')).toEqual({ username: 'ann', password: 'x' });
});

it.each<[string, object, object | undefined]>([
  ['an identity token', { identitytoken: 't' }, { identityToken: 't' }],
  ['one with a name', { ...auth('ann'), identitytoken: 't' }, { identityToken: 't', username: 'ann' }],
  ['one with a plain name', { username: 'ann', identitytoken: 't' }, { identityToken: 't', username: 'ann' }],
  [
    'one of Azure',
    { auth: Buffer.from('00000000-0:').toString('base64'), identitytoken: 't' },
    { identityToken: 't', username: '00000000-0' },
  ],
  ['a registry token', { registrytoken: 't' }, { registryToken: 't' }],
  [
    'a registry token before all else',
    { ...auth('ann'), identitytoken: 'i', registrytoken: 't' },
    { registryToken: 't' },
  ],
  ['name and password', { username: 'ann', password: 'x' }, { username: 'ann', password: 'x' }],
  ['a name without a password', { username: 'ann' }, undefined],
  ['a password without a name', { password: 'x' }, undefined],
  ['nothing', {}, undefined],
  ['nulls', { auth: null, username: null, password: null, identitytoken: null }, undefined],
  ['null', Object.create(null), undefined],
])('reads %s', async (_what, entry, credential) => {
  const { env } = await withDockerConfig({}, { auths: { 'reg.example': entry } });
  expect(await dockerCredentials(env)('reg.example')).toEqual(credential);
});
