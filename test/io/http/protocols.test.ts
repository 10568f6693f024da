import { createServer, type Server, type Socket } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isProxied } from '../../../src/io/http/proxy-variables.js';
import { discard } from '../../../src/io/http/response.js';
import { askSpoken } from '../../../src/io/http/spoken.js';
import { type Certificate, makeAuthority } from '../../support/certificates.js';
import type { Exchange } from '../../support/exchange.js';
import { client, serve } from './support/server.js';

let certificate: Certificate;
let ca: string;
beforeAll(async () => {
  const authority = await makeAuthority();
  certificate = await authority.server();
  ca = authority.ca;
});

const ok = (exchange: Exchange) => exchange.reply(200);

/** A server that treats each connection as it is told. */
async function raw(treat: (socket: Socket) => void): Promise<URL> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    treat(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return new URL(`http://127.0.0.1:${address.port}`);
}

const spoken = (url: URL, timeout = 5_000) => askSpoken(url, timeout, new AbortController().signal);

describe('what a port speaks', () => {
  it('is told by a server of http, which sees no request', async () => {
    const server = await serve(ok);
    expect(await spoken(new URL(server.url))).toBe('http');
    expect(server.requests).toEqual([]);
  });

  it('is told by servers of TLS, also those that want a certificate', async () => {
    for (const tls of [certificate, { ...certificate, ca }]) {
      const server = await serve(ok, { tls });
      expect(await spoken(new URL(server.url))).toBe('tls');
      expect(server.requests).toEqual([]);
    }
  });

  it('is told by the alert of a server that takes no such version', async () => {
    expect(
      await spoken(await raw((socket) => socket.once('data', () => socket.end('\x15\x03\x01\0\x02\x02\x46')))),
    ).toBe('tls');
  });

  it('is asked as a request where a server hangs up on what it does not know', async () => {
    const url = await raw((socket) =>
      socket.once('data', (bytes) =>
        bytes.toString().startsWith('GET') ? socket.end('HTTP/1.1 404 Not Found\r\n\r\n') : socket.end(),
      ),
    );
    expect(await spoken(url)).toBe('http');
  });

  it('is asked as a request where a server waits for more, as one that reads lines would', async () => {
    const url = await raw((socket) =>
      socket.on(
        'data',
        (bytes) => bytes.toString().startsWith('GET') && socket.end('HTTP/1.0 401 Unauthorized\r\n\r\n'),
      ),
    );
    expect(await spoken(url)).toBe('http');
  });

  it('stays open where a port hangs up, resets, or is silent', async () => {
    expect(await spoken(await raw((socket) => socket.destroy()))).toBeUndefined();
    expect(await spoken(await raw((socket) => socket.once('data', () => socket.resetAndDestroy())))).toBeUndefined();
    expect(await spoken(await raw(() => {}), 200)).toBeUndefined();
  });

  it('fails where the port is closed', async () => {
    const url = await raw(() => {});
    url.port = '1';
    await expect(spoken(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the other protocol', () => {
  const get = async (url: string, options = {}) =>
    discard(await client({ timeout: 5_000, ...options }).request({ method: 'GET', url: new URL('/v2/', url) }));

  it('is named where http meets TLS, once', async () => {
    const server = await serve(ok, { tls: certificate });
    const attempts: number[] = [];
    const onRequest = ({ attempt }: { attempt: number }) => attempts.push(attempt);
    await expect(get(`http://${server.host}`, { onRequest })).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: `${server.host} speaks TLS, and was asked in plain http (GET /v2/)`,
      hint: 'Leave out --plain-http',
    });
    expect(attempts).toEqual([1]);
  });

  it('is named where the server answers http with 400', async () => {
    // As nginx and Go do.
    const url = await raw((socket) =>
      socket.once('data', (bytes) =>
        socket.end(
          bytes[0] === 0x16 ? '\x16\x03\x03\0\x01\x02' : 'HTTP/1.0 400 Bad Request\r\ncontent-length: 0\r\n\r\n',
          'latin1',
        ),
      ),
    );
    await expect(get(url.href)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('speaks TLS'),
    });
  });

  it('is named where TLS meets http', async () => {
    const server = await serve(ok);
    await expect(get(`https://${server.host}`)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: `${server.host} does not speak TLS, and was asked over TLS (GET /v2/)`,
      hint: 'Give --plain-http',
    });
    expect(server.requests).toEqual([]);
  });

  it('is named where http is silent to TLS', async () => {
    const url = await raw((socket) =>
      socket.on('data', (bytes) => bytes.toString().startsWith('GET') && socket.end('HTTP/1.1 200 OK\r\n\r\n')),
    );
    await expect(get(`https://${url.host}`, { timeout: 1500, retryDelay: 1 })).rejects.toMatchObject({
      message: expect.stringContaining('does not speak TLS'),
    });
  });

  it('is not blamed for a 400 that a registry means, or for a connection that breaks', async () => {
    const server = await serve((exchange) => exchange.reply(400));
    await get(server.url);
    const reset = await serve(ok, { fault: () => 'reset' });
    await expect(get(reset.url)).rejects.toMatchObject({ message: expect.stringContaining('closed the connection') });
  });
});

