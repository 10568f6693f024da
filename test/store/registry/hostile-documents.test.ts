import { describe, expect, it } from 'vitest';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { list, listTags, text } from '../support/artifacts.js';
import { answering, hostile, INDEX, MANIFEST, TYPE } from './support/hostile-server.js';
import { openStore, REPOSITORY } from './support/start.js';

describe('pages', () => {
  it.each<[string, (path: string, count: number) => string]>([
    ['that name themselves', (path) => path],
    ['that name each other', (path) => (path.endsWith('b') ? '/v2/team/app/tags/list?a' : '/v2/team/app/tags/list?b')],
    ['that never end', (_, count) => `/v2/team/app/tags/list?last=${count}`],
  ])('%s end with an error', { timeout: 60_000 }, async (_what, next) => {
    const registry = await hostile((exchange) => {
      const link = `<${next(exchange.path, registry.count())}>; rel="next"`;
      // One log for ten thousand requests would be slow to count in.
      return exchange.reply(200, { link }, '{"tags":["a"]}');
    });
    await expect(listTags(openStore(registry.host, REPOSITORY))).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining('do not end'),
    });
    expect(registry.count()).toBeLessThanOrEqual(10_000);
  });

  it.each<[string, (from: number) => readonly number[]]>([
    ['the same', () => [1, 2, 3]],
    ['one of three in turn', (from) => [from % 3]],
    ['what they named at first', (from) => (from < 30 ? [from] : [from % 30, (from + 1) % 30])],
  ])('that name %s for ever end with an error', async (_what, numbers) => {
    const entry = (number: number) => ({ ...text(String(number)).descriptor, artifactType: 'application/x.test' });
    const registry = await hostile((exchange) => {
      const [path] = exchange.path.split('?');
      const from = Number(exchange.query.get('from') ?? 0);
      const link = `<${path}?from=${from + 1}>; rel="next"`;
      if (path?.endsWith('/tags/list'))
        return exchange.reply(200, { link }, JSON.stringify({ tags: numbers(from).map(String) }));
      if (path?.includes('/referrers/'))
        return exchange.reply(
          200,
          { ...INDEX, link },
          `{"schemaVersion":2,"manifests":${JSON.stringify(numbers(from).map(entry))}}`,
        );
      return exchange.reply(404);
    });
    const store = openStore(registry.host, REPOSITORY);
    const endless = { code: 'MALFORMED', message: expect.stringContaining('name nothing new') };
    await expect(listTags(store)).rejects.toMatchObject(endless);
    await expect(list(store, text('x').descriptor)).rejects.toMatchObject(endless);
    expect(registry.requests.filter(({ path }) => path.includes('from=')).length).toBeLessThan(100);
  });

  it('without an entry are followed: their entries may be hidden from this user', async () => {
    const registry = await hostile((exchange) => {
      const from = Number(exchange.query.get('from') ?? 0);
      const link = `</v2/team/app/tags/list?from=${from + 1}>; rel="next"`;
      return exchange.reply(200, from < 40 ? { link } : {}, from < 40 ? '{"tags":[]}' : '{"tags":["a"]}');
    });
    expect(await listTags(openStore(registry.host, REPOSITORY))).toEqual(['a']);
  });
});

describe('a document that two tools would read differently', () => {
  const descriptor = { ...text('{}').descriptor, mediaType: MediaType.imageManifest };
  const own = JSON.parse(MANIFEST);

  it.each<[string, Record<string, string>, object | string]>([
    ['manifest and index at once', TYPE, { ...own, manifests: [descriptor] }],
    ['index and manifest at once', INDEX, { ...own, mediaType: MediaType.imageIndex, manifests: [descriptor] }],
    ['an index that is called a manifest', INDEX, own],
    ['a manifest that is called an index', TYPE, { schemaVersion: 2, mediaType: MediaType.imageIndex, manifests: [] }],
    ['two types', TYPE, MANIFEST.replace('{', `{"mediaType":"${MediaType.imageIndex}",`)],
  ])('(%s) is refused (CVE-2021-41190)', async (_what, headers, document) => {
    const body = typeof document === 'string' ? document : JSON.stringify(document);
    const { store } = await answering(200, headers, () => body);
    await expect(store.manifest({ tag: 'v1' })).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('(layers in an index) is refused by its digest, too', async () => {
    const body = JSON.stringify({ ...own, mediaType: MediaType.imageIndex, manifests: [descriptor] });
    const { store } = await answering(200, INDEX, () => body);
    await expect(store.manifest({ digest: text(body).descriptor.digest })).rejects.toMatchObject({ code: 'MALFORMED' });
  });
});

describe('what would break a request in two or lead it astray', () => {
  it.each([
    'sha256:../../../_catalog',
    'sha256:a\r\nx-evil: 1',
    `sha256:${'A'.repeat(64)}`,
    'sha256:',
    '?x=1',
    '%2e%2e',
  ])('(the digest %j of a referrer) is asked for by nobody', async (digest) => {
    const entry = { mediaType: MediaType.imageManifest, digest, size: 2 };
    const body = JSON.stringify({ schemaVersion: 2, mediaType: MediaType.imageIndex, manifests: [entry] });
    const registry = await hostile((exchange) =>
      exchange.path.includes('/referrers/') ? exchange.reply(200, INDEX, body) : exchange.reply(404),
    );
    const store = openStore(registry.host, REPOSITORY);
    await expect(list(store, text('x').descriptor)).rejects.toMatchObject({ code: 'MALFORMED' });
    for (const { path, headers } of registry.requests) {
      expect(path).toMatch(/\/(?:referrers\/sha256:|manifests\/sha256-)[0-9a-f]{64}$/);
      expect(headers['x-evil']).toBeUndefined();
    }
  });

  it.each(['v1\r\nx-evil: 1', '../../../_catalog', 'v1?x=1', 'v1#x', 'v 1', ''])(
    '(the tag %j) is refused, or stays one part of one path',
    async (tag) => {
      const { registry, store } = await answering(404, {});
      await expect(store.resolve({ tag })).rejects.toThrow();
      for (const { headers, path } of registry.requests) {
        expect(headers['x-evil']).toBeUndefined();
        expect(path).toMatch(/^\/v2\/team\/app\/(?:manifests\/[^/?]*|tags\/list)$/);
      }
    },
  );

  it('(annotations with line breaks) stays in the body', async () => {
    const annotations = { 'x\r\nx-evil: 1': 'y\r\nx-evil: 1' };
    const body = JSON.stringify({ ...JSON.parse(MANIFEST), annotations });
    const source = await answering(200, TYPE, () => body);
    const manifest = await source.store.manifest({ tag: 'v1' });
    const { registry, store } = await answering(201, {});
    await store.putManifest(manifest, { tags: ['v2'] }).catch(() => {});
    for (const { headers } of registry.requests) expect(headers['x-evil']).toBeUndefined();
  });

  it('(a header of the user) is refused by the HTTP client when nobody looked at it before', async () => {
    const { registry } = await answering(200, TYPE, () => MANIFEST);
    const store = openStore(registry.host, REPOSITORY, { headers: { 'x-a': 'b\r\nx-evil: 1' } });
    await expect(store.manifest({ tag: 'v1' })).rejects.toThrow();
    expect(registry.requests).toEqual([]);
  });
});
