import { createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { MediaType } from '../../../src/oci/values/media-types.js';
import { fetchBlob } from '../../../src/operations/blob/fetch-blob.js';
import { check } from '../../../src/operations/check/check.js';
import { list, listTags, readBlob, text, writeContent } from '../support/artifacts.js';
import { endless, hostile, INDEX, MANIFEST, TYPE } from './support/hostile-server.js';
import { openStore, REPOSITORY } from './support/start.js';

/** A piece now and then, without end: each comes within the time limit for a byte. */
async function* drops(piece: string): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.from(piece);
    await sleep(20);
  }
}

const TIMEOUT = 400;
const slow = { timeout: TIMEOUT };
const tooSlow = { code: 'TIMEOUT', hint: expect.stringContaining('--timeout') };

/** A server that speaks as it likes after each request. */
async function raw(answer: (socket: Socket) => Promise<void>): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => void answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

async function dripping(socket: Socket, piece: () => string): Promise<void> {
  while (!socket.destroyed) {
    socket.write(piece());
    await sleep(20);
  }
}

describe('a document that comes in drops', () => {
  it.each([
    ['a manifest', 200, TYPE, ' '],
    ['a list of referrers or tags', 200, INDEX, ' '],
    ['an error', 400, { 'content-type': 'application/json' }, 'e'],
    ['a refusal', 403, {}, '{'],
  ] as const)('ends as a whole: %s', async (_, status, headers, piece) => {
    const registry = await hostile((exchange) => exchange.reply(status, headers, drops(piece)));
    const store = openStore(registry.host, REPOSITORY, slow);
    const code = status === 200 ? tooSlow : { code: status === 403 ? 'FORBIDDEN' : 'REJECTED' };
    await expect(store.manifest({ tag: 'v1' })).rejects.toMatchObject(code);
    await expect(listTags(store)).rejects.toMatchObject(code);
    await expect(list(store, text('subject').descriptor)).rejects.toMatchObject({ code: expect.any(String) });
    // What is too slow once is so again.
    expect(registry.requests.filter(({ path }) => path.endsWith('/manifests/v1'))).toHaveLength(1);
  });

  it('ends: a token', async () => {
    const tokens = await hostile((exchange) => exchange.reply(200, {}, drops(' ')));
    const registry = await hostile((exchange) =>
      exchange.reply(401, { 'www-authenticate': `Bearer realm="${tokens.url}/token",service="s"` }),
    );
    await expect(openStore(registry.host, REPOSITORY, slow).manifest({ tag: 'v1' })).rejects.toMatchObject(tooSlow);
  });

  it('holds up no other answer: the body of a redirect, of a challenge, of an upload', async () => {
    const registry = await hostile((exchange) => {
      if (exchange.method === 'POST') return exchange.reply(202, { location: '/session' }, drops('.'));
      if (exchange.method === 'PUT') return exchange.reply(201, {}, drops('.'));
      if (exchange.path === '/manifest') return exchange.reply(200, TYPE, MANIFEST);
      return exchange.path.includes('/manifests/')
        ? exchange.reply(307, { location: '/manifest' }, drops('.'))
        : exchange.reply(404);
    });
    const store = openStore(registry.host, REPOSITORY, { timeout: 5000 });
    expect((await store.manifest({ tag: 'v1' })).kind).toBe('image');
    await writeContent(store, text('content'));
  });
});

it.each([
  ['1xx answers', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'],
  ['one header', 'a'],
  ['headers', 'x-a: b\r\n'],
])('ends where %s have no end', async (what, piece) => {
  const host = await raw(async (socket) => {
    if (!what.startsWith('1')) socket.write('HTTP/1.1 200 OK\r\n');
    if (what === 'one header') socket.write('x: ');
    await dripping(socket, () => piece);
  });
  const store = openStore(host, REPOSITORY, { ...slow, plainHttp: true });
  await expect(store.manifest({ tag: 'v1' })).rejects.toMatchObject({ code: 'TIMEOUT' });
});

it('ends where trailers have no end', async () => {
  const host = await raw(async (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n \r\n0\r\n');
    await dripping(socket, () => 'x-a: b\r\n');
  });
  const store = openStore(host, REPOSITORY, { ...slow, plainHttp: true });
  await expect(store.manifest({ tag: 'v1' })).rejects.toMatchObject({
    code: expect.stringMatching(/TIMEOUT|UNREACHABLE/),
  });
});

describe('a blob', () => {
  it('that comes in drops ends after as many attempts as silence', async () => {
    const registry = await hostile((exchange) => exchange.reply(200, {}, drops('x')));
    const store = openStore(registry.host, REPOSITORY, slow);
    const descriptor = { ...text('content').descriptor, size: 1_000_000 };
    await expect(readBlob(store, descriptor)).rejects.toMatchObject({
      ...tooSlow,
      message: expect.stringContaining('too slowly'),
    });
    expect(registry.requests).toHaveLength(3);
  });

  it('that comes slowly and steadily arrives', async () => {
    const content = text('x'.repeat(20_000));
    const registry = await hostile((exchange) => {
      async function* pieces() {
        for (let at = 0; at < content.bytes.length; at += 1000) {
          yield content.bytes.subarray(at, at + 1000);
          await sleep(20);
        }
      }
      return exchange.reply(200, {}, pieces());
    });
    expect(await readBlob(openStore(registry.host, REPOSITORY, slow), content.descriptor)).toEqual(content.bytes);
  });

  /** A registry that says no length, and sends a blob without end. */
  async function boundless(size: number) {
    const { digest } = text('content').descriptor;
    const layer = { mediaType: 'text/plain', digest, size };
    const manifest = buildManifest({ artifactType: 'application/x.test', layers: [layer] });
    let sent = 0;
    const registry = await hostile((exchange) => {
      if (exchange.path.includes('/manifests/'))
        return exchange.reply(200, { 'content-type': MediaType.imageManifest }, manifest.bytes);
      if (!exchange.path.includes(digest)) return exchange.reply(200, {}, '{}');
      if (exchange.method === 'HEAD') return exchange.reply(200, { 'transfer-encoding': 'chunked' });
      async function* counted() {
        for await (const piece of endless(Buffer.alloc(64 * 1024))) {
          sent += piece.length;
          yield piece;
        }
      }
      return exchange.reply(200, {}, counted());
    });
    const store = openStore(registry.host, REPOSITORY);
    return { store, digest, sent: () => sent, location: { store, tag: 'v1' } };
  }

  it.each([0, 7, 100_000])('without end is counted no further than a descriptor says: %i', async (size) => {
    const { store, digest, sent, location } = await boundless(size);
    expect(await store.blobSize(digest, { atMost: size })).toBe(size + 1);
    for (const deep of [false, true]) {
      const { findings } = await check(location, { deep });
      expect(findings).toMatchObject([{ code: expect.stringMatching(/^blob-/), digest }]);
    }
    expect(sent()).toBeLessThan(64 * 1024 * 1024);
  });

  it('without end and without a descriptor is counted up to a limit', async () => {
    const { digest, location } = await boundless(7);
    const into = new Writable({ write: (_chunk, _encoding, done) => done() });
    await expect(fetchBlob({ ...location, tag: undefined, digest }, into)).rejects.toMatchObject({
      code: 'SIZE_MISMATCH',
      message: expect.stringContaining('announces no length'),
    });
  });
});
