import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Content, list, listTags, noise, readBlob, text } from '../support/artifacts.js';
import { answering, endless, hostile, INDEX, MANIFEST, TYPE } from './support/hostile-server.js';
import { openStore, REPOSITORY } from './support/start.js';

const CREDENTIALS = { credentials: async () => ({ username: 'ann', password: 'pass-word-1' }) };

describe('a digest that lies', () => {
  const other = text('other');
  const digest = text(MANIFEST).descriptor.digest;

  it('of a manifest that was asked for by digest is found out', async () => {
    const { store } = await answering(
      200,
      { ...TYPE, 'docker-content-digest': other.descriptor.digest },
      () => MANIFEST,
    );
    await expect(store.manifest({ digest: other.descriptor.digest })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      found: digest,
    });
  });

  it('in Docker-Content-Digest is found out, and one that is no digest is not used', async () => {
    const lie = await answering(200, { ...TYPE, 'docker-content-digest': other.descriptor.digest }, () => MANIFEST);
    await expect(lie.store.manifest({ tag: 'v1' })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    for (const value of ['sha256:../../etc/passwd', 'sha256:x', 'md5:d41d8cd98f00b204e9800998ecf8427e', 'x']) {
      const { store } = await answering(200, { ...TYPE, 'docker-content-digest': value }, () => MANIFEST);
      expect((await store.manifest({ tag: 'v1' })).descriptor.digest).toBe(digest);
    }
  });

  it('of a blob is found out before its last bytes are given', async () => {
    const content = noise(200_000);
    const wrong = Buffer.from(content.bytes);
    wrong[5] = 0xff;
    const { store } = await answering(200, {}, () => wrong);
    const got: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of await store.openBlob(content.descriptor)) got.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(Buffer.concat(got).length).toBeLessThan(content.bytes.length);
  });

  it('of a manifest that was pushed is found out', async () => {
    const registry = await hostile(async (exchange) => {
      for await (const _ of exchange.body());
      await exchange.reply(exchange.method === 'PUT' ? 201 : 404, { 'docker-content-digest': other.descriptor.digest });
    });
    const store = openStore(registry.host, REPOSITORY);
    const source = await answering(200, TYPE, () => MANIFEST);
    const manifest = await source.store.manifest({ tag: 'v1' });
    await expect(store.putManifest(manifest, { tags: ['v1'] })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });
});

