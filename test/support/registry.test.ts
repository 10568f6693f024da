import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RegistryOptions, startRegistry } from './registry.js';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const sha256 = (content: string | Uint8Array) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

async function start(options: RegistryOptions = {}) {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.close());
  return { registry, base: `${registry.url}/v2/a/b` };
}

/** An image and five referrers of it, the even ones of type `application/x+even`. */
async function withReferrers(options: RegistryOptions) {
  const { registry, base } = await start(options);
  const config = registry.putBlob('a/b', '{}');
  const image = { schemaVersion: 2, mediaType: manifestType, config, layers: [] };
  const subject = registry.putManifest('a/b', image, { tag: 'v1' });
  const referrers = Array.from({ length: 5 }, (_, i) => {
    const artifactType = `application/x+${i % 2 === 0 ? 'even' : 'odd'}`;
    return JSON.stringify({ ...image, artifactType, subject, annotations: { i: String(i) } });
  });
  return { registry, base, subject, referrers, list: `${base}/referrers/${subject.digest}` };
}

const put = (url: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'PUT', body, headers: { 'content-type': manifestType, ...headers } });

describe('uploads', () => {
  it.each(['absolute', 'path', 'query', 'other-host'] as const)(
    'go in chunks to a Location of form %s',
    async (location) => {
      const { registry, base } = await start({ location });
      let next = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
      for (const [range, body] of [
        ['0-3', 'abcd'],
        ['4-5', 'ef'],
      ] as const) {
        const url = new URL(next.headers.get('location') ?? '', base);
        next = await fetch(url, { method: 'PATCH', body: Buffer.from(body), headers: { 'content-range': range } });
        expect([next.status, next.headers.get('range')]).toEqual([202, `0-${range.split('-')[1]}`]);
      }
      const url = new URL(next.headers.get('location') ?? '', base);
      const gap = await fetch(url, { method: 'PATCH', body: Buffer.from('x'), headers: { 'content-range': '9-9' } });
      expect([gap.status, gap.headers.get('range')]).toEqual([416, '0-5']);
      const last = new URL(gap.headers.get('location') ?? '', base).href;
      if (location === 'query') {
        expect((await put(`${last.replaceAll('%', '%25')}&digest=${sha256('abcdef')}`, '')).status).toBe(400);
      }
      const close = `${last}${location === 'query' ? '&' : '?'}digest=${encodeURIComponent(sha256('abcdef'))}`;
      expect((await put(close, '')).status).toBe(201);
      expect(registry.repository('a/b').blobs.get(sha256('abcdef'))?.bytes?.toString()).toBe('abcdef');
      expect(registry.repository('a/b').uploads.size).toBe(0);
    },
  );

  it('take a blob at once, mount it, refuse a wrong digest, and keep no bytes when told', async () => {
    const { registry, base } = await start({ discardBlobs: true });
    const post = (url: string, body = '') => fetch(url, { method: 'POST', body });
    expect((await post(`${base}/blobs/uploads/?digest=${sha256('x')}`, 'y')).status).toBe(400);
    expect((await post(`${base}/blobs/uploads/?digest=${sha256('x')}`, 'x')).status).toBe(201);
    expect(registry.repository('a/b').blobs.get(sha256('x'))).toEqual({ size: 1, bytes: undefined });
    const mount = `${registry.url}/v2/c/blobs/uploads/?mount=${sha256('x')}&from=`;
    expect((await post(`${mount}a/b`)).status).toBe(201);
    expect((await post(`${mount}nowhere`)).status).toBe(202);
  });
});

it.each([
  ['bytes=500-1499', 206, 1000, 'bytes 500-1499/2048'],
  ['bytes=500-', 206, 1548, 'bytes 500-2047/2048'],
  ['bytes=-500', 206, 500, 'bytes 1548-2047/2048'],
  ['bytes=2000-5000', 206, 48, 'bytes 2000-2047/2048'],
  ['bytes=500-0', 416, undefined, 'bytes */2048'],
  ['bytes=5000-10000', 416, undefined, 'bytes */2048'],
  ['bytes=0-1,4-5', 200, 2048, null],
])('blob range %s: %i', async (range, status, length, contentRange) => {
  const { registry, base } = await start();
  const { digest } = registry.putBlob('a/b', Buffer.alloc(2048));
  const answer = await fetch(`${base}/blobs/${digest}`, { headers: { range } });
  expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange]);
  if (length !== undefined) expect((await answer.arrayBuffer()).byteLength).toBe(length);
});

