import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { dockerCredentials } from '../../../src/io/credentials/lookup.js';
import { isLoopback } from '../../../src/oci/names/reference.js';
import { openRegistry } from '../../../src/store/registry/store.js';
import { withDockerConfig } from '../../support/docker-config.js';
import type { RegistryOptions } from '../../support/registry.js';
import { startTokenServer, type TokenServerOptions } from '../../support/token-server.js';
import {
  attach,
  digests,
  list,
  listDigests,
  listTags,
  noise,
  pushImage,
  readBlob,
  referrerOf,
  text,
} from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const EMPTY_INDEX = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] };
const USERS = { ann: 'secret' };
const ANN = { username: 'ann', password: 'secret' };
const asAnn = { credentials: async () => ANN };

async function withTokens(options: TokenServerOptions = {}, registryOptions: RegistryOptions = {}) {
  const tokens = await startTokenServer({ users: USERS, ...options });
  onTestFinished(() => tokens.close());
  const started = await begin({
    auth: { type: 'bearer', realm: tokens.realm, service: 'registry', verify: tokens.verify },
    ...registryOptions,
  });
  return { tokens, ...started };
}

it('proves who it is with Basic, for every kind of request', async () => {
  const { registry, open } = await begin({ auth: { type: 'basic', users: USERS } });
  const store = open(asAnn);
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  await attach(store, referrerOf(image.descriptor, 'application/spdx+json'));
  expect(await list(open(asAnn), image.descriptor)).toHaveLength(1);
  expect(await listTags(open(asAnn))).toEqual(['v1']);
  registry.clear();
  // What is wanted here was said once, to the first store of this process.
  const reader = open(asAnn);
  for (let n = 0; n < 3; n++) await reader.resolve({ tag: 'v1' });
  expect(registry.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
});

it('works for nobody in particular with an anonymous token', async () => {
  const { tokens, store } = await withTokens();
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  expect((await store.resolve({ tag: 'v1' })).digest).toBe(image.descriptor.digest);
  expect(tokens.questions).toHaveLength(1);
  expect(tokens.questions[0]?.user).toBeUndefined();
});

it('fetches one token for all that a command does', async () => {
  const { tokens, open } = await withTokens({ delay: 30, access: (user) => user === 'ann' });
  const store = open(asAnn);
  const blobs = Array.from({ length: 8 }, (_, n) => noise(300_000, String(n)));
  await Promise.all(blobs.map(({ descriptor, open: source }) => store.writeBlob(descriptor, source)));
  const image = await pushImage(store, 'image', { tags: ['v1'] });
  await attach(store, referrerOf(image.descriptor, 'application/spdx+json'));
  await Promise.all(blobs.map(({ descriptor }) => readBlob(store, descriptor)));
  expect(tokens.questions).toEqual([
    expect.objectContaining({ user: 'ann', scopes: [`repository:${REPOSITORY}:pull,push`] }),
  ]);
});

it('asks only for what it will do', async () => {
  const { tokens, registry, open } = await withTokens();
  registry.putManifest(REPOSITORY, EMPTY_INDEX, { tag: 'v1' });
  await open({ access: 'read' }).resolve({ tag: 'v1' });
  await pushImage(open(), 'image', { tags: ['v1'] });
  expect(tokens.questions.map(({ scopes }) => scopes)).toEqual([
    [`repository:${REPOSITORY}:pull`],
    [`repository:${REPOSITORY}:pull,push`],
  ]);
});

it('asks for no second token within one process, and gives no token to somebody else', async () => {
  const { tokens, registry, open } = await withTokens({ users: { ann: 'secret', bob: 'other' } });
  await pushImage(open(asAnn), 'image', { tags: ['v1'] });
  registry.clear();
  // More covers less.
  for (const access of ['write', 'read'] as const) await open({ ...asAnn, access }).resolve({ tag: 'v1' });
  expect(tokens.questions).toHaveLength(1);
  expect(registry.requests.map(({ status }) => status)).toEqual([200, 200]);
  await open({ credentials: async () => ({ username: 'bob', password: 'other' }) }).resolve({ tag: 'v1' });
  await open().resolve({ tag: 'v1' });
  expect(tokens.questions.map(({ user }) => user)).toEqual(['ann', 'bob', undefined]);
});

it('renews a token before it ends', async () => {
  const { tokens, registry, store } = await withTokens({ expiresIn: 1 });
  await pushImage(store, 'image', { tags: ['v1'] });
  await sleep(900);
  registry.clear();
  await store.resolve({ tag: 'v1' });
  expect(tokens.questions).toHaveLength(2);
  expect(registry.requests.map(({ status }) => status)).toEqual([200]);
});

it('uses a refresh token by POST, and a ready token as it is', async () => {
  const { tokens, open } = await withTokens({ refreshTokens: { 'refresh-me': 'ann' } });
  const refresh = open({ credentials: async () => ({ identityToken: 'refresh-me' }) });
  await pushImage(refresh, 'image', { tags: ['v1'] });
  expect(tokens.questions).toEqual([
    expect.objectContaining({ method: 'POST', grantType: 'refresh_token', user: 'ann', service: 'registry' }),
  ]);
  const ready = await begin({
    auth: { type: 'bearer', realm: tokens.realm, service: 'registry', verify: (token) => token === 'ready-made' },
  });
  await pushImage(ready.open({ credentials: async () => ({ registryToken: 'ready-made' }) }), 'image', {
    tags: ['v1'],
  });
  expect(tokens.questions).toHaveLength(1);
});

it('sends a password by POST where the token server does not know GET', async () => {
  const { tokens, open } = await withTokens({
    fault: ({ method }) => (method === 'GET' ? { status: 405 } : undefined),
    users: { ann: 'secret' },
  });
  await pushImage(open(asAnn), 'image', { tags: ['v1'] });
  expect(tokens.questions).toEqual([expect.objectContaining({ method: 'POST', grantType: 'password', user: 'ann' })]);
});

it('gets a new token when the old one has expired, also in the middle of an upload', async () => {
  const { tokens, store } = await withTokens();
  await pushImage(store, 'image', { tags: ['v1'] });
  tokens.revoke();
  expect((await store.resolve({ tag: 'v1' })).size).toBeGreaterThan(0);
  expect(tokens.questions).toHaveLength(2);
  const upload = await withTokens(
    {},
    {
      fault: ({ method, path }) => {
        // Between the POST and the PUT.
        if (method === 'PUT' && path.includes('/blobs/')) revoke();
        return undefined;
      },
    },
  );
  let times = 0;
  const revoke = () => {
    if (times++ === 0) upload.tokens.revoke();
  };
  const content = noise(300_000);
  expect(await upload.store.writeBlob(content.descriptor, content.open)).toBe('written');
  expect((await readBlob(upload.store, content.descriptor)).equals(content.bytes)).toBe(true);
  expect(upload.tokens.questions).toHaveLength(2);
});

it.each<[string, string | readonly string[]]>([
  ['without quotes', 'Bearer realm={realm},service=registry,scope={scope}'],
  ['in another case and order', 'bEARER Scope="{scope}",SERVICE="registry", Realm="{realm}"'],
  ['behind another one', ['Negotiate', 'Bearer realm="{realm}",service="registry",scope="{scope}"']],
])('reads a challenge %s', async (_, challenge) => {
  const tokens = await startTokenServer({ users: USERS });
  onTestFinished(() => tokens.close());
  const filled = [challenge].flat().map((each) => each.replace('{realm}', tokens.realm));
  const { store } = await begin({
    auth: { type: 'bearer', realm: tokens.realm, service: 'registry', verify: tokens.verify, challenge: filled },
  });
  await pushImage(store, 'image', { tags: ['v1'] });
  expect(tokens.questions[0]?.scopes).toEqual([`repository:${REPOSITORY}:pull,push`]);
});

it.each<[string, RegistryOptions['auth'] | 'tokens']>([
  ['Basic', { type: 'basic', users: USERS }],
  ['Bearer', 'tokens'],
])('says that a password is wrong (%s), and does not go on asking', async (_, kind) => {
  const { registry, open } =
    kind === 'tokens' ? await withTokens() : await begin(kind === undefined ? {} : { auth: kind });
  const store = open({ credentials: async () => ({ username: 'ann', password: 'wrong!' }) });
  for (const asking of [
    () => store.resolve({ tag: 'v1' }),
    () => listTags(store),
    () => list(store, text('x').descriptor),
  ]) {
    registry.clear();
    await expect(asking()).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      hint: expect.stringContaining(registry.host),
      message: expect.not.stringContaining('wrong!'),
    });
    expect(registry.requests.length).toBeLessThanOrEqual(4);
  }
});

