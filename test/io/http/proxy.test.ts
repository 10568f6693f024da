import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HttpOptions } from '../../../src/io/http/client.js';
import { type Authority, makeAuthority } from '../../support/certificates.js';
import { type HttpProxyOptions, startHttpProxy } from '../../support/http-proxy.js';
import { client, serve } from './support/server.js';

const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});
beforeEach(() => {
  for (const name of VARIABLES) vi.stubEnv(name, undefined);
  // All servers here are on loopback.
  vi.stubEnv('REMORA_PROXY_LOOPBACK', '1');
  return () => void vi.unstubAllEnvs();
});

async function proxy(options?: HttpProxyOptions) {
  const started = await startHttpProxy(options);
  onTestFinished(() => started.close());
  return started;
}

async function get(url: string, options?: HttpOptions) {
  const response = await client({ timeout: 3_000, ...options }).request({ method: 'GET', url: new URL(url) });
  return { status: response.status, body: await text(response.body) };
}

const here = { status: 200, body: 'here' };
const plainServer = () => serve((exchange) => exchange.reply(200, {}, 'here'));
const tlsServer = async (...names: string[]) =>
  serve((exchange) => exchange.reply(200, {}, 'here'), { tls: await authority.server(...names) });

describe.each([
  ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
  ['http_proxy', 'https_proxy', 'no_proxy'],
])('%s, %s and %s', (http, https, none) => {
  it('send plain requests with the whole address', async () => {
    const between = await proxy();
    const server = await plainServer();
    vi.stubEnv(http, between.url);
    expect(await get(`${server.url}/v2/x?n=1`)).toEqual(here);
    expect(between.asked).toEqual([`GET ${server.url}/v2/x?n=1`]);
    expect(server.requests[0]?.headers.host).toBe(server.host);
  });

  it('send https through a tunnel, with its TLS from end to end', async () => {
    const server = await tlsServer('registry.example');
    const between = await proxy({ hosts: { 'registry.example:443': server.host } });
    vi.stubEnv(https, between.url);
    expect(await get('https://registry.example/v2/', { ca: authority.ca })).toEqual(here);
    expect(between.asked).toEqual(['CONNECT registry.example:443']);
    // The proxy cannot take the place of the registry.
    await expect(get('https://registry.example/v2/')).rejects.toMatchObject({
      code: 'UNREACHABLE',
      hint: expect.stringContaining('--ca-file'),
    });
    const other = await proxy({ hosts: { 'other.example:443': server.host } });
    vi.stubEnv(https, other.url);
    await expect(get('https://other.example/', { ca: authority.ca })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('leave hosts alone that are not to be reached so', async () => {
    const between = await proxy();
    const server = await plainServer();
    vi.stubEnv(http, between.url);
    for (const [value, direct] of [
      ['127.0.0.1', true],
      [server.host, true],
      ['*', true],
      ['other.example,127.0.0.1', true],
      ['127.0.0.1:1', false],
      ['other.example', false],
    ] as const) {
      vi.stubEnv(none, value);
      const before = between.asked.length;
      expect(await get(server.url)).toEqual(here);
      expect([value, between.asked.length - before]).toEqual([value, direct ? 0 : 1]);
    }
  });
});

it('leaves a loopback host alone unless it is told otherwise, with all that goes to it', async () => {
  vi.stubEnv('REMORA_PROXY_LOOPBACK', undefined);
  const between = await proxy();
  const [server, secure] = await Promise.all([plainServer(), tlsServer()]);
  vi.stubEnv('HTTP_PROXY', between.url);
  vi.stubEnv('HTTPS_PROXY', between.url);
  const { port } = new URL(server.url);
  for (const url of [server.url, `http://localhost:${port}/`, `http://x.localhost:${port}/`]) {
    expect([url, await get(url)]).toEqual([url, here]);
  }
  expect(await get(secure.url, { ca: authority.ca })).toEqual(here);
  expect(between.asked).toEqual([]);
});

it('sends several requests at a time, and goes on after a failure', async () => {
  const between = await proxy();
  const server = await serve((exchange) => exchange.reply(200, {}, 'here'), {
    fault: ({ count }) => (count === 1 ? { status: 503 } : undefined),
  });
  vi.stubEnv('HTTP_PROXY', between.url);
  const http = client({ timeout: 3_000 });
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd'].map((path) => http.read({ method: 'GET', url: new URL(path, server.url) }, 9, 'it')),
  );
  expect(answers.map(({ response }) => response.status)).toEqual([200, 200, 200, 200]);
  expect(between.asked).toHaveLength(8);
});

describe('a proxy that wants to know who comes', () => {
  const users = { me: 'pass-word-1' };
  const as = (url: string, who: string) => url.replace('//', `//${who}@`);

  it('gets name and password, and nobody else does', async () => {
    const between = await proxy({ users });
    const [server, secure] = await Promise.all([plainServer(), tlsServer()]);
    vi.stubEnv('HTTP_PROXY', as(between.url, 'me:pass-word-1'));
    vi.stubEnv('HTTPS_PROXY', as(between.url, 'me:pass-word-1'));
    expect(await get(server.url)).toEqual(here);
    expect(await get(secure.url, { ca: authority.ca })).toEqual(here);
    for (const { headers } of [...server.requests, ...secure.requests])
      expect(headers['proxy-authorization']).toBeUndefined();
  });

  it('refuses a tunnel, which is said without the password', async () => {
    const between = await proxy({ users });
    const secure = await tlsServer();
    vi.stubEnv('HTTPS_PROXY', as(between.url, 'me:wrong-word-2'));
    const refused = await get(secure.url, { ca: authority.ca }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('407'),
      hint: expect.stringContaining('HTTPS_PROXY'),
    });
    expect(String(refused)).not.toContain('wrong-word');
    expect(secure.requests).toEqual([]);
  });

  it('refuses a plain request with 407', async () => {
    const between = await proxy({ users });
    const server = await plainServer();
    vi.stubEnv('HTTP_PROXY', between.url);
    await expect(get(server.url)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('407'),
      hint: expect.stringContaining('HTTP_PROXY'),
    });
    expect(server.requests).toEqual([]);
  });
});

