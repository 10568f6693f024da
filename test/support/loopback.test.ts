import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withDockerConfig } from './docker-config.js';
import type { Fault } from './loopback.js';
import { startProxy } from './proxy.js';
import { startRegistry } from './registry.js';
import { tempDir, tree } from './temp.js';
import { startTokenServer } from './token-server.js';

async function keep<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  onTestFinished(() => server.close());
  return server;
}

/** What became of a GET: its status and the bytes that arrived. */
async function get(url: string, timeout = 20_000): Promise<string> {
  let bytes = 0;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeout) });
    for await (const chunk of answer.body ?? []) bytes += chunk.length;
    return `${answer.status} ${bytes}`;
  } catch (error) {
    return `${error instanceof Error ? error.name : error} ${bytes}`;
  }
}

const faults: [Fault, string][] = [
  [{ status: 503, body: 'busy' }, '503 4'],
  ['reset', 'TypeError 0'],
  ['stall', 'TimeoutError 0'],
  [{ cutAfter: 1000 }, 'TypeError 1000'],
  [{ stallAfter: 1000 }, 'TimeoutError 1000'],
];

describe.each(['registry', 'proxy'])('faults of a %s', (kind) => {
  it.each(faults)('%j: once, then well again', async (fault, expected) => {
    const options = { fault: ({ count }: { count: number }) => (count === 1 ? fault : undefined) };
    const registry = await keep(startRegistry(kind === 'registry' ? options : {}));
    const server = kind === 'registry' ? registry : await keep(startProxy(registry.host, options));
    const { digest } = registry.putBlob('a', Buffer.alloc(5000));
    const url = `${server.url}/v2/a/blobs/${digest}`;
    expect(await get(url, expected.startsWith('Timeout') ? 1500 : undefined)).toBe(expected);
    expect(await get(url)).toBe('200 5000');
    expect(server.duplicates()).toEqual([{ method: 'GET', path: `/v2/a/blobs/${digest}`, count: 2 }]);
  });
});

it('the proxy passes bodies and headers on and keeps clients on itself', async () => {
  const auth = { type: 'basic', users: { me: 'x' }, challenge: ['Basic realm="a"', 'Negotiate'] } as const;
  const registry = await keep(startRegistry({ location: 'absolute', auth }));
  const proxy = await keep(startProxy(registry.host));
  const refused = await fetch(`${proxy.url}/v2/`);
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="a", Negotiate']);
  const headers = { authorization: `Basic ${Buffer.from('me:x').toString('base64')}` };
  const opened = await fetch(`${proxy.url}/v2/a/blobs/uploads/`, { method: 'POST', headers });
  const location = opened.headers.get('location') ?? '';
  expect(location).toContain(`http://${proxy.host}/`);
  const body = Buffer.alloc(3_000_000, 'x');
  expect((await fetch(location, { method: 'PATCH', body, headers })).headers.get('range')).toBe('0-2999999');
  expect(proxy.requests.map(({ status, requestBytes }) => [status, requestBytes])).toEqual([
    [401, 0],
    [202, 0],
    [202, 3_000_000],
  ]);
  expect(proxy.requests.every(({ start, end }) => start < end)).toBe(true);
});

it('the log tells requests in sequence from requests at once', async () => {
  const registry = await keep(startRegistry({ latency: 200 }));
  const ping = () => fetch(`${registry.url}/v2/`);
  await Promise.all([ping(), ping(), ping()]);
  expect([registry.count('GET', /^\/v2/), registry.count('PUT'), registry.series()]).toEqual([3, 0, 1]);
  await ping();
  await ping();
  expect(registry.series()).toBe(3);
  registry.clear();
  expect([registry.requests, registry.series(), registry.duplicates()]).toEqual([[], 0, []]);
});

it('tokens are given for what a user may do, and are worth no more', async () => {
  const tokens = await keep(
    startTokenServer({ users: { me: 'x' }, access: (user, _, action) => user === 'me' || action === 'pull' }),
  );
  const { realm, verify } = tokens;
  const registry = await keep(startRegistry({ auth: { type: 'bearer', realm, service: 's', verify } }));
  registry.putManifest('a', '{}', { tag: 'v1' });
  const url = `${registry.url}/v2/a/manifests/v1`;
  const challenge = (await fetch(url, { method: 'PUT', body: '{}' })).headers.get('www-authenticate');
  expect(challenge).toBe(`Bearer realm="${realm}",service="s",scope="repository:a:pull,push"`);
  const query = 'service=s&scope=repository:a:pull,push';
  const read = async (answer: Response): Promise<string> => JSON.parse(await answer.text()).token;
  const anonymous = await read(await fetch(`${realm}?${query}`));
  const body = new URLSearchParams(`${query}&grant_type=password&username=me&password=x`);
  const own = await read(await fetch(realm, { method: 'POST', body }));
  const use = async (token: string, method: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x' };
    return (await fetch(url, { method, headers, ...(method === 'PUT' && { body: '{}' }) })).status;
  };
  expect([await use(anonymous, 'GET'), await use(anonymous, 'PUT'), await use(own, 'PUT')]).toEqual([200, 401, 201]);
  tokens.revoke();
  expect(await use(own, 'GET')).toBe(401);
  body.set('password', 'wrong');
  expect((await fetch(realm, { method: 'POST', body })).status).toBe(401);
  expect(tokens.questions.map(({ user, grantType }) => [user, grantType])).toEqual([
    [undefined, undefined],
    ['me', 'password'],
    ['me', 'password'],
  ]);
});

it('temporary directories and Docker configurations are private to a test', async () => {
  const { dir, home, env } = await withDockerConfig(
    { 'host:5000': { username: 'me', password: 'a:b' } },
    { credsStore: 'x' },
  );
  expect(JSON.parse(await readFile(join(dir, 'config.json'), 'utf8'))).toEqual({
    auths: { 'host:5000': { auth: 'bWU6YTpi' } },
    credsStore: 'x',
  });
  expect([env.DOCKER_CONFIG, env.HOME, env.XDG_CONFIG_HOME]).toEqual([dir, home, undefined]);
  const temp = await tempDir();
  await writeFile(join(temp, 'b'), '');
  await writeFile(join(temp, 'a'), '');
  expect(await tree(temp)).toEqual(['a', 'b']);
  expect(await tree(join(dir, '..'))).toEqual(['docker/config.json', 'home/']);
});
