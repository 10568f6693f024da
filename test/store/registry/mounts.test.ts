import { expect, it, onTestFinished } from 'vitest';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { type RegistryOptions, startRegistry } from '../../support/registry.js';
import { startTokenServer, type TokenServerOptions } from '../../support/token-server.js';
import { noise, readBlob, text } from '../support/artifacts.js';
import { begin, openStore, REPOSITORY } from './support/start.js';

const OTHER = 'team/base';
const LARGE = 700 * 1024;
const DENIED = '{"errors":[{"code":"DENIED","message":"no mounts"}]}';

function onMount(fault: Fault) {
  return ({ method, path }: FaultRequest) => (method === 'POST' && path.includes('mount=') ? fault : undefined);
}

function mounts({ requests }: { requests: readonly { path: string }[] }): readonly string[] {
  return requests.map(({ path }) => path).filter((path) => path.includes('mount='));
}

const REFUSALS: readonly [string, Fault][] = [
  ...[400, 401, 402, 403, 404, 405, 409, 415, 500, 501, 502, 504].map((status): [string, Fault] => [
    `is answered with ${status}`,
    { status, body: DENIED },
  ]),
  ['is answered with a web page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
  ['cuts the connection', 'reset'],
  ['begins a session without address', { status: 202 }],
  ['begins a session at an address that is not safe', { status: 202, headers: { location: 'ftp://example.org/x' } }],
  ['leads to plain nonsense', { status: 307, headers: { location: 'gopher://x' } }],
];

it.each(REFUSALS)('uploads, from elsewhere and from its own repository, where a mount %s', async (_, fault) => {
  for (const mountFrom of [undefined, OTHER]) {
    const { registry, store } = await begin({ fault: onMount(fault) });
    for (const content of [text('small'), noise(LARGE)]) {
      expect(await store.writeBlob(content.descriptor, content.open, { mountFrom })).toBe('written');
      expect((await readBlob(store, content.descriptor)).equals(content.bytes)).toBe(true);
    }
    expect(registry.repository(REPOSITORY).blobs.size).toBe(2);
  }
});

it('gives up a mount that never is answered, and uploads', async () => {
  const { store } = await begin({ fault: onMount('stall') }, { timeout: 200 });
  const { descriptor, open } = text('content');
  expect(await store.writeBlob(descriptor, open, { mountFrom: OTHER })).toBe('written');
});

it('asks for no more mounts from a repository that refuses them, and mounts from others', async () => {
  const refused = onMount({ status: 403 });
  const { registry, store } = await begin({
    fault: (request) => (request.path.includes('private') ? refused(request) : undefined),
  });
  const many = Array.from({ length: 20 }, (_, index) => text(`blob ${index}`));
  for (const { descriptor, open } of many) await store.writeBlob(descriptor, open, { mountFrom: 'team/private' });
  expect(mounts(registry)).toHaveLength(2);
  const base = registry.putBlob(OTHER, 'layer of the base');
  const content = text('layer of the base');
  expect(base.digest).toBe(content.descriptor.digest);
  expect(await store.writeBlob(content.descriptor, content.open, { mountFrom: OTHER })).toBe('mounted');
  expect(content.opened).toBe(0);
});

it.each([429, 502, 503])('mounts at the second attempt where the first is answered with %i', async (status) => {
  let left = 1;
  const fault = onMount({ status });
  const { registry, store } = await begin({
    fault: (request) => (request.path.includes('mount=') && left-- > 0 ? fault(request) : undefined),
  });
  const content = noise(LARGE);
  registry.putBlob(OTHER, content.bytes);
  expect(await store.writeBlob(content.descriptor, content.open, { mountFrom: OTHER })).toBe('mounted');
});

it('finds a blob that is there although its own repository refuses to mount', async () => {
  const { registry, store, open } = await begin({ fault: onMount({ status: 401, body: DENIED }) });
  const content = text('content');
  await store.writeBlob(content.descriptor, content.open);
  registry.clear();
  expect(await open().writeBlob(content.descriptor, content.open)).toBe('exists');
  expect(registry.count('PUT')).toBe(0);
});

it.each([401, 403, 500])('fails as the upload fails, where both are refused (%i)', async (status) => {
  const plain = JSON.stringify({ errors: [{ code: 'QUOTA', message: 'the plain upload' }] });
  const { store } = await begin({
    fault: ({ method, path }) => {
      if (method !== 'POST') return undefined;
      return path.includes('mount=') ? { status, body: DENIED } : { status: 403, body: plain };
    },
  });
  const { descriptor, open } = text('content');
  await expect(store.writeBlob(descriptor, open, { mountFrom: OTHER })).rejects.toMatchObject({
    code: 'FORBIDDEN',
    codes: ['QUOTA'],
    message: expect.stringContaining('the plain upload'),
  });
});

it('is interrupted while it asks to mount', async () => {
  const { registry, store } = await begin({ fault: onMount('stall') });
  const controller = new AbortController();
  const { descriptor, open } = text('content');
  setTimeout(() => controller.abort(), 50);
  const writing = store.writeBlob(descriptor, open, { mountFrom: OTHER, signal: controller.signal });
  await expect(writing).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(registry.count('POST')).toBe(1);
});

/** A registry with a token server that has its own mind about two repositories in one question. */
async function withTokens(
  serverOptions: (both: (scopes: string) => boolean) => TokenServerOptions,
  options: RegistryOptions = {},
) {
  const both = (path: string) => path.includes(encodeURIComponent(OTHER)) && path.includes('app');
  const server = await startTokenServer({ users: { ann: 'secret' }, ...serverOptions(both) });
  onTestFinished(() => server.close());
  const auth = { type: 'bearer', realm: server.realm, service: 'registry', verify: server.verify } as const;
  const registry = await startRegistry({ auth, ...options });
  onTestFinished(() => registry.close());
  const store = openStore(registry.host, REPOSITORY, {
    credentials: async () => ({ username: 'ann', password: 'secret' }),
  });
  return { registry, server, store };
}

it.each<[string, (both: (path: string) => boolean) => TokenServerOptions]>([
  ...[400, 401, 403, 500].map((status): [string, (both: (path: string) => boolean) => TokenServerOptions] => [
    `is refused with ${status}`,
    (both) => ({ fault: ({ path }) => (both(path) ? { status } : undefined) }),
  ]),
  ['is not well formed', (both) => ({ fault: ({ path }) => (both(path) ? { status: 200, body: 'no' } : undefined) })],
  ['is cut off', (both) => ({ fault: ({ path }) => (both(path) ? 'reset' : undefined) })],
  ['holds for the first alone', () => ({ firstScopeOnly: true })],
  ['holds for its own alone', () => ({ access: (_user, repository) => repository === REPOSITORY })],
])('uploads where a token for both repositories %s, and goes on with its own', async (_, serverOptions) => {
  const { registry, server, store } = await withTokens(serverOptions);
  const large = noise(LARGE);
  registry.putBlob(OTHER, large.bytes);
  for (const content of [large, text('one'), text('two')])
    expect(await store.writeBlob(content.descriptor, content.open, { mountFrom: OTHER })).toBe('written');
  const { digest } = registry.putManifest(REPOSITORY, '{"schemaVersion":2}', { tag: 'v1' });
  expect(await store.findTag('v1')).toMatchObject({ digest });
  // The refusals of the first mount are remembered.
  expect(server.requests.length).toBeLessThan(14);
});

it('mounts with one token for both where it gets one, and asks for it once', async () => {
  const { registry, server, store } = await withTokens(() => ({}));
  for (const name of ['a', 'b', 'c']) {
    registry.putBlob(OTHER, name);
    const { descriptor, open } = text(name);
    expect(await store.writeBlob(descriptor, open, { mountFrom: OTHER })).toBe('mounted');
  }
  expect(server.questions.filter(({ scopes }) => scopes.some((scope) => scope.includes(OTHER)))).toHaveLength(1);
});
