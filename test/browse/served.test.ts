import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { servedPages } from '../../src/browse/served-pages.js';
import { attach } from '../../src/operations/attach/attach.js';
import { createListener, type RequestLog, type ServerOptions } from '../../src/serve/server.js';
import { openRepositories } from '../../src/store/layout/hosting/repositories.js';
import { writeIndex } from '../support/image-layout.js';
import { tempDir } from '../support/temp.js';
import { linksOf, send, textOf } from './support/browse-start.js';
import { SBOM } from './support/places.js';

async function served(options: ServerOptions = {}) {
  const parent = await tempDir();
  const directory = join(parent, 'root');
  await writeIndex(join(directory, 'team/app'), ['amd64']);
  await writeIndex(join(parent, 'outside'), ['amd64']);
  await attach(`oci:${directory}/team/app:v1`, [{ name: 'app.spdx.json', content: SBOM }]);
  const repositories = await openRepositories(directory);
  const log: RequestLog[] = [];
  const server = createServer(
    createListener(repositories, { ...options, onRequest: (line) => log.push(line) }, servedPages),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const host = `127.0.0.1:${port}`;
  const get = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    send(port, path, { method, headers });
  return { parent, directory, log, host, get };
}

describe('the pages of a server', () => {
  it('lead from its repositories to the bytes of an SBOM', async () => {
    const { get, host, parent } = await served();
    const first = await get('/');
    expect([first.status, first.headers.location]).toEqual([303, 'repositories']);
    const follow = async (markup: string, word: string) => {
      const href = linksOf(markup).find((one) => one.includes(word));
      if (href === undefined) throw new Error(`no link with ${word}`);
      const got = await get(`/${href}`);
      expect([href, got.status]).toEqual([href, 200]);
      expect(got.body).not.toContain(parent);
      return got;
    };
    const repositories = await get('/repositories');
    expect(repositories.body).not.toContain('<form class="place"');
    expect(textOf(repositories.main)).toContain(`remora repo list ${host}`);
    const tags = await follow(repositories.main, 'tags?');
    const image = await follow(tags.main, 'artifact?');
    expect(textOf(image.main)).toContain(`remora discover ${host}/team/app:v1`);
    expect(textOf(image.main)).toContain('app.spdx.json');
    const attached = [...image.main.matchAll(/href="([^"]*)">(?:<bdi>)?app\.spdx\.json/g)][0]?.[1] ?? '';
    const sbom = await get(`/${attached.replaceAll('&amp;', '&')}`);
    const download = await follow(sbom.main, 'download?');
    expect(download.body).toBe(SBOM);
  });

  it.each([
    ['artifact?place=oci:DIR/team/app:v1', 400],
    ['artifact?place=DIR/team/app:v1', 400],
    ['artifact?place=../outside:v1', 400],
    ['artifact?place=team/../../outside:v1', 400],
    ['artifact?place=ghcr.io/acme/app:v1', 404],
    ['artifact?place=127.0.0.1:1/app:v1', 400],
    ['tags?place=outside', 404],
    ['tags?place=dir:DIR', 400],
    ['tags?place=', 400],
    ['repositories?place=oci:DIR', 200],
    ['artifact?place=team/app:v2', 404],
    ['artifact?place=team/app@sha256:00', 400],
    ['open?place=./outside', 400],
    ['file?place=team/app:v1&layer=../../index.json', 404],
    ['start', 303],
  ])('show no other place: %s', async (path, status) => {
    const { get, directory, parent } = await served();
    const got = await get(`/${path.replaceAll('DIR', directory)}`);
    expect([path, got.status]).toEqual([path, status]);
    expect(textOf(got.main)).not.toContain('linux/amd64');
    // A page may repeat the address that it was asked for.
    if (!path.includes('DIR')) expect(got.body).not.toContain(parent);
  });

  it('are for those who may read alone', async () => {
    const { get } = await served({ authenticate: async (name, password) => name === 'ann' && password === 'x' });
    const refused = await get('/repositories');
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Basic realm="remora"']);
    expect(refused.body).not.toContain('team/app');
    const authorization = `Basic ${Buffer.from('ann:x').toString('base64')}`;
    expect((await get('/repositories', { authorization })).status).toBe(200);
  });

  it.each([
    ['a name that its DNS turns here', { host: 'evil.example' }, 421],
    ['a script', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, 403],
    ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 403],
    ['a link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 200],
  ])('of another origin: %s', async (_, headers, status) => {
    const { get } = await served();
    expect((await get('/repositories', headers)).status).toBe(status);
    // What is no page is refused as ever.
    expect((await get('/v2/_catalog', headers)).status).toBe(status === 200 ? 403 : status);
  });

  it.each(['POST', 'PUT', 'DELETE'])('are read only: %s', async (method) => {
    const { get } = await served();
    expect((await get('/repositories', {}, method)).status).toBe(405);
  });

  it('tell a failure to the log, and not to the reader', async () => {
    const { get, directory, log, parent } = await served();
    const { writeFile } = await import('node:fs/promises');
    await writeFile(join(directory, 'team/app/index.json'), '{');
    const { status, body } = await get('/tags?place=team/app');
    expect(status).toBe(502);
    expect(body).not.toContain(parent);
    expect(log.at(-1)?.error).toContain('index.json');
  });

  it('stand beside a registry that is as it was', async () => {
    const { get } = await served();
    expect((await get('/v2/')).status).toBe(200);
    expect((await get('/v2/nowhere')).headers['content-type']).toBe('application/json');
    expect((await get('/v2')).status).toBe(200);
  });
});

describe('an answer to a browser', () => {
  const authorization = `Basic ${Buffer.from('ann:wrong').toString('base64')}`;
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';

  it.each(['nothing', 'team/app', 'a/b/c', '/evil.example/x', 'v2x/y/'])(
    'has links that lead from /%s',
    async (path) => {
      const { get, host } = await served();
      const { status, body } = await get(`/${path}`);
      expect(status).toBe(404);
      const home = linksOf(body).find((one) => one.endsWith('repositories')) ?? '';
      expect(new URL(home, `http://${host}/${path}`).href).toBe(`http://${host}/repositories`);
    },
  );

  it('is a page where the login is refused, and JSON for other clients and for the API', async () => {
    const { get } = await served({ authenticate: async () => ({ why: 'no <b> such user' }) });
    for (const path of ['/', '/repositories', '/a/b']) {
      const { status, headers, body } = await get(path, { accept, authorization });
      expect([status, headers['www-authenticate']]).toEqual([401, 'Basic realm="remora"']);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(body).toContain('no &lt;b&gt; such user');
      expect(body).not.toContain('team/app');
    }
    for (const [path, headers] of [
      ['/', {}],
      ['/repositories', { accept: 'application/json' }],
      ['/v2/', { accept }],
      ['/v2/team/app/manifests/v1', { accept }],
    ] as const) {
      const { status, headers: got } = await get(path, headers);
      expect([path, status, got['content-type']]).toEqual([path, 401, 'application/json']);
    }
    const posted = await get('/repositories', { accept }, 'POST');
    expect([posted.status, posted.headers['content-type']]).toEqual([401, 'application/json']);
  });

  it('says when to come again, and which methods there are', async () => {
    const { get } = await served({ authenticate: async () => ({ why: 'wait', retryAfter: 7 }) });
    const { status, headers } = await get('/', { accept, authorization });
    expect([status, headers['retry-after']]).toEqual([429, '7']);
    const open = await served();
    const posted = await open.get('/repositories', {}, 'POST');
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('is a page for a name that the server does not answer to', async () => {
    const { get } = await served();
    const { status, headers, main } = await get('/repositories', { accept, host: 'evil.example' });
    expect([status, headers['content-type']]).toEqual([421, 'text/html; charset=utf-8']);
    expect(main).not.toContain('team/app');
  });
});
