import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Authority, type Certificate, makeAuthority } from '../../support/certificates.js';
import { startTokenServer, type TokenServerOptions } from '../../support/token-server.js';
import { listTags, readBlob, text } from '../support/artifacts.js';
import { hostile } from './support/hostile-server.js';
import { openStore, REPOSITORY } from './support/start.js';

const CREDENTIAL = { username: 'ann', password: 'pass-word-of-ann' };
const BASIC = `Basic ${Buffer.from('ann:pass-word-of-ann').toString('base64')}`;
const HEADERS = { 'x-team': 'header-secret', cookie: 'session=cookie-secret' };
const asAnn = { credentials: async () => CREDENTIAL, headers: HEADERS };

/** Everything that a server was sent, to be searched for what it must not know. */
function seen(server: { readonly requests: readonly { path: string; headers: object }[] }): string {
  return JSON.stringify(server.requests.map(({ path, headers }) => [path, headers]));
}

const SECRETS = /header-secret|cookie-secret|pass-word|YW5uOnBhc3|x-team|authorization|cookie/i;

async function tokenServer(options: TokenServerOptions = {}) {
  const tokens = await startTokenServer({ users: { ann: CREDENTIAL.password }, ...options });
  onTestFinished(() => tokens.close());
  return tokens;
}

/** A registry that challenges with this realm, once. */
function challenging(realm: string, more = '') {
  return hostile((exchange) =>
    exchange.request.headers.authorization === undefined
      ? exchange.reply(401, { 'www-authenticate': `Bearer realm="${realm}",service="s"${more}` })
      : exchange.reply(404),
  );
}

describe('a realm', () => {
  it('on another host gets the credentials for this registry, and nothing else', async () => {
    const tokens = await tokenServer();
    const registry = await challenging(tokens.realm);
    const asked: unknown[] = [];
    const store = openStore(registry.host, REPOSITORY, {
      ...asAnn,
      credentials: async (...who) => {
        asked.push(who);
        return CREDENTIAL;
      },
    });
    await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // Whose credentials they are is decided by the registry's name, never by the realm.
    expect(asked).toEqual([[registry.host, REPOSITORY]]);
    expect(tokens.requests).toHaveLength(1);
    expect(tokens.requests[0]?.headers.authorization).toBe(BASIC);
    expect(seen(tokens)).not.toMatch(/header-secret|cookie-secret|x-team/);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://169.254.169.254./',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[fe80::1]/token',
    'http://[FEBF::1]/token',
    'http://[::ffff:169.254.169.254]/token',
  ])('at the link-local address %s is not asked', async (realm) => {
    const registry = await challenging(realm);
    const asking = openStore(registry.host, REPOSITORY, asAnn).resolve({ tag: 'v1' });
    await expect(asking).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining("of this machine's own network"),
      hint: expect.stringContaining('No credential was sent'),
    });
    expect(registry.requests).toHaveLength(1);
  });

  it.each(['file:///etc/passwd', 'gopher://127.0.0.1/', 'token', '', '//', 'http://user:pw@127.0.0.1/'])(
    '%j is not asked',
    async (realm) => {
      const registry = await challenging(realm);
      const asking = openStore(registry.host, REPOSITORY, asAnn).resolve({ tag: 'v1' });
      await expect(asking).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    },
  );

  it('with line breaks in service and scope cannot add a header or a parameter', async () => {
    const tokens = await tokenServer();
    const registry = await challenging(tokens.realm, ',scope="repository:team/app:pull&admin=1\\r\\nx-evil: 1 a:b:c"');
    await expect(openStore(registry.host, REPOSITORY, asAnn).resolve({ tag: 'v1' })).rejects.toThrow();
    const [request] = tokens.requests;
    expect(request?.headers['x-evil']).toBeUndefined();
    expect(new URL(request?.path ?? '', tokens.url).searchParams.get('admin')).toBeNull();
  });
});

describe('a token server', () => {
  it('cannot pass the credentials on with a redirect', async () => {
    const other = await hostile((exchange) => exchange.reply(200, {}, '{"token":"x"}'));
    const tokens = await tokenServer({ redirect: `${other.url}/token` });
    const registry = await challenging(tokens.realm);
    await expect(openStore(registry.host, REPOSITORY, asAnn).resolve({ tag: 'v1' })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('redirects'),
    });
    expect(other.requests).toEqual([]);
  });

  it.each(['a\\r\\nx-evil: 1', 'a b', 'a\\u0000', 'tök'])('cannot add a header with the token %j', async (token) => {
    const tokens = await hostile((exchange) => exchange.reply(200, {}, `{"token":"${token}"}`));
    const registry = await challenging(`${tokens.url}/token`);
    await expect(openStore(registry.host, REPOSITORY, asAnn).resolve({ tag: 'v1' })).rejects.toMatchObject({
      code: 'MALFORMED',
    });
    expect(registry.requests).toHaveLength(1);
  });
});

