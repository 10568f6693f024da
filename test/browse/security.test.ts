import { describe, expect, it } from 'vitest';
import { Entered, send } from './support/browse-start.js';

describe('an address with a token', () => {
  it('becomes a cookie for a folder that no other server knows', async () => {
    const entered = await Entered.start();
    expect(entered.url.searchParams.get('token')).toMatch(/^[\w-]{43}$/);
    expect(entered.folder).toMatch(/^\/[0-9a-f]{16}\/$/);
    expect(entered.cookie).toMatch(/^remora-\d+=[\w-]{43}; Path=\/[0-9a-f]{16}\/; HttpOnly; SameSite=Strict$/);
    expect(entered.cookie).toContain(`remora-${entered.port}=`);
    expect(entered.cookie).not.toContain(entered.url.searchParams.get('token') ?? '');
    expect((await entered.get('start')).status).toBe(200);
  });

  it('is for one use where a command line tells it to others', async () => {
    const entered = await Entered.start();
    const launch = new URL(entered.launchUrl());
    expect(launch.search).not.toBe(entered.url.search);
    expect((await send(entered.port, `/${launch.search}`)).status).toBe(303);
    expect((await send(entered.port, `/${launch.search}`)).status).toBe(403);
    expect((await send(entered.port, `/${entered.url.search}`)).status).toBe(303);
  });

  it('is another one for each start', async () => {
    const [one, other] = [await Entered.start(), await Entered.start()];
    expect(one.url.search).not.toBe(other.url.search);
    const [pair = ''] = one.cookie.split(';');
    const value = pair.slice(pair.indexOf('=') + 1);
    const headers = { cookie: `${pair}; remora-${other.port}=${value}` };
    expect((await send(other.port, `${other.folder}start`, { headers })).status).toBe(403);
    expect((await send(other.port, `/${one.url.search}`)).status).toBe(403);
  });
});

describe('without the token', () => {
  it.each([
    ['no token', '', {}],
    ['an empty token', '?token=', {}],
    ['a wrong token', `?token=${'a'.repeat(43)}`, {}],
    ['a wrong cookie', '', { cookie: 'remora-PORT=aaaaaaaa' }],
    ['the cookie of another port', '', { cookie: 'remora-1=VALUE' }],
    ['a name that ends alike', '', { cookie: 'xremora-PORT=VALUE' }],
  ])('%s is refused with a page that tells nothing', async (_, query, headers) => {
    const entered = await Entered.start({ place: 'ghcr.io/acme/secret-name' });
    const value = /=([\w-]+)/.exec(entered.cookie)?.[1] ?? '';
    const filled = Object.entries(headers).map(([name, text]) => [
      name,
      text.replace('PORT', String(entered.port)).replace('VALUE', value),
    ]);
    for (const path of [
      '/',
      entered.folder,
      `${entered.folder}start`,
      `${entered.folder}open?place=x`,
      '/favicon.ico',
    ]) {
      const {
        status,
        body,
        headers: got,
      } = await send(entered.port, `${path}${path.includes('?') ? '' : query}`, {
        headers: Object.fromEntries(filled),
      });
      expect([path, status]).toEqual([path, 403]);
      expect(body).toContain('remora browse');
      expect(body).not.toContain('secret-name');
      expect(got['set-cookie']).toBeUndefined();
    }
  });
});

describe('a web page elsewhere', () => {
  it.each([
    ['a name that its DNS turns here', { host: 'evil.example:PORT' }, 421],
    ['a name of loopback that is not one', { host: 'app.localhost:PORT' }, 421],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['another port of loopback', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }, 403],
    ['a link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 403],
    ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 403],
  ])('is refused: %s', async (_, headers, status) => {
    const entered = await Entered.start();
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, text.replace('PORT', String(entered.port))]),
    );
    expect((await entered.get('start', { headers: filled })).status).toBe(status);
    const byToken = await send(entered.port, `/${entered.url.search}`, { headers: filled });
    expect([byToken.status, byToken.headers['set-cookie']]).toEqual([status, undefined]);
  });

  it('cannot use a page of the same origin that it does not have: the browser opens it by hand', async () => {
    const entered = await Entered.start();
    expect((await entered.get('start', { headers: { 'sec-fetch-site': 'none' } })).status).toBe(200);
    expect((await entered.get('start', { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(200);
  });
});

describe('every answer', () => {
  it.each(['start', 'nowhere', '', 'open', 'a/../../start'])(
    'is kept by nobody, framed by nobody: %s',
    async (path) => {
      const { headers } = await (await Entered.start()).get(path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'x-frame-options': 'DENY',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  it('lets in no script, no style and no frame but its own', async () => {
    const { headers, body } = await (await Entered.start()).get('start');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'sha256-[^']+'/);
    expect(policy).toMatch(/style-src 'sha256-[^']+'/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toContain('unsafe');
    expect(body).not.toMatch(/ on\w+=| style=/);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
    const { status } = await (await Entered.start()).get('start', { method });
    expect(status).toBe(405);
  });

  it('answers HEAD with the head of GET', async () => {
    const entered = await Entered.start();
    const [head, got] = [await entered.get('start', { method: 'HEAD' }), await entered.get('start')];
    expect([head.status, head.body]).toEqual([200, '']);
    expect(head.headers['content-length']).toBe(got.headers['content-length']);
  });

  it.each([
    '../../../etc/passwd',
    '%2e%2e/%2e%2e/etc/passwd',
    'style.css',
    'start/x',
    'constructor',
    '__proto__',
    '%',
    '//start',
  ])('has no page at %s', async (path) => {
    const { status, body } = await (await Entered.start()).get(path);
    expect([400, 403, 404]).toContain(status);
    expect(body).not.toContain('root:');
  });
});
