import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HttpOptions } from '../../../src/io/http/client.js';
import { discard } from '../../../src/io/http/response.js';
import { openRegistry } from '../../../src/store/registry/store.js';
import { type Authority, type Certificate, makeAuthority } from '../../support/certificates.js';
import { startRegistry } from '../../support/registry.js';
import { tempDir } from '../../support/temp.js';
import { startTokenServer } from '../../support/token-server.js';
import { client, serve } from './support/server.js';

let authority: Authority;
let certificate: Certificate;
let clientCertificate: Certificate;
beforeAll(async () => {
  authority = await makeAuthority();
  [certificate, clientCertificate] = await Promise.all([authority.server(), authority.client('robot')]);
});

/** An https server that asks for a certificate, takes clients without one, and remembers who came. */
async function serveTls(location?: string) {
  const names: (string | undefined)[] = [];
  // With Node's default those without a certificate would not come to the request.
  const tls = { ...certificate, ca: authority.ca, rejectUnauthorized: false };
  const server = await serve(
    async (exchange) => {
      const { socket } = exchange.request;
      const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined;
      names.push(Array.isArray(name) ? name[0] : name);
      await exchange.reply(location === undefined ? 200 : 307, location === undefined ? {} : { location });
    },
    { tls },
  );
  return { ...server, names };
}

async function get(url: string, options: HttpOptions): Promise<number> {
  const response = await client({ timeout: 5_000, ...options }).request({ method: 'GET', url: new URL(url) });
  await discard(response);
  return response.status;
}

describe('a private authority', () => {
  it('is refused, once, with the flag that would name it', async () => {
    const server = await serveTls();
    await expect(get(server.url, {})).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('certificate that no trusted authority signed'),
      hint: expect.stringContaining('--ca-file'),
    });
    expect(server.requests).toEqual([]);
  });

  it('is trusted when it is named', async () => {
    const server = await serveTls();
    expect(await get(server.url, { ca: authority.ca })).toBe(200);
    // Names count as well: nothing but the authority was wrong before.
    expect(await get(server.url.replace('127.0.0.1', 'localhost'), { ca: authority.ca })).toBe(200);
  });

  it('does not help another one', async () => {
    const server = await serveTls();
    const other = await makeAuthority();
    await expect(get(server.url, { ca: other.ca })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

it('refuses a certificate for another host', async () => {
  const { cert, key } = await authority.client('elsewhere.example');
  const server = await serve((exchange) => exchange.reply(200), { tls: { cert, key } });
  await expect(get(server.url, { ca: authority.ca })).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining('shows a certificate for another name'),
    hint: expect.stringContaining('as the certificate names it'),
  });
});

describe('a client certificate', () => {
  const mutual = () => ({ ca: authority.ca, clientCertificate });

  it('is shown to the registry, and needed there', async () => {
    const server = await serve((exchange) => exchange.reply(200), { tls: { ...certificate, ca: authority.ca } });
    expect(await get(server.url, { ...mutual(), registry: new URL(server.url) })).toBe(200);
    await expect(get(server.url, { ca: authority.ca, registry: new URL(server.url) })).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
  });

  it('is not shown to another origin after a redirect (GHSA-whvf-jp7m-59f3)', async () => {
    const other = await serveTls();
    const server = await serveTls(`${other.url}/blob`);
    expect(await get(server.url, { ...mutual(), registry: new URL(server.url) })).toBe(200);
    expect([server.names, other.names]).toEqual([['robot'], [undefined]]);
  });

  it('is shown to nobody where no registry is named', async () => {
    const server = await serveTls();
    expect(await get(server.url, mutual())).toBe(200);
    expect(server.names).toEqual([undefined]);
  });

  it('is not shown to the token server, which has another port', async () => {
    // Both refuse nobody; the registry's own requests prove that the certificate was at hand.
    const tls = { ...certificate, ca: authority.ca, rejectUnauthorized: false };
    const strict = { ...certificate, ca: authority.ca };
    const tokens = await startTokenServer({ tls });
    const strictTokens = await startTokenServer({ tls: strict });
    onTestFinished(async () => void (await Promise.all([tokens.close(), strictTokens.close()])));
    for (const [server, code] of [
      [tokens, 'NOT_FOUND'],
      [strictTokens, 'UNREACHABLE'],
    ] as const) {
      const { realm, verify } = server;
      const registry = await startRegistry({ tls: strict, auth: { type: 'bearer', realm, service: 's', verify } });
      onTestFinished(() => registry.close());
      const store = openRegistry(
        { registry: registry.host, repository: 'team/app' },
        { ...mutual(), plainHttp: false, retryDelay: 5, credentials: async () => undefined },
      );
      onTestFinished(() => store.close());
      // A token server that insists on a certificate gets none.
      await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({ code });
      expect(registry.count()).toBeGreaterThan(0);
    }
  });
});

describe('certificates of certs.d', () => {
  async function placed(files: Readonly<Record<string, string>>, ...urls: readonly string[]) {
    const home = await tempDir();
    vi.stubEnv('HOME', home);
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const url of urls) {
      const directory = join(home, '.config/containers/certs.d', new URL(url).host);
      await mkdir(directory, { recursive: true });
      for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
    }
  }
  const files = () => ({ 'ca.crt': authority.ca, 'a.cert': clientCertificate.cert, 'a.key': clientCertificate.key });

  it('are for the registry; its authority holds where it leads, its client certificate does not', async () => {
    const other = await serveTls();
    const server = await serveTls(`${other.url}/blob`);
    await placed(files(), server.url);
    expect(await get(server.url, { registry: new URL(server.url) })).toBe(200);
    expect([server.names, other.names]).toEqual([['robot'], [undefined]]);
  });

  it('of another host are read for its authority alone', async () => {
    const other = await serveTls();
    const server = await serveTls(`${other.url}/blob`);
    await placed(files(), other.url);
    expect(await get(server.url, { registry: new URL(server.url), insecure: true })).toBe(200);
    expect([server.names, other.names]).toEqual([[undefined], [undefined]]);
  });

  it('that cannot be used are an error at each request, and for no other host', async () => {
    const server = await serveTls();
    const good = await serveTls();
    await placed({ 'ca.crt': 'junk' }, server.url);
    const options = { registry: new URL(server.url), insecure: true };
    const own = client({ timeout: 5_000, ...options });
    const ask = () => own.request({ method: 'GET', url: new URL(server.url) });
    for (const asked of [ask(), ask()]) await expect(asked).rejects.toMatchObject({ code: 'MALFORMED' });
    await expect(ask()).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(server.requests).toEqual([]);
    expect(await get(good.url, { registry: new URL(good.url), insecure: true })).toBe(200);
  });
});

describe('insecure', () => {
  it('is for the host of the registry', async () => {
    const server = await serveTls();
    expect(await get(server.url, { insecure: true, registry: new URL(server.url) })).toBe(200);
  });

  it('is for no other host, after a redirect neither', async () => {
    const other = await serveTls();
    const away = other.url.replace('127.0.0.1', 'localhost');
    const server = await serveTls(away);
    const options = { insecure: true, registry: new URL(server.url) };
    await expect(get(server.url, options)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await expect(get(away, options)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await expect(get(server.url, { insecure: true })).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(other.requests).toEqual([]);
  });
});

it('follows no redirect from https to http', async () => {
  const plain = await serve((exchange) => exchange.reply(200));
  const server = await serveTls(plain.url);
  await expect(get(server.url, { ca: authority.ca })).rejects.toMatchObject({
    code: 'REJECTED',
    message: expect.stringContaining('from https to http'),
  });
  expect(plain.requests).toEqual([]);
});