describe('a redirect to another origin', () => {
  it.each([301, 302, 307, 308])('takes neither token nor headers nor cookies along (%i)', async (status) => {
    const content = text('content');
    const other = await hostile((exchange) => exchange.reply(200, { 'set-cookie': 'a=b' }, content.bytes));
    const registry = await hostile((exchange) =>
      exchange.request.headers.authorization === undefined
        ? exchange.reply(401, { 'www-authenticate': 'Basic realm="x"', 'set-cookie': 'tracking=1' })
        : exchange.reply(status, { location: `${other.url}/blob`, 'set-cookie': 'tracking=2' }),
    );
    const store = openStore(registry.host, REPOSITORY, asAnn);
    expect((await readBlob(store, content.descriptor)).equals(content.bytes)).toBe(true);
    expect(registry.requests[1]?.headers).toMatchObject({ authorization: BASIC, ...HEADERS });
    expect(other.requests).toHaveLength(1);
    expect(seen(other)).not.toMatch(SECRETS);
    // Cookies that a registry sets are never sent back.
    expect(seen(registry)).not.toContain('tracking');
  });

  it('gets no credentials when it asks for them', async () => {
    const other = await hostile((exchange) => exchange.reply(401, { 'www-authenticate': 'Basic realm="x"' }));
    const registry = await hostile((exchange) => exchange.reply(307, { location: `${other.url}/blob` }));
    await expect(openStore(registry.host, REPOSITORY, asAnn).openBlob(text('x').descriptor)).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    expect(other.requests).toHaveLength(1);
    expect(seen(other)).not.toMatch(SECRETS);
  });

  it('without end ends', async () => {
    const registry = await hostile((exchange) => exchange.reply(307, { location: `${exchange.path}x` }));
    await expect(openStore(registry.host, REPOSITORY).resolve({ tag: 'v1' })).rejects.toMatchObject({
      code: 'REJECTED',
      message: expect.stringContaining('without end'),
    });
    expect(registry.count()).toBe(11);
  });
});

it('sends an upload on to another host without credentials', async () => {
  const other = await hostile(async (exchange) => {
    for await (const _ of exchange.body());
    await exchange.reply(201);
  });
  const registry = await hostile((exchange) =>
    exchange.request.headers.authorization === undefined
      ? exchange.reply(401, { 'www-authenticate': 'Basic realm="x"' })
      : exchange.method === 'POST'
        ? exchange.reply(202, { location: `${other.url}/upload?_state=1` })
        : exchange.reply(404),
  );
  const content = text('content');
  const store = openStore(registry.host, REPOSITORY, asAnn);
  expect(await store.writeBlob(content.descriptor, content.open)).toBe('written');
  expect(other.requests.map(({ method, requestBytes }) => [method, requestBytes])).toEqual([['PUT', 7]]);
  expect(seen(other)).not.toMatch(SECRETS);
});

it('asks no other host for the next page', async () => {
  const other = await hostile((exchange) => exchange.reply(200, {}, '{"tags":[]}'));
  const registry = await hostile((exchange) =>
    exchange.reply(200, { link: `<${other.url}/v2/x>; rel="next"` }, '{"tags":["a"]}'),
  );
  await expect(listTags(openStore(registry.host, REPOSITORY, asAnn))).rejects.toMatchObject({
    code: 'MALFORMED',
    message: expect.stringContaining('another host'),
  });
  expect(other.requests).toEqual([]);
});

describe('from https to plain http goes', () => {
  let authority: Authority;
  let tls: Certificate;
  beforeAll(async () => {
    authority = await makeAuthority();
    tls = await authority.server();
  });
  const open = (host: string) =>
    openStore(host, REPOSITORY, { ...asAnn, ca: authority.ca, plainHttp: false, timeout: 5_000 });
  const plain = () => hostile((exchange) => exchange.reply(200, {}, '{}'));

  it('no redirect', async () => {
    const other = await plain();
    const registry = await hostile((exchange) => exchange.reply(307, { location: `${other.url}/x` }), { tls });
    await expect(open(registry.host).resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'REJECTED' });
    expect(other.requests).toEqual([]);
  });

  it('no upload', async () => {
    const other = await plain();
    const registry = await hostile(
      (exchange) =>
        exchange.method === 'POST' ? exchange.reply(202, { location: `${other.url}/x` }) : exchange.reply(404),
      { tls },
    );
    const content = text('content');
    await expect(open(registry.host).writeBlob(content.descriptor, content.open)).rejects.toMatchObject({
      code: 'REJECTED',
      message: expect.stringContaining('not safe'),
    });
    expect(other.requests).toEqual([]);
  });

  it('no next page, not even of the same host', async () => {
    const registry = await hostile(
      (exchange, own) => exchange.reply(200, { link: `<http://${own.host}/v2/x>; rel="next"` }, '{"tags":["a"]}'),
      { tls },
    );
    await expect(listTags(open(registry.host))).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(registry.requests).toHaveLength(1);
  });

  it('no question for a token', async () => {
    const tokens = await tokenServer();
    const registry = await hostile(
      (exchange) => exchange.reply(401, { 'www-authenticate': `Bearer realm="${tokens.realm}",service="s"` }),
      { tls },
    );
    await expect(open(registry.host).resolve({ tag: 'v1' })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('plain http'),
    });
    expect(tokens.requests).toEqual([]);
  });
});
