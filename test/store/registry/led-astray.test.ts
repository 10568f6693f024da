import { hostname } from 'node:os';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { namedNetwork } from '../../../src/io/http/addresses.js';
import { HttpClient } from '../../../src/io/http/client.js';
import { startHttpProxy } from '../../support/http-proxy.js';
import { listTags, readBlob, text, writeContent } from '../support/artifacts.js';
import { hostile, MANIFEST, TYPE } from './support/hostile-server.js';
import { openStore, REPOSITORY } from './support/start.js';

/** Addresses that a registry on loopback may not lead to, as they may be written. */
const ASTRAY = [
  '169.254.169.254',
  '169.254.169.254.',
  '169.254.7.7:8080',
  '2852039166',
  '0xa9.0376.43518',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1:631',
  '100.100.100.200',
  '100.64.0.1',
  '168.63.129.16',
  '0.0.0.0',
  '0:9000',
  '[::]',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '[fdab::1]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b::10.0.0.1]',
  '[64:ff9b:1::192.168.0.1]',
  '[::ffff:169.254.169.254]',
  '[::ffff:0:10.0.0.1]',
  '[::192.168.0.1]',
  '[2002:a9fe:a9fe::1]',
  'metadata.google.internal',
];

/** A proxy that records what would go out, since none of these addresses can be reached here. */
async function outside() {
  const proxy = await startHttpProxy();
  onTestFinished(() => proxy.close());
  vi.stubEnv('HTTP_PROXY', proxy.url);
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  return proxy;
}

beforeEach(() => {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'NO_PROXY']) vi.stubEnv(name, undefined);
  return () => void vi.unstubAllEnvs();
});

describe.each(ASTRAY)('a registry on loopback that leads to %s', (host) => {
  const refused = { code: 'REJECTED', message: expect.stringContaining(' leads to '), hint: expect.any(String) };

  it('by a redirect is not followed', async () => {
    const proxy = await outside();
    const registry = await hostile((exchange) => exchange.reply(307, { location: `http://${host}/latest/meta-data` }));
    const store = openStore(registry.host, REPOSITORY);
    const { descriptor } = text('content');
    await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject(refused);
    await expect(store.manifest({ tag: 'v1' })).rejects.toMatchObject(refused);
    await expect(readBlob(store, descriptor)).rejects.toMatchObject(refused);
    await expect(listTags(store)).rejects.toMatchObject(refused);
    expect(proxy.asked).toEqual([]);
  });

  it('by the address of an upload gets none', async () => {
    const proxy = await outside();
    const registry = await hostile((exchange) =>
      exchange.request.method === 'POST'
        ? exchange.reply(202, { location: `http://${host}/latest/api/token` })
        : exchange.reply(404),
    );
    const store = openStore(registry.host, REPOSITORY);
    await expect(writeContent(store, text('content'))).rejects.toMatchObject(refused);
    expect(proxy.asked).toEqual([]);
  });

  it('by its token server gets no token', async () => {
    const proxy = await outside();
    const registry = await hostile((exchange) =>
      exchange.reply(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` }),
    );
    const store = openStore(registry.host, REPOSITORY);
    await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(proxy.asked).toEqual([]);
  });
});

it('follows to the networks that a registry is on, and to the internet', async () => {
  const proxy = await outside();
  const other = await hostile((exchange) => exchange.reply(200, TYPE, MANIFEST));
  const { port } = new URL(other.url);
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`]) {
    const registry = await hostile((exchange) => exchange.reply(307, { location: `http://${host}/m` }));
    expect((await openStore(registry.host, REPOSITORY).manifest({ tag: 'v1' })).kind).toBe('image');
  }
  const http = (url: string) => {
    const client = new HttpClient({ registry: new URL(url), retryDelay: 1 });
    onTestFinished(() => client.close());
    return client;
  };
  // Storage beside a registry in a private network, and in the internet.
  const ask = (from: string, to: string) => http(from).request({ method: 'HEAD', url: new URL(to), retry: false });
  for (const [from, to] of [
    ['http://10.0.0.5:5000', 'http://10.0.0.9:9000/blob'],
    ['http://192.168.0.2', 'http://172.16.0.9/blob'],
    ['http://127.0.0.1:5000', 'http://198.51.100.7/blob'],
    ['http://[fd12::5]', 'http://[fd34::9]/blob'],
  ] as const) {
    await ask(from, to);
    expect(proxy.asked.at(-1)).toBe(`HEAD ${to}`);
  }
  for (const [from, to] of [
    ['http://10.0.0.5:5000', 'http://127.0.0.1:9000/blob'],
    ['http://10.0.0.5:5000', 'http://100.100.100.200/blob'],
    ['http://198.51.100.7', 'http://10.0.0.9/blob'],
    ['https://198.51.100.7', 'https://169.254.169.254/blob'],
    ['https://198.51.100.7', 'https://localhost/blob'],
  ] as const)
    await expect(ask(from, to)).rejects.toMatchObject({ code: 'REJECTED' });
});

it('looks at the addresses that a name has', async () => {
  // The name of this machine is not one that is known by itself, and leads to it.
  const name = hostname();
  expect(namedNetwork(name)).toBeUndefined();
  const other = await hostile((exchange) => exchange.reply(200, TYPE, MANIFEST));
  const url = new URL(`http://${name}:${new URL(other.url).port}/m`);
  for (const more of [{}, { HTTP_PROXY: (await outside()).url }]) {
    for (const [key, value] of Object.entries({ HTTP_PROXY: undefined, HTTPS_PROXY: undefined, ...more }))
      vi.stubEnv(key, value);
    const client = new HttpClient({ registry: new URL('http://198.51.100.7'), retryDelay: 1 });
    onTestFinished(() => client.close());
    await expect(client.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'REJECTED' });
  }
  expect(other.requests).toEqual([]);
});
