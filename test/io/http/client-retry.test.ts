import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HttpOptions } from '../../../src/io/http/client.js';
import type { HostWait, RequestTrace } from '../../../src/io/http/connection-options.js';
import { discard } from '../../../src/io/http/response.js';
import { addSecret } from '../../../src/io/redact.js';
import { responseError } from '../../../src/store/registry/client/errors.js';
import type { Fault } from '../../support/loopback.js';
import { client, serve } from './support/server.js';

/** A server that fails so for the first times, and the client's requests to it. */
async function failing(fault: Fault, times: number, options?: HttpOptions) {
  const server = await serve((exchange) => exchange.reply(200, {}, 'here'), {
    fault: ({ count }) => (count <= times ? fault : undefined),
  });
  const http = client(options);
  const request = { method: 'GET', url: new URL('/v2/x', server.url) } as const;
  return {
    server,
    get: () => http.request(request),
    read: () => http.read(request, 1000, 'it'),
  };
}

const FAULTS: readonly (readonly [string, Fault, string, number])[] = [
  ['408', { status: 408 }, 'TIMEOUT', 5],
  ['425', { status: 425 }, 'BUSY', 5],
  ['429', { status: 429 }, 'BUSY', 5],
  ['500', { status: 500 }, 'BUSY', 5],
  ['502', { status: 502 }, 'BUSY', 5],
  ['503', { status: 503 }, 'BUSY', 5],
  ['504', { status: 504 }, 'BUSY', 5],
  ['a reset', 'reset', 'UNREACHABLE', 5],
  ['a stall before the head', 'stall', 'TIMEOUT', 3],
  ['a cut body', { cutAfter: 2 }, 'UNREACHABLE', 5],
  ['a stall in the body', { stallAfter: 2 }, 'TIMEOUT', 3],
];

describe.each(FAULTS)('%s', (_what, fault, code, attempts) => {
  it('once is not noticed', async () => {
    const { server, read } = await failing(fault, 1);
    const { response, bytes } = await read();
    expect([response.status, bytes.toString(), response.attempt]).toEqual([200, 'here', 2]);
    expect(server.count()).toBe(2);
  });

  it(`always is ${code} after ${attempts} attempts`, async () => {
    const { server, read } = await failing(fault, 100, { timeout: 60 });
    if (typeof fault === 'object' && 'status' in fault) {
      const { response, bytes } = await read();
      expect([response.status, response.attempt]).toEqual([fault.status, attempts]);
      const error = responseError(response, bytes, 'it', 'reg.example');
      expect(error).toMatchObject({ code, status: fault.status, message: `it: reg.example answered ${fault.status}` });
    } else {
      await expect(read()).rejects.toMatchObject({ code, message: expect.stringContaining(server.host) });
    }
    expect(server.count()).toBe(attempts);
  });
});

it.each([400, 401, 403, 404, 405, 412, 413, 416, 501])('asks once where the answer is %i', async (status) => {
  const { server, read } = await failing({ status, body: 'no' }, 100);
  expect((await read()).response.status).toBe(status);
  expect(server.count()).toBe(1);
});

