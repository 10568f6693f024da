import { Readable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { Authorizer, type AuthorizerOptions } from '../../../src/io/auth/authorizer.js';
import { HttpClient } from '../../../src/io/http/client.js';
import type { HttpResponse } from '../../../src/io/http/response.js';
import { startTokenServer, type TokenServer, type TokenServerOptions } from '../../support/token-server.js';

const ANN = { username: 'ann', password: 'secret' };

async function tokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const server = await startTokenServer(options);
  onTestFinished(() => server.close());
  return server;
}

function authorizer(options: Partial<AuthorizerOptions> = {}): Authorizer {
  const http = new HttpClient({ timeout: 5_000, retryDelay: 5 });
  onTestFinished(() => http.close());
  return new Authorizer(http, {
    origin: new URL('http://localhost'),
    registry: 'reg.example',
    repository: 'team/app',
    actions: ['pull', 'push'],
    credentials: async (registry) => (registry === 'reg.example' ? ANN : undefined),
    ...options,
  });
}

/** A 401 with these challenges; what an `Authorizer` looks at is the header alone. */
async function challenged(...challenges: readonly string[]): Promise<HttpResponse> {
  return {
    status: 401,
    header: () => challenges.join(', '),
    headers: () => challenges,
    url: new URL('http://localhost/v2/'),
    attempt: 1,
    retry: false,
    content: undefined,
    timeout: 5_000,
    body: Readable.from([]),
  };
}

/** The header that answers a challenge. */
async function answer(auth: Authorizer, response: HttpResponse, sent?: string): Promise<string | undefined> {
  return (await auth.answer(response, sent))?.header;
}

function bearer(realm: string, scope = 'repository:team/app:pull'): Promise<HttpResponse> {
  return challenged(`Bearer realm="${realm}",service="the service",scope="${scope}"`);
}

it('answers Basic with the credential, once', async () => {
  const auth = authorizer();
  const header = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
  expect(await answer(auth, await challenged('BASIC realm="x"'))).toBe(header);
  expect(await auth.header()).toBe(header);
  expect(await answer(auth, await challenged('Basic realm="x"'), header)).toBeUndefined();
});

it('has nothing to answer without a credential, or to a scheme that it does not know', async () => {
  const nobody = authorizer({ credentials: async () => undefined });
  expect(await answer(nobody, await challenged('Basic realm="x"'))).toBeUndefined();
  for (const challenge of ['Negotiate', 'Digest realm="x"', 'Bearer', '']) {
    expect(await answer(authorizer(), await challenged(challenge))).toBeUndefined();
  }
});

it('prefers Bearer, and takes Basic where that is all', async () => {
  const server = await tokenServer({ users: { ann: 'secret' } });
  const auth = authorizer();
  const both = await challenged('Basic realm="x"', `Bearer realm="${server.realm}"`);
  expect(await answer(auth, both)).toMatch(/^Bearer /);
});

it('asks for a token with all that will be needed, and with the credential', async () => {
  const server = await tokenServer({ users: { ann: 'secret' } });
  await answer(authorizer(), await bearer(`${server.realm}?account=x`));
  expect(server.questions).toEqual([
    expect.objectContaining({ user: 'ann', service: 'the service', scopes: ['repository:team/app:pull,push'] }),
  ]);
  expect(server.requests[0]?.path).toContain('account=x');
});

it('keeps scopes of other repositories behind its own (E14)', async () => {
  const server = await tokenServer({ users: { ann: 'secret' } });
  const scope = 'repository:other/app:pull repository:team/app:delete registry:catalog:*';
  await answer(authorizer(), await bearer(server.realm, scope));
  expect(server.questions[0]?.scopes).toEqual([
    'repository:team/app:pull,push,delete',
    'repository:other/app:pull',
    'registry:catalog:*',
  ]);
});

it.each(['token', 'access_token', 'both'] as const)('reads the token from %s', async (field) => {
  const server = await tokenServer({ field, users: { ann: 'secret' } });
  const auth = authorizer();
  const header = await answer(auth, await bearer(server.realm));
  expect(server.verify(header?.slice('Bearer '.length) ?? '', 'repository:team/app:pull,push')).toBe(true);
});

it('fetches one token for all requests that were challenged at once', async () => {
  const server = await tokenServer({ delay: 50, users: { ann: 'secret' } });
  const auth = authorizer();
  const answers = Array.from({ length: 8 }, async () => answer(auth, await bearer(server.realm)));
  expect(new Set(await Promise.all(answers))).toEqual(new Set([await auth.header()]));
  expect(server.questions).toHaveLength(1);
});

it('fetches another token, once, when the one that it has is refused', async () => {
  const server = await tokenServer({ users: { ann: 'secret' }, delay: 20 });
  const auth = authorizer();
  const old = await answer(auth, await bearer(server.realm));
  const answers = Array.from({ length: 4 }, async () => answer(auth, await bearer(server.realm), old));
  const [renewed] = await Promise.all(answers);
  expect(await Promise.all(answers)).toEqual(Array(4).fill(renewed));
  expect(renewed).not.toBe(old);
  expect(server.questions).toHaveLength(2);
});

it('asks again after a failure to get a token', async () => {
  const server = await tokenServer({
    users: { ann: 'secret' },
    fault: ({ count }) => (count <= 5 ? { status: 503 } : undefined),
  });
  const auth = authorizer();
  await expect(bearer(server.realm).then((response) => answer(auth, response))).rejects.toMatchObject({
    code: 'BUSY',
  });
  expect(await answer(auth, await bearer(server.realm))).toMatch(/^Bearer /);
});