it('says that a proxy cannot open the tunnel, or is not there', async () => {
  const between = await proxy({ hosts: { 'gone.example:443': '127.0.0.1:1' } });
  vi.stubEnv('HTTPS_PROXY', between.url);
  const hint = expect.stringContaining('HTTPS_PROXY');
  await expect(get('https://gone.example/')).rejects.toMatchObject({ code: 'UNREACHABLE', hint });
  await between.close();
  await expect(get('https://gone.example/')).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

it('takes the address of a proxy without a scheme, and says what is not an address without its password', async () => {
  const between = await proxy();
  const server = await plainServer();
  vi.stubEnv('HTTP_PROXY', between.url.replace('http://', ''));
  expect(await get(server.url)).toEqual(here);
  expect(between.asked).toEqual([`GET ${server.url}/`]);
  vi.stubEnv('HTTP_PROXY', 'http://me:pass-1@[proxy');
  const error = await get(server.url).catch((error: unknown) => error);
  expect(error).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'HTTP_PROXY is not the address of a proxy',
    hint: expect.stringContaining('http://proxy.example:3128'),
  });
});

describe('an IPv6 host', () => {
  async function onIpv6() {
    const server = createServer((_, response) => void response.end('here'));
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '::1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `[::1]:${address.port}`;
  }

  it('goes through the proxy, and past it where it is named', async () => {
    const host = await onIpv6();
    const between = await proxy();
    vi.stubEnv('HTTP_PROXY', between.url);
    expect(await get(`http://${host}/`)).toEqual(here);
    expect(between.asked).toEqual([`GET http://${host}/`]);
    for (const value of ['[::1]', host, '::1']) {
      vi.stubEnv('NO_PROXY', value);
      expect([value, await get(`http://${host}/`)]).toEqual([value, here]);
    }
    expect(between.asked).toHaveLength(1);
  });
});