describe('a size that lies', () => {
  const content = text('content');
  const huge = { ...content.descriptor, size: 2 ** 50 };

  it('in a descriptor is found out, and nothing is allocated for it', async () => {
    const before = process.memoryUsage().rss;
    for (const body of [() => content.bytes, () => Readable.from([content.bytes])]) {
      const { store } = await answering(200, {}, body);
      await expect(readBlob(store, huge)).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });

  it('in Content-Length is found out, and nothing is allocated for it', async () => {
    for (const [length, descriptor, code] of [
      [String(2 ** 50), huge, 'UNREACHABLE'],
      [String(2 ** 50), content.descriptor, 'SIZE_MISMATCH'],
      ['3', content.descriptor, 'SIZE_MISMATCH'],
      ['99999999999999999999999', content.descriptor, 'UNREACHABLE'],
    ] as const) {
      const registry = await hostile(async ({ response }) => {
        response.socket?.end(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\ncontent`);
      });
      const store = openStore(registry.host, REPOSITORY, { timeout: 500 });
      await expect(readBlob(store, descriptor)).rejects.toMatchObject({ code });
    }
  });

  it('of a body without end is found out after as many bytes as were promised', async () => {
    const { registry, store } = await answering(200, {}, () => endless('x'.repeat(65_536)));
    await expect(readBlob(store, { ...content.descriptor, size: 1_000_000 })).rejects.toMatchObject({
      code: 'SIZE_MISMATCH',
    });
    await expect.poll(() => registry.requests[0]?.responseBytes).toBeLessThan(20_000_000);
  });
});

describe('Content-Range', () => {
  /** The first answer is cut after 100,000 bytes; the rest comes with this range. */
  async function resumed(content: Content, answer: (from: number) => [number, Record<string, string>, Buffer]) {
    const registry = await hostile(async (exchange) => {
      const from = /^bytes=(\d+)-$/.exec(exchange.request.headers.range ?? '')?.[1];
      if (from === undefined) {
        exchange.shortBody = { bytes: 100_000, end: 'cut' };
        return exchange.reply(200, {}, content.bytes);
      }
      return exchange.reply(...answer(Number(from)));
    });
    return readBlob(openStore(registry.host, REPOSITORY), content.descriptor);
  }
  const content = noise(300_000);

  it.each<[string, (from: number) => string]>([
    ['begins elsewhere', (from) => `bytes ${from - 1}-299999/300000`],
    ['begins at the start', () => 'bytes 0-299999/300000'],
    ['is of another unit', (from) => `items ${from}-299999/300000`],
    ['is no range', () => 'bytes */300000'],
  ])('that %s is refused', async (_what, range) => {
    const reading = resumed(content, (from) => [206, { 'content-range': range(from) }, content.bytes.subarray(from)]);
    await expect(reading).rejects.toMatchObject({ code: 'MALFORMED', message: expect.stringContaining('other bytes') });
  });

  it('that is right with bytes that are not is found out by the digest', async () => {
    const reading = resumed(content, (from) => [
      206,
      { 'content-range': `bytes ${from}-299999/300000` },
      content.bytes.subarray(0, 300_000 - from),
    ]);
    await expect(reading).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('that is right with too many bytes is found out', async () => {
    const reading = resumed(content, (from) => [
      206,
      { 'content-range': `bytes ${from}-299999/300000` },
      content.bytes.subarray(from - 5),
    ]);
    await expect(reading).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
  });

  it('of an answer (206) that nobody asked for is refused', async () => {
    const { store } = await answering(206, { 'content-range': 'bytes 0-299999/300000' }, () => content.bytes);
    await expect(store.openBlob(content.descriptor)).rejects.toMatchObject({ code: 'REJECTED', status: 206 });
  });
});

describe('a document that is too large', () => {
  it.each<[string, (store: ReturnType<typeof openStore>) => Promise<unknown>, Record<string, string>, number]>([
    // 4 MiB are read; Linux holds as much as 4 MiB that were sent and 6 MiB that were received beside them.
    ['manifest', (store) => store.manifest({ tag: 'v1' }), TYPE, 16_000_000],
    ['list of tags', listTags, { 'content-type': 'application/json' }, 50_000_000],
    ['list of referrers', (store) => list(store, text('x').descriptor), INDEX, 90_000_000],
  ])('(%s) is given up, however long it goes on', async (_what, ask, headers, most) => {
    const { registry, store } = await answering(200, headers, () => endless(' '.repeat(262_144)));
    await expect(ask(store)).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringContaining('larger than'),
    });
    for (const { responseBytes } of registry.requests) expect(responseBytes).toBeLessThan(most);
  });

  it('(token) is given up after 64 KiB', async () => {
    const tokens = await hostile((exchange) => exchange.reply(200, {}, endless(' '.repeat(65_536))));
    const registry = await hostile((exchange) =>
      exchange.reply(401, { 'www-authenticate': `Bearer realm="${tokens.url}/t"` }),
    );
    const asking = openStore(registry.host, REPOSITORY, CREDENTIALS).resolve({ tag: 'v1' });
    await expect(asking).rejects.toMatchObject({ code: 'MALFORMED', message: expect.stringContaining('token server') });
    expect(tokens.count()).toBe(1);
  });

  it('(error) counts by its status, and is not shown as a whole', async () => {
    const long = JSON.stringify({ errors: [{ code: 'DENIED', message: 'x'.repeat(60_000), detail: 'y'.repeat(900) }] });
    for (const body of [() => endless('x'.repeat(65_536)), () => 'x'.repeat(5_000_000), () => long]) {
      const { store } = await answering(403, {}, body);
      for (const ask of [store.manifest({ tag: 'v1' }), store.openBlob(text('x').descriptor), listTags(store)]) {
        const error = await ask.catch((caught: unknown) => caught);
        expect(error).toMatchObject({ code: 'FORBIDDEN', status: 403 });
        expect(String(error).length).toBeLessThan(2_000);
      }
    }
  });
});

describe('an answer in a coding that nobody asked for, which may be a bomb', () => {
  const bomb = gzipSync(Buffer.alloc(100_000_000, ' '));
  const gzip = { 'content-encoding': 'gzip' };

  it.each<[string, (store: ReturnType<typeof openStore>) => Promise<unknown>, Record<string, string>]>([
    ['manifest', (store) => store.manifest({ tag: 'v1' }), TYPE],
    ['list of tags', listTags, {}],
    ['list of referrers', (store) => list(store, text('x').descriptor), INDEX],
    ['blob', (store) => readBlob(store, text('x').descriptor), {}],
  ])('(%s) is refused unread', async (_what, ask, headers) => {
    const { registry, store } = await answering(200, { ...headers, ...gzip }, () => bomb);
    const before = process.memoryUsage().rss;
    await expect(ask(store)).rejects.toMatchObject({ code: 'MALFORMED', found: 'gzip' });
    expect(process.memoryUsage().rss - before).toBeLessThan(80_000_000);
    for (const { headers: sent } of registry.requests) expect(sent['accept-encoding']).toBe('identity');
  });

  it('(token) is refused unread', async () => {
    const tokens = await hostile((exchange) => exchange.reply(200, gzip, bomb));
    const registry = await hostile((exchange) =>
      exchange.reply(401, { 'www-authenticate': `Bearer realm="${tokens.url}/t"` }),
    );
    await expect(openStore(registry.host, REPOSITORY, CREDENTIALS).resolve({ tag: 'v1' })).rejects.toMatchObject({
      code: 'MALFORMED',
      found: 'gzip',
    });
  });
});