it.each<[string, TokenServerOptions, string]>([
  ['refuses the password', { users: { ann: 'other' } }, 'UNAUTHORIZED'],
  ['refuses everybody', { fault: () => ({ status: 403 }) }, 'FORBIDDEN'],
  ['is overloaded', { fault: () => ({ status: 429 }) }, 'BUSY'],
  ['fails', { fault: () => ({ status: 500 }) }, 'BUSY'],
  ['redirects to another origin', { redirect: 'http://127.0.0.1:1/token' }, 'UNAUTHORIZED'],
  ['redirects without end', { redirect: '/token?again' }, 'UNAUTHORIZED'],
  ['answers too much', { users: { ann: 'secret' }, padTo: 65 * 1024 }, 'MALFORMED'],
  ['answers no JSON', { fault: () => ({ status: 200, body: '<html>' }) }, 'MALFORMED'],
  ['answers no token', { fault: () => ({ status: 200, body: '{"token":""}' }) }, 'MALFORMED'],
  [
    'answers a token that breaks the header',
    { fault: () => ({ status: 200, body: '{"token":"a\\r\\nx: y"}' }) },
    'MALFORMED',
  ],
  ['resets', { fault: () => 'reset' }, 'UNREACHABLE'],
])('fails with a code of its own when the token server %s', async (_, options, code) => {
  const server = await tokenServer(options);
  const answering = bearer(server.realm).then((response) => answer(authorizer(), response));
  await expect(answering).rejects.toMatchObject({ code });
  await expect(answering).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
});

it.each([301, 302, 307, 308])(
  'follows a redirect (%i) of the token server to itself, with the password',
  async (status) => {
    const server = await tokenServer({
      users: { ann: 'secret' },
      fault: ({ path }) => (path.includes('again') ? undefined : { status, headers: { location: `${path}&again=1` } }),
    });
    expect(await answer(authorizer(), await bearer(server.realm))).toMatch(/^Bearer /);
    expect(server.requests).toHaveLength(2);
  },
);

it.each(['"300"', '"soon"', 'null', '{}', '-1', '1e999'])('takes a token whose expires_in is %s', async (lifetime) => {
  const body = `{"token":"good","expires_in":${lifetime}}`;
  const server = await tokenServer({ users: { ann: 'secret' }, fault: () => ({ status: 200, body }) });
  expect(await answer(authorizer(), await bearer(server.realm))).toBe('Bearer good');
});

it('takes a token answer of 64 KiB', async () => {
  const server = await tokenServer({ users: { ann: 'secret' }, padTo: 64 * 1024 });
  expect(await answer(authorizer(), await bearer(server.realm))).toMatch(/^Bearer /);
});

it.each([
  ['http://auth.example/token', 'plain http'],
  ['ftp://auth.example/token', 'not an http address'],
  ['/token', 'not an http address'],
  ['https://user:pass@auth.example/token', 'not an http address'],
  ['https://:pass@auth.example/token', 'not an http address'],
])('sends no credential to the realm %s of an https registry', async (realm, message) => {
  const auth = authorizer({ origin: new URL('https://reg.example') });
  const answering = bearer(realm).then((response) => answer(auth, response));
  await expect(answering).rejects.toMatchObject({ code: 'UNAUTHORIZED', message: expect.stringContaining(message) });
});

it.each(['none', 0, -5] as const)('takes a token whose lifetime is %s', async (expiresIn) => {
  const server = await tokenServer({ users: { ann: 'secret' }, expiresIn });
  expect(await answer(authorizer(), await bearer(server.realm))).toMatch(/^Bearer /);
});

it('remembers no scope that a token server refused, and none of a request that reads from elsewhere', async () => {
  const server = await tokenServer({
    users: { ann: 'secret' },
    fault: ({ path }) => (path.includes('refused') ? { status: 403 } : undefined),
  });
  const auth = authorizer({ repository: 'team/kept' });
  const refused = await bearer(server.realm, 'repository:team/refused:pull');
  await expect(auth.answer(refused, undefined)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await answer(auth, await bearer(server.realm));
  await auth.header('team/other');
  const own = await auth.header();
  expect(own).toMatch(/^Bearer /);
  await answer(auth, await bearer(server.realm), own);
  expect(server.questions.map(({ scopes }) => scopes.length)).toEqual([2, 3, 2]);
  await expect(auth.header('team/refused')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await auth.header()).toMatch(/^Bearer /);
});

it.each(['http://auth.example/token', 'http://10.1.2.3/token', 'http://reg.example.evil.example/token'])(
  'sends no credential over plain http to another host, as %s',
  async (realm) => {
    for (const credential of [ANN, { identityToken: 'refresh' }]) {
      const auth = authorizer({ origin: new URL('http://reg.example'), credentials: async () => credential });
      await expect(answer(auth, await bearer(realm))).rejects.toMatchObject({
        code: 'UNAUTHORIZED',
        message: expect.stringContaining('over plain http'),
        hint: expect.stringContaining('No credential was sent'),
      });
    }
  },
);

it('names the token server of another origin before it gets credentials, and no other', async () => {
  const server = await tokenServer({ users: { ann: 'secret' }, access: () => true });
  const told: unknown[] = [];
  const onCredentials = (...what: unknown[]) => void told.push(what);
  const { origin } = new URL(server.realm);
  await answer(authorizer({ onCredentials, repository: 'a' }), await bearer(server.realm));
  await answer(
    authorizer({ onCredentials, repository: 'b', origin: new URL(origin) }),
    await bearer(server.realm, 'b:b'),
  );
  const anonymous = authorizer({ onCredentials, repository: 'c', credentials: async () => undefined });
  await answer(anonymous, await bearer(server.realm, 'c:c'));
  expect(told).toEqual([['reg.example', origin]]);
  expect(server.requests).toHaveLength(3);
});
