import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { listen } from '../../src/serve/listen.js';
import { serveDirectory } from '../../src/serve/serve-directory.js';
import { createServer, type ServerOptions } from '../../src/serve/server.js';
import { openRepositories } from '../../src/store/layout/hosting/repositories.js';
import { tempDir } from '../support/temp.js';
import { expectError, Served } from './support/start.js';

const BYTES = Buffer.from('written by a web page');
const DIGEST = digestOf(BYTES);

/** Every way to change something, and two to read. */
const REQUESTS = [
  ['POST', `/v2/a/page/blobs/uploads/?digest=${DIGEST}`],
  ['POST', '/v2/a/page/blobs/uploads/'],
  ['POST', `/v2/a/page/blobs/uploads/?mount=${DIGEST}&from=priv/app`],
  ['PUT', '/v2/priv/app/manifests/v1'],
  ['DELETE', '/v2/priv/app/manifests/v1'],
  ['PATCH', '/v2/priv/app/blobs/uploads/00000000-0000-4000-8000-000000000000'],
  ['GET', '/v2/_catalog'],
  ['GET', '/v2/priv/app/manifests/v1'],
  ['GET', '/nowhere'],
] as const;

const begin = async (options: ServerOptions = {}) => {
  const served = await Served.start(options);
  const image = await served.image('priv/app', 'one', {}, 'v1');
  return {
    served,
    port: served.host.split(':')[1] ?? '',
    unharmed: async () => {
      expect(existsSync(join(served.directory, 'a'))).toBe(false);
      expect((await served.send('HEAD', '/v2/priv/app/manifests/v1')).headers['docker-content-digest']).toBe(
        image.digest,
      );
    },
  };
};

const sent = (method: string, headers: Readonly<Record<string, string>>) => ({
  headers,
  body: method === 'GET' ? undefined : BYTES,
});