it('tries again when connections are refused, but not for long', async () => {
  const { server, get } = await failing('reset', 0);
  await server.close();
  const traces: RequestTrace[] = [];
  const http = client({ onRequest: (trace) => traces.push(trace) });
  const refused = http.request({ method: 'GET', url: new URL(server.url) });
  await expect(refused).rejects.toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('refuses') });
  expect(traces.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  await expect(get()).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

it('sends a body again, made anew, and stops at once when that fails', async () => {
  const { server } = await failing({ status: 503 }, 1);
  let opened = 0;
  const body = { size: 3, open: async () => Buffer.from(`${++opened}..`) };
  const request = { method: 'PUT', url: new URL('/v2/x', server.url) } as const;
  const response = await client().request({ ...request, body });
  expect([response.status, opened]).toEqual([200, 2]);
  await discard(response);
  const broken = { size: 3, open: () => Promise.reject(new Error('the file is gone')) };
  await expect(client().request({ ...request, body: broken })).rejects.toThrow('the file is gone');
});

it('sends nothing again that must be sent once, and says that it could help', async () => {
  const { server } = await failing({ status: 503 }, 1);
  const request = { method: 'GET', url: new URL('/v2/x', server.url), retry: false } as const;
  const response = await client().request(request);
  expect([response.status, response.retry]).toEqual([503, true]);
  await discard(response);
  expect(server.count()).toBe(1);
});

it('ends a wait when it is interrupted', async () => {
  const { server } = await failing({ status: 503 }, 100);
  const http = client({ retryDelay: 10_000 });
  const request = { method: 'GET', url: new URL('/v2/x', server.url), signal: AbortSignal.timeout(30) } as const;
  await expect(http.request(request)).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

describe('Retry-After', () => {
  const waited = async (value: () => string, options?: HttpOptions) => {
    const waits: HostWait[] = [];
    const server = await serve((exchange) =>
      server.count() === 1 ? exchange.reply(429, { 'retry-after': value() }) : exchange.reply(200, {}, 'here'),
    );
    const http = client({ onWait: (wait) => waits.push(wait), ...options });
    const began = performance.now();
    const { response, bytes } = await http.read({ method: 'GET', url: new URL(server.url) }, 100, 'it');
    return { server, response, bytes, waits, milliseconds: performance.now() - began };
  };

  it('in seconds is what is waited for, and announced', async () => {
    const { server, response, waits, milliseconds } = await waited(() => '1');
    expect(response.status).toBe(200);
    expect(milliseconds).toBeGreaterThanOrEqual(995);
    expect(waits).toEqual([{ host: server.host, status: 429, milliseconds: 1000 }]);
  });

  it('as a date is what is waited for, and announced', async () => {
    const { response, waits, milliseconds } = await waited(() => new Date(Date.now() + 1500).toUTCString());
    expect(response.status).toBe(200);
    expect(milliseconds).toBeGreaterThanOrEqual((waits[0]?.milliseconds ?? 0) - 5);
    expect(waits[0]?.milliseconds).toBeLessThanOrEqual(1500);
  });

  it('holds back every other request to the host, and none to another', async () => {
    const times: number[] = [];
    let asked = 0;
    const server = await serve(async (exchange) => {
      times.push(performance.now());
      return ++asked === 1 ? exchange.reply(429, { 'retry-after': '1' }) : exchange.reply(200);
    });
    const other = await serve((exchange) => exchange.reply(200));
    const http = client();
    const get = async (url: string) => discard(await http.request({ method: 'GET', url: new URL(url) }));
    const first = get(server.url);
    await sleep(100);
    const began = performance.now();
    await get(other.url);
    expect(performance.now() - began).toBeLessThan(500);
    await Promise.all([first, get(server.url), get(server.url)]);
    for (const time of times.slice(1)) expect(time - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it.each([429, 503])('longer than is allowed ends with how long %i asked for', async (status) => {
    const server = await serve((exchange) => exchange.reply(status, { 'retry-after': '3600' }));
    const http = client({ maxWait: 5_000 });
    const began = performance.now();
    const { response, bytes } = await http.read({ method: 'GET', url: new URL(server.url) }, 100, 'it');
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(server.count()).toBe(1);
    expect(responseError(response, bytes, 'it', 'reg.example')).toMatchObject({
      code: 'BUSY',
      message: `it: reg.example answered ${status} (retry-after: 3600)`,
      hint: expect.stringContaining('--max-wait'),
    });
  });

  it('is bounded for all requests to a host together', async () => {
    let isRefusing = true;
    const server = await serve((exchange) =>
      isRefusing ? exchange.reply(429, { 'retry-after': '1' }) : exchange.reply(200),
    );
    const http = client({ maxWait: 2_500 });
    const get = async () => {
      const response = await http.request({ method: 'GET', url: new URL(server.url) });
      await discard(response);
      return response.status;
    };
    const began = performance.now();
    const all = (count: number) => Promise.all(Array.from({ length: count }, get));
    expect(new Set(await all(100))).toEqual(new Set([429]));
    expect(new Set(await all(100))).toEqual(new Set([429]));
    // One behind the other they would wait for minutes.
    expect(performance.now() - began).toBeLessThan(10_000);
    isRefusing = false;
    expect(new Set(await all(100))).toEqual(new Set([200]));
    isRefusing = true;
    const again = all(2);
    await sleep(100);
    isRefusing = false;
    expect(await again).toEqual([200, 200]);
  });

  it('is bounded in all, not each time', async () => {
    const server = await serve((exchange) => exchange.reply(429, { 'retry-after': '1' }));
    const { response } = await client({ maxWait: 1_500 }).read({ method: 'GET', url: new URL(server.url) }, 9, 'it');
    expect([response.status, server.count()]).toEqual([429, 2]);
  });
});

it('names the limits of a host in the error of a 429', async () => {
  const headers = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600', 'x-ratelimit-reset': '12' };
  const server = await serve((exchange) => exchange.reply(429, headers));
  const traces: RequestTrace[] = [];
  const http = client({ onRequest: (trace) => traces.push(trace) });
  const { response, bytes } = await http.read({ method: 'GET', url: new URL(server.url) }, 9, 'it');
  expect(responseError(response, bytes, 'it', 'hub').message).toBe(
    'it: hub answered 429 (ratelimit-limit: 100;w=21600, ratelimit-remaining: 0;w=21600, x-ratelimit-reset: 12)',
  );
  expect(traces[0]?.limits).toEqual(headers);
});

it('sends fewer requests at a time after 429, and more again', async () => {
  let now = 0;
  let count = 0;
  const peaks: number[] = [];
  const server = await serve(async (exchange) => {
    const refuses = ++count > 8 && count <= 12;
    peaks[count - 1] = ++now;
    // The first ones must meet, on a busy machine, too.
    await sleep(count <= 8 ? 100 : 10);
    now -= 1;
    await exchange.reply(refuses ? 429 : 200);
  });
  const http = client({ concurrency: 8 });
  const get = async () => discard(await http.request({ method: 'GET', url: new URL(server.url) }));
  await Promise.all(Array.from({ length: 100 }, get));
  const most = (from: number, to?: number) => Math.max(...peaks.slice(from, to));
  expect(most(0, 8)).toBe(8);
  // Four answers of 429 while eight were under way leave one at a time, and ten good ones raise that by one.
  expect(most(20, 30)).toBeLessThanOrEqual(2);
  expect(most(60)).toBeGreaterThan(2);
});

it('gives each warning once, also of several hosts and after retries', async () => {
  const headers = { warning: '299 - "will be deleted", 299 - "second", 299 - "will be deleted"' };
  const server = await serve((exchange) => exchange.reply(200, headers), {
    fault: ({ count }) => (count === 1 ? { status: 503, headers } : undefined),
  });
  const warnings: string[] = [];
  const http = client({ onWarning: (host, said) => warnings.push(`${host} ${said}`) });
  for (let n = 0; n < 3; n++) await discard(await http.request({ method: 'GET', url: new URL(server.url) }));
  expect(warnings).toEqual([`${server.host} will be deleted`, `${server.host} second`]);
});

it('tells of every request, redirects and retries included, and of no secret', async () => {
  addSecret('token-of-the-user-1');
  const target = await serve((exchange) => exchange.reply(200, {}, 'there'));
  const server = await serve(
    (exchange) => exchange.reply(307, { location: `${target.url}/blob?X-Amz-Signature=signed-0123&n=1` }),
    { fault: ({ count }) => (count === 1 ? 'reset' : count === 2 ? { status: 503 } : undefined) },
  );
  const traces: RequestTrace[] = [];
  const http = client({ onRequest: (trace) => traces.push(trace) });
  const response = await http.request({
    method: 'GET',
    url: new URL('/v2/x?sig=secret-sig&last=token-of-the-user-1', server.url),
    headers: { authorization: 'Bearer token-of-the-user-1' },
  });
  expect(await text(response.body)).toBe('there');
  const url = `${server.url}/v2/x?sig=***&last=***`;
  expect(traces).toMatchObject([
    { method: 'GET', url, attempt: 1, error: expect.stringContaining('closed the connection') },
    { method: 'GET', url, attempt: 2, status: 503 },
    { method: 'GET', url, attempt: 3, status: 307 },
    { method: 'GET', url: `${target.url}/blob?X-Amz-Signature=***&n=1`, attempt: 3, status: 200 },
  ]);
  for (const { milliseconds } of traces) expect(milliseconds).toBeGreaterThanOrEqual(0);
  expect(JSON.stringify(traces)).not.toMatch(/token-of|signed|secret/);
});

it('goes by the status of a failure, whatever comes with it', async () => {
  for (const [headers, body] of [
    [{}, 'x'.repeat(3_000_000)],
    [{ 'content-encoding': 'gzip' }, 'no gzip'],
    [{ 'content-length': '1000' }, 'cut'],
  ] as const) {
    const server = await serve(async (exchange) => {
      await exchange.reply(403, headers, body);
      if ('content-length' in headers) exchange.response.destroy();
    });
    const { response, bytes } = await client().read({ method: 'GET', url: new URL(server.url) }, 8_000_000, 'it');
    expect([response.status, bytes.byteLength]).toEqual([403, 0]);
  }
});

it('sends nothing more when it was closed, and lets nobody wait', async () => {
  const server = await serve(
    (exchange) => exchange.reply(503, { 'retry-after': exchange.path === '/a' ? '30' : '0' }),
    {
      latency: 20,
    },
  );
  const http = client({ concurrency: 1, retryDelay: 10_000 });
  const paths = ['/b', '/a', '/c', '/d'];
  const began = performance.now();
  const asked = paths.map((path) =>
    http.request({ method: 'GET', url: new URL(path, server.url), signal: new AbortController().signal }),
  );
  const ended = Promise.allSettled(asked);
  await sleep(100);
  await http.close();
  for (const result of await ended) expect(result).toMatchObject({ reason: { code: 'INTERRUPTED' } });
  expect(performance.now() - began).toBeLessThan(2_000);
  const count = server.count();
  await expect(http.request({ method: 'GET', url: new URL(server.url) })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
  await sleep(50);
  expect(server.count()).toBe(count);
});
