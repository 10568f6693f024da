import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ListenOptions, listen } from '../../src/serve/listen.js';
import { createServer } from '../../src/serve/server.js';
import { UploadPlaces } from '../../src/serve/upload-places.js';
import { openRepositories } from '../../src/store/layout/hosting/repositories.js';
import { noise } from '../store/support/artifacts.js';
import { tempDir } from '../support/temp.js';
import { certificate } from './support/command-start.js';

/** A registry with small limits, and sockets to it that end with the test. */
async function begin(options: ListenOptions = {}) {
  const statuses: number[] = [];
  const directory = await tempDir();
  const repositories = await openRepositories(directory);
  const listener = createServer(repositories, { onRequest: ({ status }) => statuses.push(status) });
  let begun = 0;
  const server = await listen(
    (incoming, response) => {
      begun++;
      listener(incoming, response);
    },
    { port: 0, ...options },
  );
  onTestFinished(() => server.close(0));
  const port = Number(new URL(server.url).port);
  let closed = 0;
  const open = async (words = '', from: Partial<NetConnectOpts> = {}) => {
    const socket = connect({ port, host: '127.0.0.1', ...from });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => closed++);
    await once(socket, 'connect').catch(() => {});
    if (words !== '') socket.write(words);
    return socket;
  };
  return { server, port, open, statuses, closed: () => closed, begun: () => begun, directory };
}

/** The status of `GET /v2/`, or the code of a failure. */
function ask(url: string, from: object = {}): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? secureRequest : httpRequest;
    const asked = send(`${url}/v2/`, { agent: false, rejectUnauthorized: false, ...from }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    asked.end();
  });
}

const several = <T>(count: number, action: () => Promise<T>) => Promise.all(Array.from({ length: count }, action));

/** The files below a directory that this process holds open; none where the system has no list of them. */
async function openFiles(directory: string): Promise<number> {
  const names = process.platform === 'linux' ? await readdir('/proc/self/fd') : [];
  const links = names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ''));
  return (await Promise.all(links)).filter((link) => link.startsWith(directory)).length;
}

const BODY = (path: string) => `PATCH ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n`;

async function session(url: string): Promise<string> {
  const response = await fetch(`${url}/v2/a/blobs/uploads/`, { method: 'POST' });
  return response.headers.get('location') ?? '';
}