describe('a page of another origin is refused', () => {
  it.each([
    ['a simple request', { origin: 'https://evil.example', 'content-type': 'text/plain' }],
    ['a frame without an origin', { origin: 'null' }],
    ['another port of loopback', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['another name of loopback', { origin: 'http://localhost:PORT' }],
    ['https on the same port', { origin: 'https://127.0.0.1:PORT' }],
    ['an image or a link, which send no origin', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a word that browsers may get', { 'sec-fetch-site': 'same-party' }],
    ['an extension', { origin: 'chrome-extension://abcdefghijklmnop' }],
    ['two origins', { origin: 'http://127.0.0.1:PORT http://evil.example' }],
    ['an empty origin', { origin: '' }],
    ['an origin that only begins alike', { origin: 'http://127.0.0.1:PORT.evil.example' }],
  ])('%s', async (_what, headers) => {
    const { served, port, unharmed } = await begin();
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, text.replace('PORT', port)]),
    );
    for (const [method, path] of REQUESTS) {
      const answer = await served.send(method, path, sent(method, filled));
      expectError(answer, 403, 'DENIED');
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    await unharmed();
  });

  it('also its preflight, its form and its socket', async () => {
    const { served, unharmed } = await begin();
    const origin = 'http://evil.example';
    const asked = { origin, 'access-control-request-method': 'PUT', 'access-control-request-private-network': 'true' };
    expectError(await served.send('OPTIONS', '/v2/priv/app/manifests/v1', { headers: asked }), 403, 'DENIED');
    const form = { origin, 'content-type': 'multipart/form-data; boundary=x' };
    expectError(
      await served.send('POST', '/v2/a/page/blobs/uploads/', { headers: form, body: '--x--' }),
      403,
      'DENIED',
    );
    const socket = { origin, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    expectError(await served.send('GET', '/v2/_catalog', { headers: socket }), 403, 'DENIED');
    await unharmed();
  });
});

it('lets in a page of its own, what the user opens, and clients that are no browsers', async () => {
  const { served, port } = await begin();
  for (const headers of [
    {},
    { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
    { host: `localhost:${port}`, origin: `http://localhost:${port}` },
    { host: 'LocalHost' },
    { host: 'localhost:1', origin: 'http://localhost:1' },
    { host: '127.8.9.10:5000' },
    { host: `[::1]:${port}`, origin: `http://[::1]:${port}` },
    { host: '[0:0:0:0:0:0:0:1]:80' },
  ])
    expect((await served.send('GET', '/v2/_catalog', { headers })).status, JSON.stringify(headers)).toBe(200);
});

describe('a name that DNS turns to loopback is refused', () => {
  it.each([
    'evil.example:PORT',
    'localhost.evil.example:PORT',
    '127.0.0.1.evil.example',
    'localhost.localdomain:PORT',
    'app.localhost:PORT',
    '10.0.0.1:PORT',
    '0.0.0.0:PORT',
    '128.0.0.1',
    '[::2]:PORT',
    'localhost@evil.example',
    'evil.example#localhost',
    'localhost,evil.example',
    '127.0.0.1:PORT:PORT',
    '*',
  ])('%s', async (host) => {
    const { served, port, unharmed } = await begin();
    const named = host.replaceAll('PORT', port);
    for (const [method, path] of REQUESTS) {
      const headers = { host: named, origin: `http://${named}` };
      expectError(await served.send(method, path, sent(method, headers)), 421, 'MISDIRECTED');
    }
    await unharmed();
  });

  it('also with a whole URL as the target, twice, and not at all', async () => {
    const { served } = await begin();
    const status = async (...lines: readonly string[]) =>
      /^HTTP\/1\.1 (\d+)/.exec((await served.raw(`${lines.join('\r\n')}\r\n\r\n`)).toString())?.[1];
    expect(await status('GET http://evil.example/v2/ HTTP/1.1', 'Host: evil.example')).toBe('421');
    expect(await status('GET http://localhost/v2/ HTTP/1.1', 'Host: evil.example')).toBe('421');
    expect(await status('GET http://127.0.0.1/v2/ HTTP/1.1', 'Host: 127.0.0.1')).toBe('200');
    expect(await status('GET /v2/ HTTP/1.1', 'Host: localhost', 'Host: evil.example')).toBe('400');
    expect(await status('GET /v2/ HTTP/1.1', 'Host:')).toBe('400');
    expect(await status('GET /v2/ HTTP/1.1', 'Connection: close')).toBe('400');
    expect(await status('GET /v2/ HTTP/1.0')).toBe('200');
    expect(await status('GET /v2/ HTTP/1.0', 'Host: evil.example')).toBe('421');
  });

  it('with an error of the specification where a host is missing', async () => {
    const repositories = await openRepositories(await tempDir());
    const server = await listen(createServer(repositories), { port: 0 });
    onTestFinished(() => server.close(0));
    const { connect } = await import('node:net');
    const { text } = await import('node:stream/consumers');
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('GET /v2/ HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"UNSUPPORTED"/);
  });
});

describe('names that are allowed', () => {
  it('are answered beside those of loopback, others are not', async () => {
    const { served, port } = await begin({ hosts: ['registry.example', '[fd00::7]'] });
    const status = async (host: string, origin?: string) =>
      (await served.send('GET', '/v2/', { headers: { host, ...(origin === undefined ? {} : { origin }) } })).status;
    expect(await status('registry.example')).toBe(200);
    expect(await status(`REGISTRY.example:${port}`, `http://registry.example:${port}`)).toBe(200);
    // A proxy may speak TLS.
    expect(await status('registry.example', 'https://registry.example')).toBe(200);
    expect(await status('registry.example', 'https://other.registry.example')).toBe(403);
    expect(await status('[fd00:0::7]:443')).toBe(200);
    expect(await status(`localhost:${port}`)).toBe(200);
    for (const host of ['other.example', 'registry.example.evil.example', 'sub.registry.example', '[fd00::8]'])
      expect(await status(host)).toBe(421);
  });

  it('are all names where the server says so', async () => {
    const { served } = await begin({ hosts: 'any' });
    const headers = { host: 'team.example' };
    expect((await served.send('GET', '/v2/', { headers })).status).toBe(200);
    const foreign = { ...headers, origin: 'http://evil.example' };
    expect((await served.send('GET', '/v2/', { headers: foreign })).status).toBe(403);
  });

  it.each(['http://a.example', 'a.example:5000', '[::1]:5000', '', 'a b', '*.a.example', 'a/b'])(
    'cannot be written as %j',
    async (name) => {
      const serving = serveDirectory(await tempDir(), { port: 0, allowHosts: [name] });
      await expect(serving).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found: name });
    },
  );
});