it('says that somebody may not do something', async () => {
  const { store, open } = await begin({ fault: () => ({ status: 403, body: '{"errors":[{"code":"DENIED"}]}' }) });
  await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'FORBIDDEN', status: 403 });
  const { tokens, store: reader } = await withTokens({ access: (_, __, action) => action === 'pull' });
  // The token is given, and is not enough: asking again for the same would not end.
  await expect(pushImage(reader, 'image')).rejects.toMatchObject({ code: 'UNAUTHORIZED', status: 401 });
  expect(tokens.questions.length).toBeLessThanOrEqual(4);
  await expect(open().hasBlob(text('x').descriptor)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

it('sends no credential along to where blobs are stored, nor to where uploads go (E11)', async () => {
  const { registry, open } = await begin({
    auth: { type: 'basic', users: USERS },
    redirectBlobs: true,
    location: 'other-host',
  });
  const store = open(asAnn);
  const content = noise(300_000);
  await store.writeBlob(content.descriptor, content.open);
  expect((await readBlob(store, content.descriptor)).equals(content.bytes)).toBe(true);
  const elsewhere = registry.requests.filter(({ headers }) => headers.host === registry.otherHost);
  expect(elsewhere.map(({ method }) => method)).toEqual(['PUT', 'GET']);
  for (const { headers } of elsewhere) expect(headers.authorization).toBeUndefined();
});

it('uses the credential of exactly this host and port', async () => {
  const { registry } = await begin({ auth: { type: 'basic', users: USERS } });
  const [, port = ''] = registry.host.split(':');
  for (const [key, code] of [
    [registry.host, 'NOT_FOUND'],
    ['127.0.0.1', 'UNAUTHORIZED'],
    [`127.0.0.1:${port.slice(0, -1)}`, 'UNAUTHORIZED'],
    [`localhost:${port}`, 'UNAUTHORIZED'],
  ] as const) {
    const { env } = await withDockerConfig({ [key]: ANN });
    const store = openRegistry(
      { registry: registry.host, repository: REPOSITORY },
      { credentials: dockerCredentials(env) },
    );
    onTestFinished(() => store.close());
    await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({ code });
  }
});

it.each([
  ['localhost', true],
  ['localhost:5000', true],
  ['127.0.0.1:80', true],
  ['127.1.2.3', true],
  ['[::1]:5000', true],
  ['[::1]', true],
  ['LOCALHOST:5000', true],
  ['registry.localhost', true],
  ['localhost.:5000', true],
  ['[0:0:0:0:0:0:0:1]:5000', true],
  ['[::ffff:127.0.0.1]:5000', true],
  ['[::ffff:10.0.0.1]:5000', false],
  ['localhost-1:5000', false],
  ['localhost.example.org', false],
  ['127.0.0.1.example.org', false],
  ['mylocalhost:5000', false],
  ['10.0.0.1:5000', false],
  ['[::2]:5000', false],
  ['registry.example:5000', false],
])('takes %s for this machine: %j', (host, plain) => {
  expect(isLoopback(host)).toBe(plain);
});

it('speaks TLS to loopback when it is told to, and says what went wrong', async () => {
  const { open } = await begin();
  await expect(open({ plainHttp: false }).resolve({ tag: 'v1' })).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining('TLS'),
    hint: expect.stringContaining('--plain-http'),
  });
});

