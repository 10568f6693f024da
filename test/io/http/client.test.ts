import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { HttpClient, type HttpOptions } from '../../../src/io/http/client.js';
import { networkError } from '../../../src/io/http/network-error.js';
import type { HttpRequest } from '../../../src/io/http/request.js';
import { discard, readBody } from '../../../src/io/http/response.js';
import type { Exchange } from '../../support/exchange.js';
import { type Listener, listen } from '../../support/loopback.js';
import { createRequestLog } from '../../support/request-log.js';

const SECRETS = { authorization: 'Basic secret', cookie: 'session=secret', 'x-plain': 'kept' };

async function serve(
  handle: (exchange: Exchange) => Promise<void>,
): Promise<Listener & ReturnType<typeof createRequestLog>> {
  const recorder = createRequestLog();
  const listener = await listen(recorder, {}, handle);
  onTestFinished(() => listener.close());
  return { ...listener, ...recorder };
}

function client(options?: HttpOptions): HttpClient {
  const made = new HttpClient({ retryDelay: 5, ...options });
  onTestFinished(() => made.close());
  return made;
}

/** Two servers: the first redirects to a path of the second, or of itself when that path is `/same`. */
async function redirecting(status: number) {
  const target = await serve(async (exchange) => {
    for await (const _ of exchange.body());
    await exchange.reply(200, {}, 'there');
  });
  const origin = await serve(async (exchange) => {
    for await (const _ of exchange.body());
    if (exchange.path === '/arrived') return exchange.reply(200, {}, 'here');
    const location = exchange.path === '/same' ? '/arrived' : `${target.url}${exchange.path}`;
    return exchange.reply(status, { location });
  });
  return { origin, target };
}

it.each([301, 302, 307, 308])('follows a %i to another host without what was meant for the first', async (status) => {
  const { origin, target } = await redirecting(status);
  const response = await client().request({ method: 'GET', url: new URL('/a?b=c%3D', origin.url), headers: SECRETS });
  expect(await text(response.body)).toBe('there');
  expect(response.url.href).toBe(`${target.url}/a?b=c%3D`);
  expect(origin.log.requests[0]?.headers).toMatchObject(SECRETS);
  const [there] = target.log.requests;
  expect(there?.headers.authorization).toBeUndefined();
  expect(there?.headers.cookie).toBeUndefined();
  // Headers of the user may hold secrets, too (GHSA-h3wm-jjqf-8jm2).
  expect(there?.headers['x-plain']).toBeUndefined();
});

it('keeps all headers for the same host', async () => {
  const { origin } = await redirecting(307);
  const response = await client().request({ method: 'GET', url: new URL('/same', origin.url), headers: SECRETS });
  expect(await text(response.body)).toBe('here');
  expect(origin.log.requests[1]?.headers).toMatchObject(SECRETS);
});

it.each([301, 302, 307, 308])('repeats a PUT with its body after a %i, never as a GET', async (status) => {
  const { origin, target } = await redirecting(status);
  let opened = 0;
  const body = { size: 7, open: async () => Buffer.from(`body ${++opened}!`) };
  const response = await client().request({ method: 'PUT', url: new URL('/a', origin.url), body });
  await discard(response);
  expect(target.log.requests.map(({ method, requestBytes }) => [method, requestBytes])).toEqual([['PUT', 7]]);
  expect(opened).toBe(2);
});

it('does not turn a PUT into a GET that would succeed (303)', async () => {
  const { origin, target } = await redirecting(303);
  const body = { size: 1, open: async () => Buffer.from('x') };
  const put = client().request({ method: 'PUT', url: new URL('/a', origin.url), body });
  await expect(put).rejects.toMatchObject({ code: 'REJECTED' });
  expect(target.log.requests).toEqual([]);
  const get = await client().request({ method: 'GET', url: new URL('/a', origin.url) });
  expect(await text(get.body)).toBe('there');
});

it('follows no redirect where none is allowed', async () => {
  const { origin, target } = await redirecting(307);
  const request: HttpRequest = { method: 'GET', url: new URL('/a', origin.url), redirect: 'error' };
  await expect(client().request(request)).rejects.toMatchObject({ code: 'REJECTED' });
  expect(target.log.requests).toEqual([]);
});