describe('silent connections', () => {
  it.each([
    ['nothing', ''],
    ['a piece of a handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a header of a record', '\x16\x03'],
    ['plain HTTP', 'GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['bytes that are neither', '\x00\x01\x02\x03\xff\xfe'],
  ])('with TLS, which send %s, end, and stop nobody meanwhile', async (_what, words) => {
    const tls = await certificate();
    if (tls === undefined) return;
    const { server, open, closed } = await begin({ tls, idle: 400, window: 600, connections: 16 });
    await several(40, () => open(words));
    expect(await ask(server.url)).toBe(200);
    await expect.poll(closed, { timeout: 20_000 }).toBe(40);
    expect(await ask(server.url)).toBe(200);
    await server.close();
  });

  it.each([
    ['nothing', ''],
    ['a piece of a line', 'GET /v2/'],
    ['headers without an end', 'GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX: '],
    ['a request, and nothing after it', 'GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('without TLS, which send %s, make room for others', async (_what, words) => {
    const { server, open, closed } = await begin({ connections: 16 });
    const sockets = await several(40, () => open(words));
    for (const socket of sockets) socket.resume();
    expect(await ask(server.url)).toBe(200);
    // Half of 16 places are for one address.
    await expect.poll(closed).toBeGreaterThanOrEqual(32);
  });

  it('of one address leave places to others, also when each waits for an answer', async () => {
    const { server, open, begun, directory } = await begin({ connections: 16 });
    const path = await session(server.url);
    for (let count = 1; count <= 8; count++) {
      await open(BODY(path), { localAddress: '127.0.0.2' });
      await expect.poll(begun).toBe(1 + count);
    }
    expect(await ask(server.url, { localAddress: '127.0.0.2' })).not.toBe(200);
    expect(await ask(server.url)).toBe(200);
    await server.close(0);
    await expect.poll(() => openFiles(directory)).toBe(0);
  });

  it('make room, and a connection that works does not', async () => {
    const { server, open, begun } = await begin({ connections: 16 });
    const path = await session(server.url);
    const working = await open(BODY(path));
    await expect.poll(begun).toBe(2);
    await several(40, () => open());
    working.write(Buffer.alloc(1_000_000));
    const [first] = await once(working, 'data');
    expect(String(first)).toMatch(/^HTTP\/1\.1 202/);
  });
});

describe('headers that never end', () => {
  it.each(['X-A: b\r\n', 'X', ': '])('%j again and again', async (piece) => {
    const { open, closed } = await begin({ idle: 500 });
    const socket = await open('GET /v2/ HTTP/1.1\r\nHost: localhost\r\n');
    socket.resume();
    const timer = setInterval(() => socket.write(piece), 50);
    onTestFinished(() => clearInterval(timer));
    await expect.poll(closed, { timeout: 20_000 }).toBe(1);
  });
});

describe('bodies', () => {
  const SLOW = { window: 600 } as const;
  /** All that came before the connection was closed, or reset. */
  const answerOf = async (socket: Socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
    return Buffer.concat(chunks).toString();
  };

  it.each([
    ['a byte now and then', (path: string) => BODY(path)],
    ['in chunks', (path: string) => `PATCH ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`],
    [
      'of a manifest',
      () =>
        'PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vnd.oci.image.manifest.v1+json\r\nContent-Length: 9000\r\n\r\n',
    ],
    [
      'of the last chunk',
      (path: string) =>
        `PUT ${path}?digest=sha256:${'0'.repeat(64)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n`,
    ],
  ])('that hardly move are refused: %s', async (what, words) => {
    const { server, open, directory } = await begin(SLOW);
    const socket = await open(words(await session(server.url)));
    const timer = setInterval(() => socket.write(what === 'in chunks' ? '1\r\nx\r\n' : 'x'), 50);
    onTestFinished(() => clearInterval(timer));
    const answer = await answerOf(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ errors: [{ code: 'UNKNOWN' }] });
    await expect.poll(() => openFiles(directory)).toBe(0);
  });

  it('that are slow, and fast enough, are taken', async () => {
    const { server, open, statuses } = await begin(SLOW);
    const path = await session(server.url);
    const socket = await open(`PATCH ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 80000\r\n\r\n`);
    for (let count = 0; count < 40; count++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.write(Buffer.alloc(2_000));
    }
    await once(socket, 'data');
    expect(statuses).toEqual([202, 202]);
  });
});

describe('answers', () => {
  const large = noise(30_000_000);

  it.each([
    ['never', 0],
    ['a little now and then', 200],
  ])('end when their reader reads %s', async (_what, bytes) => {
    const { server, open, statuses } = await begin({ window: 600, leastRate: 1_000_000 });
    const { digest } = large.descriptor;
    const path = `/v2/a/blobs/uploads/?digest=${digest}`;
    const pushed = await fetch(server.url + path, { method: 'POST', body: large.bytes });
    expect(pushed.status).toBe(201);
    const socket = await open();
    socket.pause();
    socket.write(`GET /v2/a/blobs/${digest} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const timer = setInterval(() => bytes > 0 && socket.read(bytes), 50);
    onTestFinished(() => clearInterval(timer));
    // It is written to the log when it has ended.
    await expect.poll(() => statuses.length, { timeout: 20_000 }).toBe(2);
  });
});

it('answers several requests that are sent at once, and ends a connection that sends a hundred', async () => {
  const { open, statuses } = await begin();
  const one = 'GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const few = await open(one.repeat(8));
  await expect.poll(() => statuses.filter((status) => status === 200).length).toBe(8);
  few.destroy();
  const many = await open(one.repeat(200));
  many.resume();
  await once(many, 'close');
});

it('closes the files of answers that wait behind another one when their client goes', async ({ skip }) => {
  if (process.platform !== 'linux') skip('the list of open files is Linux alone');
  const { server, open, begun, directory } = await begin();
  const { bytes, descriptor } = noise(30_000_000);
  const path = `/v2/a/blobs/uploads/?digest=${descriptor.digest}`;
  expect((await fetch(server.url + path, { method: 'POST', body: bytes })).status).toBe(201);
  const client = await open();
  client.pause();
  client.write(`GET /v2/a/blobs/${descriptor.digest} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(6));
  await expect.poll(begun).toBe(7);
  await expect.poll(() => openFiles(directory)).toBe(6);
  client.destroy();
  await expect.poll(() => openFiles(directory)).toBe(0);
});

describe('places of uploads', () => {
  /** A server that reads bodies and answers when they end, or that there is no place. */
  async function uploads(total: number, patience: number) {
    const places = new UploadPlaces(total, patience);
    const server = createHttpServer((incoming, response) => {
      const free = places.take(incoming);
      if (free === undefined) response.writeHead(429).end();
      else incoming.resume().once('end', () => response.end('taken'));
      response.once('close', () => free?.());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const put = (length: number, localAddress?: string) => {
      const socket = connect({ port, host: '127.0.0.1', ...(localAddress === undefined ? {} : { localAddress }) });
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {});
      socket.write(`PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\nx`);
      return socket;
    };
    const status = async (localAddress?: string) => {
      const socket = put(1, localAddress);
      const [data] = await once(socket, 'data');
      return Number(/ (\d+) /.exec(String(data))?.[1]);
    };
    return { put, status };
  }

  it('are given to others by those that hardly send', async () => {
    const { put, status } = await uploads(4, 100);
    const slow = Array.from({ length: 4 }, () => put(1_000_000));
    await expect.poll(() => status()).toBe(200);
    await expect.poll(() => slow.filter(({ closed }) => closed).length).toBeGreaterThan(0);
  });

  it('are kept by those that send', async () => {
    const { put, status } = await uploads(2, 100);
    const quick = Array.from({ length: 2 }, () => put(2_000_000));
    const timer = setInterval(() => {
      for (const socket of quick) socket.write(Buffer.alloc(10_000));
    }, 20);
    onTestFinished(() => clearInterval(timer));
    const seen: number[] = [];
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (let count = 0; count < 5; count++) seen.push(await status());
    expect(seen).toEqual([429, 429, 429, 429, 429]);
    expect(quick.filter(({ closed }) => closed)).toEqual([]);
  });

  it('are not all for one address', async () => {
    const { put, status } = await uploads(4, 60_000);
    for (let count = 0; count < 4; count++) put(1_000_000, '127.0.0.2');
    await expect.poll(() => status('127.0.0.2')).toBe(429);
    expect(await status()).toBe(200);
  });
});
