import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withDockerConfig } from '../support/docker-config.js';
import { startTokenServer } from '../support/token-server.js';
import { failure, json, success, withImage } from './support/run.js';

const [FROM, TO] = ['source-horse-42', 'destination-horse-42'];
const user = (name: string, password: string) => ({ auth: { type: 'basic', users: { [name]: password } } }) as const;

/** Two registries that take different users, and no stored credentials. */
async function begin() {
  const source = await withImage(user('ann', FROM));
  const destination = await withImage(user('bob', TO));
  const config = await withDockerConfig({});
  const words = ['copy', source.image, `${destination.registry.host}/mirror/app`];
  return { ...config, source: source.registry, destination: destination.registry, words };
}

const ANN = ['--from-username', 'ann', '--from-password-stdin'];
const BOB = ['--to-username', 'bob', '--to-password-stdin'];

describe('a user for each side', () => {
  it('has a password in a line of standard input, that of the source first', async () => {
    const { words, env, source, destination } = await begin();
    for (const input of [`${FROM}\n${TO}\n`, `${FROM}\r\n${TO}\r\n`, `${FROM}\n${TO}`])
      expect(await json([...words, ...BOB, ...ANN], { env, input })).toMatchObject({ tags: [{ tag: 'v1' }] });
    const sent = (requests: typeof source.requests, name: string, password: string) => {
      const own = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
      expect(new Set(requests.map(({ headers }) => headers.authorization))).toEqual(new Set([undefined, own]));
    };
    sent(source.requests, 'ann', FROM);
    sent(destination.requests, 'bob', TO);
  });

  it('stands beside stored credentials of the other', async () => {
    const { words, env, file, source, destination } = await begin();
    const stored = (host: string, login: string) =>
      writeFile(file, JSON.stringify({ auths: { [host]: { auth: Buffer.from(login).toString('base64') } } }));
    await stored(destination.host, `bob:${TO}`);
    await success([...words, ...ANN], { env, input: FROM });
    await stored(source.host, `ann:${FROM}`);
    await success([...words, ...BOB], { env, input: TO });
    await failure(4, [...words, ...ANN], { env, input: FROM });
  });

  it('comes from a file of credentials for each side, or for both', async () => {
    const { words, env, dir, source, destination } = await begin();
    const files = [
      ['from', source.host, `ann:${FROM}`],
      ['to', destination.host, `bob:${TO}`],
    ].map(async ([name, host = '', login = '']) => {
      const path = join(dir, `${name}.json`);
      await writeFile(path, JSON.stringify({ auths: { [host]: { auth: Buffer.from(login).toString('base64') } } }));
      return path;
    });
    const [from = '', to = ''] = await Promise.all(files);
    const { stderr } = await success([...words, '--from-auth-file', from, '--to-auth-file', to, '--debug'], { env });
    expect(stderr).toContain(`debug: credentials for ${source.host}: ${from}\n`);
    expect(stderr).toContain(`debug: credentials for ${destination.host}: ${to}\n`);
    await success([...words, '--auth-file', from, '--to-auth-file', to], { env });
    await success([...words, '--auth-file', from, ...BOB], { env, input: TO });
    await success([...words, '--auth-file', from, '--username', 'bob', '--password-stdin'], { env, input: TO });
    await failure(4, [...words, '--auth-file', from], { env });
    await failure(3, [...words, '--from-auth-file', join(dir, 'none'), ...BOB], { env, input: TO });
  });

  it('can have an identity token', async () => {
    const tokens = await startTokenServer({ users: { bob: TO }, refreshTokens: { refresh: 'bob' } });
    const { realm, verify } = tokens;
    const { registry } = await withImage({ auth: { type: 'bearer', realm, service: 'test', verify } });
    const { image } = await withImage(user('ann', FROM));
    const { env } = await withDockerConfig({});
    const words = ['copy', image, `${registry.host}/mirror/app`, ...ANN, '--to-identity-token-stdin'];
    await success(words, { env, input: `${FROM}\nrefresh\n` });
    await tokens.close();
  });

  it('may be two users of one registry', async () => {
    const { registry, image } = await withImage({ auth: { type: 'basic', users: { ann: FROM, bob: TO } } });
    const { env } = await withDockerConfig({});
    await success(['copy', image, `${registry.host}/mirror/app`, ...ANN, ...BOB], { env, input: `${FROM}\n${TO}` });
    const users = registry.requests.map(({ headers, path }) => [
      path.split('/')[2],
      Buffer.from(headers.authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':')[0],
    ]);
    expect(users).toContainEqual(['team', 'ann']);
    expect(users).toContainEqual(['mirror', 'bob']);
    expect(users).not.toContainEqual(['mirror', 'ann']);
  });
});

describe('is refused before anything is sent:', () => {
  it.each<[string, string[], string, string]>([
    ['one line for two', [...ANN, ...BOB], FROM, 'wanted two lines, got one line'],
    ['three lines', [...ANN, ...BOB], `${FROM}\n${TO}\nmore`, 'wanted two lines, got 3 lines'],
    ['the lines of both for one', ANN, `${FROM}\n${TO}\n`, 'wanted one line, got 2 lines'],
    ['an empty line', [...ANN, ...BOB], `\n${TO}`, 'wanted two lines, got 2 lines'],
    ['no input', ANN, '', '--from-password-stdin reads standard input, which is empty'],
    ['a user without a password', ['--from-username', 'ann'], '', '--from-username needs --from-password-stdin'],
    ['a password without a user', ['--to-password-stdin'], TO, '--to-password-stdin needs --to-username'],
    ['a password and a token', [...ANN, '--from-identity-token-stdin'], FROM, 'exclude each other'],
    ['a user for both beside', [...ANN, '--username', 'bob', '--password-stdin'], FROM, 'exclude each other'],
  ])('%s', async (_, flags, input, said) => {
    const { words, env, source, destination } = await begin();
    const { text } = await failure(2, [...words, ...flags], { env, input });
    expect(text).toContain(said);
    expect(text).not.toMatch(/horse-42/);
    expect([...source.requests, ...destination.requests]).toEqual([]);
  });

  it('a user for a layout', async () => {
    const { words, env } = await begin();
    const { message } = await failure(2, [words[0] ?? '', words[1] ?? '', 'oci:./x', ...BOB], { env, input: TO });
    expect(message).toBe('--to-password-stdin is given, and the destination is not a registry');
  });
});