describe('manifests', () => {
  it('are checked, kept byte for byte, and hidden from an Accept that lacks their type', async () => {
    const { registry, base } = await start({ strictAccept: true });
    const config = { mediaType: 'application/json', digest: sha256('{}'), size: 2 };
    const text = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers: [] }, null, 3);
    expect(await (await put(`${base}/manifests/v1`, text)).json()).toMatchObject({
      errors: [{ code: 'MANIFEST_BLOB_UNKNOWN' }],
    });
    registry.putBlob('a/b', '{}');
    expect((await put(`${base}/manifests/${sha256('other')}`, text)).status).toBe(400);
    expect((await put(`${base}/manifests/v1`, text, { 'content-type': 'application/x' })).status).toBe(400);
    expect((await put(`${base}/manifests/v1`, text)).headers.get('docker-content-digest')).toBe(sha256(text));
    expect((await fetch(`${base}/manifests/v1`)).status).toBe(404);
    const got = await fetch(`${base}/manifests/v1`, { headers: { accept: `text/x, ${manifestType};q=1` } });
    expect([got.headers.get('content-type'), await got.text()]).toEqual([manifestType, text]);
  });

  it('go by tag or digest, or not at all', async () => {
    const { registry, base, subject } = await withReferrers({});
    registry.repository('a/b').tags.set('v2', subject.digest);
    const remove = async (reference: string) =>
      (await fetch(`${base}/manifests/${reference}`, { method: 'DELETE' })).status;
    expect([await remove('v2'), await remove('v2'), await remove(subject.digest)]).toEqual([202, 404, 202]);
    expect(registry.repository('a/b').tags.size).toBe(0);
    const { base: fixed } = await withReferrers({ deletes: false });
    expect((await fetch(`${fixed}/manifests/v1`, { method: 'DELETE' })).status).toBe(405);
  });

  it.each([
    ['honoured', 412, 412, 201],
    ['ignored', 201, 201, 201],
  ] as const)('with ETags %s', async (etag, ...expected) => {
    const { base } = await withReferrers({ etag });
    const current = (await fetch(`${base}/manifests/v1`)).headers.get('etag') ?? '';
    const text = '{"schemaVersion":2}';
    const conditions = [{ 'if-none-match': '*' }, { 'if-match': '"old"' }, { 'if-match': current }];
    const seen: number[] = [];
    for (const condition of conditions) seen.push((await put(`${base}/manifests/v1`, text, { ...condition })).status);
    expect(seen).toEqual(expected);
  });

  it('stand under the tag of their own digest where the registry maps it', async () => {
    const { base, subject } = await withReferrers({ mapTagToSubject: true });
    const tag = `${base}/manifests/${subject.digest.replace(':', '-')}`;
    expect((await fetch(tag)).headers.get('docker-content-digest')).toBe(subject.digest);
    await put(tag, '{"schemaVersion":2}');
    expect(await (await fetch(tag)).json()).toEqual({ schemaVersion: 2 });
  });
});

type Pages = [options: RegistryOptions, counts: number[], applied: string | null];

async function pages(first: string) {
  const answers: { count: number; filtered: string | null }[] = [];
  for (let url: string | undefined = first; url !== undefined && answers.length < 9; ) {
    const answer: Response = await fetch(url);
    const list: { manifests?: unknown[]; tags?: unknown[] } = JSON.parse(await answer.text());
    answers.push({
      count: (list.manifests ?? list.tags ?? []).length,
      filtered: answer.headers.get('oci-filters-applied'),
    });
    const next = /^<(.*)>; rel="?next"?$/.exec(answer.headers.get('link') ?? '')?.[1];
    url = next === undefined ? undefined : new URL(next, url).href;
  }
  return answers;
}

describe('referrers', () => {
  it('are listed, with OCI-Subject, and without where the registry keeps silent or has no API', async () => {
    for (const [options, header, listed] of [
      [{}, true, 1],
      [{ ociSubject: false }, false, 1],
      [{ ociSubject: 'lie' }, true, 0],
      [{ referrers: 'none' }, false, undefined],
    ] satisfies [RegistryOptions, boolean, number | undefined][]) {
      const {
        base,
        subject,
        list,
        referrers: [first = ''],
      } = await withReferrers(options);
      const answer = await put(`${base}/manifests/${sha256(first)}`, first);
      expect(answer.headers.get('oci-subject')).toBe(header ? subject.digest : null);
      const found = await fetch(list);
      expect(found.status).toBe(listed === undefined ? 404 : 200);
      if (listed === undefined) continue;
      const entry = { mediaType: manifestType, digest: sha256(first), size: first.length };
      const [artifactType, annotations] = ['application/x+even', { i: '0' }];
      expect(await found.json()).toMatchObject({ manifests: listed ? [{ ...entry, artifactType, annotations }] : [] });
    }
  });

  it.each([
    [{ pageSize: 2, link: 'relative' }, [2, 1], 'artifactType'],
    [{ pageSize: 2, link: 'unquoted', filters: false }, [2, 2, 1], null],
    [{ pageSize: 2, link: 'other-host' }, [2, 1], 'artifactType'],
    [{ pageSize: 2, filterFirstPageOnly: true }, [1, 2, 1], 'artifactType'],
    [{ pageSize: 2, link: 'loop' }, [2, 2, 2, 2, 2, 2, 2, 2, 2], 'artifactType'],
  ] satisfies Pages[])('come in pages: %o', async (...[options, counts, applied]: Pages) => {
    const { registry, list, referrers } = await withReferrers(options);
    for (const text of referrers) registry.putManifest('a/b', text);
    const found = await pages(`${list}?artifactType=application%2Fx%2Beven`);
    expect(found.map(({ count }) => count)).toEqual(counts);
    expect(found[0]?.filtered).toBe(applied);
    if (options.filterFirstPageOnly) expect(found[1]?.filtered).toBeNull();
    const elsewhere = registry.requests.filter(({ headers }) => headers.host === registry.otherHost);
    expect(elsewhere).toHaveLength(options.link === 'other-host' ? 1 : 0);
  });

  it('tags come in pages too', async () => {
    const { registry, base } = await start({ pageSize: 2 });
    for (const tag of ['c', 'a', 'e', 'b', 'd']) registry.putManifest('a/b', '{}', { tag });
    expect((await pages(`${base}/tags/list`)).map(({ count }) => count)).toEqual([2, 2, 1]);
    expect(await (await fetch(`${base}/tags/list?n=1&last=b`)).json()).toEqual({ name: 'a/b', tags: ['c'] });
    expect(await pages(`${base}/tags/list?n=0`)).toEqual([{ count: 0, filtered: null }]);
    expect((await fetch(`${registry.url}/v2/none/tags/list`)).status).toBe(404);
  });
});
