import { expect, it, onTestFinished } from 'vitest';
import { parseCatalogPlace } from '../../../src/oci/names/catalog.js';
import { repositoryNames } from '../../../src/store/open.js';
import { listCatalog } from '../../../src/store/registry/catalog.js';
import { type Registry, type RegistryOptions, startRegistry } from '../../support/registry.js';
import { startTokenServer } from '../../support/token-server.js';

const anonymous = { credentials: async () => undefined, retryDelay: 5 };
const NAMES = ['team/app', 'team/app/charts', 'team-two/app', 'other', 'team'];

async function withNames(options: RegistryOptions = {}): Promise<Registry> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.close());
  for (const name of NAMES) registry.repository(name);
  return registry;
}

async function all(names: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const name of names) found.push(name);
  return found.sort();
}

it.each<RegistryOptions>([{}, { pageSize: 1 }, { pageSize: 2, link: 'relative' }, { pageSize: 2, link: 'unquoted' }])(
  'lists the repositories of all pages (%j)',
  async (options) => {
    const { host } = await withNames(options);
    expect(await all(listCatalog(host, anonymous))).toEqual(NAMES.toSorted());
  },
);

it('lists whole components of a prefix', async () => {
  const { host } = await withNames();
  const list = (text: string) => all(repositoryNames(parseCatalogPlace(text), anonymous));
  expect(await list(`${host}/team`)).toEqual(['team', 'team/app', 'team/app/charts']);
  expect(await list(`${host}/team/app`)).toEqual(['team/app', 'team/app/charts']);
  expect(await list(`${host}/tea`)).toEqual([]);
});

it.each([404, 405, 501])('says that a registry that answers %i gives no list', async (status) => {
  const { host } = await withNames({ fault: ({ path }) => (path.includes('_catalog') ? { status } : undefined) });
  await expect(all(listCatalog(host, anonymous))).rejects.toMatchObject({ code: 'UNSUPPORTED', status });
});

it.each<[number, string]>([
  [401, 'UNAUTHORIZED'],
  [403, 'FORBIDDEN'],
  [429, 'BUSY'],
  [500, 'BUSY'],
  [400, 'REJECTED'],
])('takes %i for no list (%s)', async (status, code) => {
  const { host } = await withNames({ fault: ({ path }) => (path.includes('_catalog') ? { status } : undefined) });
  await expect(all(listCatalog(host, anonymous))).rejects.toMatchObject({ code, status });
});

it('tells an account that is not given the list from one that is not known', async () => {
  const { host } = await withNames({
    auth: { type: 'basic', users: { robot: 'secret' } },
    fault: ({ path, headers }) =>
      path.includes('_catalog')
        ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: headers.authorization ?? '' }
        : undefined,
  });
  const as = (password: string) => ({ ...anonymous, credentials: async () => ({ username: 'robot', password }) });
  await expect(all(listCatalog(host, as('secret')))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  await expect(all(listCatalog(host, as('wrong')))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
});

it('asks for a token of the scope that the challenge names', async () => {
  const tokens = await startTokenServer();
  onTestFinished(() => tokens.close());
  const scope = 'registry:catalog:*';
  const { host } = await withNames({
    auth: {
      type: 'bearer',
      realm: tokens.realm,
      service: 'test',
      verify: (token) => tokens.verify(token, ''),
      challenge: `Bearer realm="${tokens.realm}",service="test",scope="${scope}"`,
    },
  });
  expect(await all(listCatalog(host, anonymous))).toEqual(NAMES.toSorted());
  expect(tokens.requests.map(({ path }) => new URL(path, tokens.realm).searchParams.getAll('scope'))).toEqual([
    [scope],
  ]);
});

it('takes no half list for a whole one', async () => {
  const { host } = await withNames({
    pageSize: 2,
    fault: ({ path }) => (path.includes('last=') ? { status: 403 } : undefined),
  });
  await expect(all(listCatalog(host, anonymous))).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
