import { expect, it } from 'vitest';
import { MediaType } from '../../../src/oci/values/media-types.js';
import type { FaultRequest } from '../../support/loopback.js';
import { attach, digests, list, listDigests, listTags, pushImage, referrerOf } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

const SBOM = 'application/spdx+json';

async function withReferrers(options: Parameters<typeof begin>[0]) {
  const { registry, store, open } = await begin(options);
  const image = await pushImage(store, 'image', { tags: ['v1', 'v2', 'v3', 'v4', 'v5'] });
  const referrers = Array.from({ length: 7 }, (_, n) => referrerOf(image.descriptor, SBOM, { n: String(n) }));
  await Promise.all(referrers.map((manifest) => attach(store, manifest)));
  registry.clear();
  return { registry, open, subject: image.descriptor, referrers };
}

it.each(['absolute', 'relative', 'unquoted'] as const)('follows %s links to the end (E79, E113)', async (link) => {
  const { registry, open, subject, referrers } = await withReferrers({ link, pageSize: 3 });
  expect(await listDigests(open(), subject)).toEqual(digests(...referrers));
  expect(registry.count('GET', '/referrers/')).toBe(3);
  expect(await listTags(open())).toEqual(['v1', 'v2', 'v3', 'v4', 'v5']);
  expect(registry.count('GET', '/tags/list')).toBe(2);
});

it.each([
  ['other-host', 'another host'],
  ['loop', 'do not end'],
] as const)('does not follow a link of form %s (E80)', async (link, message) => {
  const { registry, open, subject } = await withReferrers({ link, pageSize: 3 });
  const error = { code: 'MALFORMED', message: expect.stringContaining(message) };
  await expect(list(open(), subject)).rejects.toMatchObject(error);
  await expect(listTags(open())).rejects.toMatchObject(error);
  expect(registry.requests.filter(({ headers }) => headers.host === registry.otherHost)).toEqual([]);
});

it('does not say that a repository is missing whose later page of tags is', async () => {
  const fault = ({ path }: FaultRequest) => (path.includes('last=') ? { status: 404 } : undefined);
  const { open } = await withReferrers({ pageSize: 3, fault });
  await expect(listTags(open())).rejects.toMatchObject({
    code: 'MALFORMED',
    message: expect.stringContaining('does not have the next page that it names'),
  });
});

/** The second page of tags is behind a link that is written like this. */
async function tagsBehind(link: string): Promise<string[]> {
  const headers = { 'content-type': 'application/json' };
  const fault = ({ path }: FaultRequest) =>
    path.endsWith('/tags/list')
      ? { status: 200, headers: { ...headers, link }, body: '{"name":"x","tags":["a"]}' }
      : { status: 200, headers, body: `{"name":"x","tags":["a",${JSON.stringify(path)}]}` };
  return listTags((await begin({ fault })).store);
}

it.each([
  '</v2/team/app/tags/list?n=1&last=a>; rel="next"',
  '</v2/team/app/tags/list?n=1&last=a>;rel=next',
  '</v2/team/app/tags/list?n=1&last=a>; rel=NEXT',
  '</v2/team/app/tags/list?n=1&last=a>; rel="prev next"',
  '</first>; rel="first", </v2/team/app/tags/list?n=1&last=a>; rel="next"',
  '</nothing>, </v2/team/app/tags/list?n=1&last=a>; title="rel=none"; rel="next"',
  '<list?n=1&last=a>; rel="next"',
  '<?n=1&last=a>; rel="next"',
])('reads the link %s', async (link) => {
  expect(await tagsBehind(link)).toEqual(['/v2/team/app/tags/list?n=1&last=a', 'a']);
});

it.each(['</v2/x,y>; rel="next"', '</v2/x;y>; rel="next"'])(
  'keeps what is inside of the brackets of %s',
  async (link) => {
    expect(await tagsBehind(link)).toEqual([link.slice(1, link.indexOf('>')), 'a']);
  },
);

it.each(['</v2/x>; rel="last"', '</v2/x>', ''])('takes %s for the end', async (link) => {
  expect(await tagsBehind(link)).toEqual(['a']);
});

it.each(['next', '</v2/x; rel="next"', '<http://[>; rel="next"'])('does not take %s for the end', async (link) => {
  await expect(tagsBehind(link)).rejects.toMatchObject({ code: 'MALFORMED' });
});

it.each(['{"name":"x","tags":null}', '{"name":"x","tags":[]}', '{"name":"x"}'])(
  'takes %s for no tags (E110)',
  async (body) => {
    const { store } = await begin({
      fault: () => ({ status: 200, headers: { 'content-type': 'application/json' }, body }),
    });
    expect(await listTags(store)).toEqual([]);
  },
);

it.each<[number, string]>([
  [404, 'NOT_FOUND'],
  [401, 'UNAUTHORIZED'],
  [500, 'BUSY'],
])('does not take the status %i for no tags', async (status, code) => {
  const { store } = await begin({ fault: () => ({ status }) });
  await expect(listTags(store)).rejects.toMatchObject({ code });
});

it('fails when a later page fails', async () => {
  const { subject, open } = await withReferrers({
    pageSize: 3,
    fault: ({ path }) => (path.includes('start=3') ? { status: 503 } : undefined),
  });
  await expect(list(open(), subject)).rejects.toMatchObject({ code: 'BUSY' });
});

it('lists an entry once that is on two pages (E80)', async () => {
  const { registry, store, open } = await begin();
  const image = await pushImage(store, 'image');
  const sbom = referrerOf(image.descriptor, SBOM);
  await attach(store, sbom);
  const body = JSON.stringify({ schemaVersion: 2, manifests: [sbom.descriptor, sbom.descriptor] });
  const headers = { 'content-type': MediaType.imageIndex };
  const path = `/v2/${REPOSITORY}/referrers/${image.descriptor.digest}`;
  const again = await begin({
    fault: (request) => {
      if (!request.path.startsWith(path)) return undefined;
      const link = request.path === path ? { link: `<${path}?page=2>; rel="next"` } : {};
      return { status: 200, headers: { ...headers, ...link }, body };
    },
  });
  for (const [digest, manifest] of registry.repository(REPOSITORY).manifests) {
    again.registry.repository(REPOSITORY).manifests.set(digest, manifest);
  }
  expect(await listDigests(again.store, image.descriptor)).toEqual(digests(sbom));
  expect(again.registry.count('GET', path)).toBe(2);
  expect(await listDigests(open(), image.descriptor)).toEqual(digests(sbom));
});