it('attaches and lists through one token, without the API', async () => {
  const { tokens, open } = await withTokens({}, { referrers: 'none' });
  const store = open(asAnn);
  const image = await pushImage(store, 'image');
  const sbom = referrerOf(image.descriptor, 'application/spdx+json');
  await attach(store, sbom);
  expect(await listDigests(store, image.descriptor)).toEqual(digests(sbom));
  expect(tokens.questions).toHaveLength(1);
});

it('asks the registry anew where the token server that it named is gone', async () => {
  const [first, second] = [
    await startTokenServer({ users: USERS }),
    await startTokenServer({ users: { bob: 'pass' } }),
  ];
  onTestFinished(() => second.close());
  const auth = { type: 'bearer' as const, service: 'registry', realm: first.realm, verify: first.verify };
  const { registry, open } = await begin({ auth });
  await pushImage(open(asAnn), 'image', { tags: ['v1'] });
  await first.close();
  const asBob = { credentials: async () => ({ username: 'bob', password: 'pass' }) };
  // As long as the registry still names it, there is nothing else to ask.
  await expect(open(asBob).resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  Object.assign(auth, { realm: second.realm, verify: second.verify });
  registry.clear();
  await open(asBob).resolve({ tag: 'v1' });
  await pushImage(open(asBob), 'another', { tags: ['v2'] });
  expect(await listTags(open(asBob))).toEqual(['v1', 'v2']);
  expect(second.requests.length).toBeGreaterThan(0);
});