it.each(['ftp://example.org/', 'file:///etc/passwd', 'http://[', 'javascript:0'])(
  'does not follow a redirect to %s',
  async (location) => {
    const server = await serve((exchange) => exchange.reply(307, { location }));
    const request: HttpRequest = { method: 'GET', url: new URL(server.url) };
    await expect(client().request(request)).rejects.toMatchObject({ code: 'REJECTED' });
  },
);

it('ends a chain of redirects', async () => {
  const server = await serve((exchange) => exchange.reply(307, { location: `${exchange.path}x` }));
  const request: HttpRequest = { method: 'GET', url: new URL(server.url) };
  await expect(client().request(request)).rejects.toMatchObject({
    code: 'REJECTED',
    message: expect.stringContaining('without end'),
  });
  expect(server.log.requests).toHaveLength(11);
});

it('gives back a redirect without a Location, and any other status', async () => {
  for (const status of [304, 307, 404, 500]) {
    const server = await serve((exchange) => exchange.reply(status, {}, status === 304 ? '' : 'body'));
    const response = await client().request({ method: 'GET', url: new URL(server.url) });
    expect(response.status).toBe(status);
    await discard(response);
  }
});

it('opens no more connections to a host than it may', async () => {
  let now = 0;
  let most = 0;
  const server = await serve(async (exchange) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 20));
    now -= 1;
    await exchange.reply(200, {}, 'x');
  });
  const http = client({ concurrency: 3 });
  await Promise.all(
    Array.from({ length: 12 }, async () => discard(await http.request({ method: 'GET', url: new URL(server.url) }))),
  );
  expect(most).toBe(3);
});

it('uses a connection again after a body that nobody wanted', async () => {
  const server = await serve((exchange) => exchange.reply(404, {}, 'x'.repeat(10_000)));
  const sockets = new Set<unknown>();
  const other = await serve(async (exchange) => {
    sockets.add(exchange.request.socket);
    await exchange.reply(404, {}, 'x'.repeat(10_000));
  });
  const http = client({ concurrency: 1 });
  for (let n = 0; n < 5; n++) await discard(await http.request({ method: 'GET', url: new URL(other.url) }));
  expect(sockets.size).toBe(1);
  await discard(await http.request({ method: 'GET', url: new URL(server.url) }));
});

it('reads a small body, refuses a large one, and notices a cut one', async () => {
  const server = await serve(async (exchange) => {
    if (exchange.path === '/cut') exchange.shortBody = { bytes: 5, end: 'cut' };
    await exchange.reply(200, {}, 'x'.repeat(1000));
  });
  const http = client();
  const get = (path: string) => http.request({ method: 'GET', url: new URL(path, server.url) });
  expect(await readBody(await get('/'), 1000, 'it')).toHaveLength(1000);
  await expect(readBody(await get('/'), 999, 'it')).rejects.toMatchObject({ code: 'MALFORMED', expected: 999 });
  await expect(readBody(await get('/cut'), 1000, 'it')).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

it.each<[string, string, RegExp]>([
  ['ENOTFOUND', 'UNREACHABLE', /not a known host/],
  ['EAI_AGAIN', 'UNREACHABLE', /name server/],
  ['ECONNRESET', 'UNREACHABLE', /closed the connection/],
  ['ETIMEDOUT', 'TIMEOUT', /in time/],
  ['UND_ERR_CONNECT_TIMEOUT', 'TIMEOUT', /in time/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNREACHABLE', /certificate that signed itself/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNREACHABLE', /no trusted authority signed/],
  ['CERT_HAS_EXPIRED', 'UNREACHABLE', /has expired/],
  ['CERT_NOT_YET_VALID', 'UNREACHABLE', /not valid yet/],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'UNREACHABLE', /may want a client certificate/],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'UNREACHABLE', /refuses the client certificate/],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'UNREACHABLE', /no version of TLS that is safe/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'UNREACHABLE', /TLS/],
  ['EWHATEVER', 'UNREACHABLE', /failed: it did/],
])('explains %s', (code, expected, message) => {
  const cause = Object.assign(new Error('it did'), { code });
  const request = { method: 'GET', url: new URL('https://user:secret@reg.example/v2/?token=secret') } as const;
  for (const error of [cause, new TypeError('fetch failed', { cause })]) {
    if (code === 'EWHATEVER' && error !== cause) continue;
    const explained = networkError(error, request);
    expect(explained).toMatchObject({ code: expected, message: expect.stringMatching(message) });
    expect(explained.message).toContain('reg.example');
    expect(explained.message).not.toContain('secret');
  }
});