describe('a host with an open protocol', () => {
  const request = (url: string) => ({ method: 'GET', url: new URL(url) }) as const;

  it('is asked once for all who want to know', async () => {
    let connections = 0;
    const url = await raw((socket) => {
      connections++;
      socket.once('data', () => socket.end('\x16\x03\x03', 'latin1'));
    });
    const http = client();
    const found = await Promise.all([1, 2, 3].map(() => http.locate(request(url.href))));
    expect(found.map(({ href }) => href)).toEqual([1, 2, 3].map(() => `https://${url.host}/`));
    expect(connections).toBe(1);
  });

  it('is http where the port tells nothing', async () => {
    const url = await raw((socket) => socket.destroy());
    expect((await client().locate(request(url.href))).origin).toBe(url.origin);
  });

  it('is asked again where it refuses connections, as often as for a request', async () => {
    const attempts: number[] = [];
    const http = client({ onRequest: ({ attempt }) => attempts.push(attempt) });
    await expect(http.locate(request('http://127.0.0.1:1/v2/'))).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: '127.0.0.1:1 refuses connections (GET /v2/)',
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('does not hold up a caller that stops, nor fail the others', async () => {
    const url = await raw((socket) =>
      socket.once('data', () => setTimeout(() => socket.end('\x16\x03\x03', 'latin1'), 100)),
    );
    const http = client({ timeout: 5_000 });
    const controller = new AbortController();
    const stopped = http.locate({ ...request(url.href), signal: controller.signal });
    const other = http.locate(request(url.href));
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await other).protocol).toBe('https:');
  });
});

describe('a proxy', () => {
  const VARIABLES = [
    'http_proxy',
    'HTTP_PROXY',
    'https_proxy',
    'HTTPS_PROXY',
    'no_proxy',
    'NO_PROXY',
    'REMORA_PROXY_LOOPBACK',
  ];

  type Row = [environment: Record<string, string>, url: string, expected: boolean];
  const proxied = (...row: Row): Row => row;

  it.each<Row>([
    [{}, 'http://localhost:5000', false],
    [{ HTTP_PROXY: 'http://p' }, 'http://reg.example:5000', true],
    [{ HTTP_PROXY: 'http://p', NO_PROXY: 'a.example, reg.example' }, 'http://reg.example:5000', false],
    [{ HTTP_PROXY: 'http://p', NO_PROXY: 'reg.example:5001' }, 'http://reg.example:5000', true],
    [{ HTTP_PROXY: 'http://p', NO_PROXY: '.reg.example' }, 'http://x.reg.example:5000', false],
    [{ HTTP_PROXY: 'http://p', NO_PROXY: '2001:db8::1' }, 'http://[2001:db8::1]:5000', false],
    [{ HTTP_PROXY: 'http://p', no_proxy: '*' }, 'http://198.51.100.1', false],
    [{ HTTP_PROXY: 'http://p', NO_PROXY: '198.51.100.1:80' }, 'http://198.51.100.1', false],
    ...['localhost', 'x.localhost.', '127.9.9.9', '[::1]', '[::ffff:127.0.0.1]', '0x7f000001'].flatMap((host) => [
      proxied({ HTTP_PROXY: 'http://p', HTTPS_PROXY: 'http://p' }, `http://${host}:5000`, false),
      proxied({ HTTPS_PROXY: 'http://p' }, `https://${host}`, false),
      proxied({ HTTP_PROXY: 'http://p', REMORA_PROXY_LOOPBACK: '1' }, `http://${host}:5000`, true),
    ]),
    [{ HTTP_PROXY: 'http://p', REMORA_PROXY_LOOPBACK: '1', NO_PROXY: 'localhost' }, 'http://localhost', false],
    [{ HTTP_PROXY: 'http://p' }, 'http://127.0.0.1.example', true],
  ])('of %j is before %s: %j', (environment, url, expected) => {
    const before = VARIABLES.map((name) => [name, process.env[name]] as const);
    onTestFinished(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    for (const name of VARIABLES) delete process.env[name];
    Object.assign(process.env, environment);
    expect(isProxied(new URL(url))).toBe(expected);
  });
});
