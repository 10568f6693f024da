import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeAuthority } from '../support/certificates.js';
import { startHttpProxy } from '../support/http-proxy.js';
import type { Fault } from '../support/loopback.js';
import { startRegistry } from '../support/registry.js';
import { tempDir } from '../support/temp.js';
import { faultAt } from './support/faulty.js';
import { failureHere, runHere } from './support/in-process.js';
import { SBOM, withImage } from './support/run.js';

const TRACE =
  /^remora: debug: (GET|HEAD|POST|PUT|PATCH|DELETE) (http:\/\/\S+) (\d{3}|.+) (\d+) ms(?: \(attempt (\d)\))?/;

afterEach(() => void vi.unstubAllEnvs());

async function begin(options: Parameters<typeof withImage>[0] = {}) {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.json'), '{"spdx":1}');
  return { cwd, ...(await withImage(options)) };
}

const WORK = (image: string): string[][] => [
  ['push', image.replace(':v1', ':new'), 'sbom.json'],
  ['attach', image, '--artifact-type', SBOM, 'sbom.json'],
  ['discover', image],
  ['pull', image, '--artifact-type', SBOM, '-o', 'out'],
];

describe('--debug', () => {
  it('prints a line for every request on standard error, and nothing else changes', async () => {
    const { cwd, image, registry } = await begin();
    for (const args of WORK(image)) {
      registry.clear();
      const { code, stdout, stderr } = await runHere([...args, '--debug'], cwd);
      expect([args[0], code]).toEqual([args[0], 0]);
      const lines = stderr.trimEnd().split('\n');
      const traced = lines.map((line) => TRACE.exec(line)?.slice(1, 4).join(' '));
      const asked = registry.requests.map(
        ({ method, path, status }) => `${method} ${registry.url}${path.replace(/(_state)=[^&]*/, '$1=***')} ${status}`,
      );
      expect(traced.sort()).toEqual(asked.sort());
      expect(traced.length).toBeGreaterThan(1);
      expect(stdout).not.toContain('debug');
    }
    const plain = await runHere(['discover', image, '--json'], cwd);
    const debug = await runHere(['discover', image, '--json', '--debug'], cwd);
    expect(debug.stdout).toBe(plain.stdout);
    expect(plain.stderr).toBe('');
  });

  it('shows what failed, and each attempt', async () => {
    const fault = faultAt('GET', '/manifests/', { status: 503 }, 2);
    const noHead = faultAt('HEAD', '/manifests/', { status: 503 });
    const { cwd, image } = await begin({ fault: (request) => noHead(request) ?? fault(request) });
    const { stderr } = await runHere(['resolve', image, '--debug'], cwd);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.map((line) => TRACE.exec(line)?.slice(3))).toEqual([
      ['503', expect.any(String), undefined],
      ['503', expect.any(String), undefined],
      ['503', expect.any(String), '2'],
      ['200', expect.any(String), '3'],
    ]);
    const reset = await begin({ fault: faultAt('HEAD', '/manifests/', 'reset') });
    expect((await runHere(['resolve', reset.image, '--debug'], reset.cwd)).stderr).toMatch(
      /debug: HEAD \S+ 127\S+ closed the connection .* \d+ ms\n.*debug: GET \S+ 200 \d+ ms\n$/,
    );
  });

  it('shows what the host says of its limits', async () => {
    const headers = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600' };
    const { cwd, image } = await begin({ fault: faultAt('HEAD', '/manifests/', { status: 404, headers }) });
    const { stderr } = await runHere(['resolve', image, '--debug'], cwd);
    expect(stderr).toContain('404 ');
    expect(stderr).toContain(' ratelimit-limit: 100;w=21600 ratelimit-remaining: 76;w=21600');
  });
});

describe('a registry that asks to wait', () => {
  const once = (headers: Record<string, string>) => faultAt('HEAD', '/manifests/', { status: 429, headers }, 1);

  it('is waited for, which is said', async () => {
    const { cwd, image, registry } = await begin({ fault: once({ 'retry-after': '1' }) });
    const { code, stderr } = await runHere(['resolve', image], cwd);
    expect([code, stderr]).toEqual([0, `remora: ${registry.host} answered 429 and asks to wait 1 s: waiting\n`]);
  });

  it('for longer than --max-wait is not waited for, and the error says how long and what is left', async () => {
    const headers = { 'retry-after': '7200', 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' };
    const { cwd, image, registry } = await begin({ fault: () => ({ status: 429, headers }) });
    const error = await failureHere(6, ['resolve', image], cwd);
    expect(error).toMatchObject({
      code: 'BUSY',
      status: 429,
      message: expect.stringContaining(
        '(ratelimit-limit: 100;w=21600, ratelimit-remaining: 0;w=21600, retry-after: 7200)',
      ),
      hint: expect.stringContaining('--max-wait'),
    });
    registry.clear();
    const short = await begin({ fault: once({ 'retry-after': '1' }) });
    expect((await runHere(['resolve', short.image, '--max-wait', '0'], short.cwd)).code).toBe(6);
    expect(short.registry.count('HEAD')).toBe(1);
  });
});

it('shows each warning of a registry once, without what acts on a terminal', async () => {
  // What is no ASCII comes as single bytes: this one would begin an escape sequence.
  const warning = '299 - "v1 will be \u009b31mdeleted", 299 - "second"';
  const { cwd, image, registry } = await begin({ fault: () => ({ status: 404, headers: { warning } }) });
  const { code, stderr } = await runHere(['discover', image], cwd);
  expect(code).toBe(3);
  expect(registry.count()).toBeGreaterThan(1);
  const warned = stderr.split('\n').filter((line) => line.includes(' warns: '));
  expect(warned).toEqual([
    `remora: ${registry.host} warns: v1 will be \\u009b31mdeleted`,
    `remora: ${registry.host} warns: second`,
  ]);
});

describe('--header', () => {
  it.each([
    'no-colon-but-a-secret',
    ': secret-value-1',
    'a b: secret-value-1',
    'x: secret-value-1\r\nevil: 1',
    'x: secret-value-1\u2028',
    'Host: secret-value-1',
    'content-length: 1',
    'Proxy-Authorization: secret-value-1',
  ])('%j is a mistake, and its value is not shown', async (header) => {
    const { cwd, image, registry } = await begin();
    const error = await failureHere(2, ['resolve', image, '--header', header], cwd);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', hint: expect.any(String) });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(registry.requests).toEqual([]);
  });

  it.each([
    ['-H', 'token-value-1'],
    ['-Htoken-value-1'],
    ['--header=token value-1'],
    ['-H', 'X-A: 1', '-H', 'Bearer token-value-1'],
    ['-H', 'Authorization:', 'Bearer', 'token-value-1'],
    ['-H', 'Authorization: Basic', 'token-value-1'],
    ['-H', 'Private-Token:', 'token-value-1'],
    ['--headers=X: token-value-1'],
    ['--password=token-value-1'],
    ['--identity-token=token-value-1', '--other=token-value-1'],
    ['--password-stdin=token-value-1'],
    ['--debug=token-value-1'],
  ])('is not shown by a mistake in the words %j %s %s %s', async (...words) => {
    const { cwd, image, registry } = await begin();
    const error = await failureHere(2, ['resolve', image, ...words.filter((word) => word !== undefined)], cwd);
    expect(JSON.stringify(error)).not.toContain('value-1');
    expect(registry.requests).toEqual([]);
  });

  it('is not shown when the registry sends it back, in whichever part', async () => {
    const basic = Buffer.from('ann:q7').toString('base64');
    for (const [header, ...parts] of [
      ['Authorization: Bearer zz-token-9', 'zz-token-9', Buffer.from('zz-token-9').toString('hex')],
      [`Authorization: Basic ${basic}`, basic, 'pw=q7', '"ann:q7"'],
      ['Private-Token: x8y', ' x8y', 'Token:x8y', '783879'],
    ]) {
      const fault = () => ({
        status: 403,
        body: JSON.stringify({ errors: [{ code: 'DENIED', message: `you sent ${parts.join(' and ')}` }] }),
      });
      const { cwd, image } = await begin({ fault });
      const { message } = await failureHere(4, ['resolve', image, '-H', header ?? ''], cwd);
      expect(message).toContain('you sent');
      for (const part of parts) expect(message).not.toContain(part);
    }
  });

  it('goes to the registry with every request', async () => {
    const { cwd, image, registry } = await begin();
    expect((await runHere(['discover', image, '-H', 'X-Team: build', '-H', 'x-two:2'], cwd)).code).toBe(0);
    for (const { headers } of registry.requests) expect(headers).toMatchObject({ 'x-team': 'build', 'x-two': '2' });
  });
});

it.each([
  ['--timeout', '0'],
  ['--timeout', 'x'],
  ['--max-wait', '-1'],
  ['--concurrency', '0'],
  ['--cert-file', 'sbom.json'],
  ['--ca-file', 'sbom.json'],
  ['--ca-file', 'missing.pem'],
])('%s %s is a mistake', async (flag, value) => {
  const { cwd, image, registry } = await begin();
  const { code, stdout } = await runHere(['resolve', image, `${flag}=${value}`], cwd);
  expect([code === 0, stdout]).toEqual([false, '']);
  expect(registry.requests).toEqual([]);
});

describe('a web page instead of a registry', () => {
  const page = (status: number): Fault => ({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html><title>Sign in \u001b[31m</title>',
  });

  it.each([
    [200, 5],
    [404, 3],
  ])('(%i) is said to be one, with a hint', async (status, exit) => {
    const { cwd, image } = await begin({ fault: () => page(status) });
    for (const args of WORK(image).slice(1)) {
      const error = await failureHere(exit, args, cwd);
      expect([args[0], error.message, error.hint]).toEqual([
        args[0],
        expect.stringContaining('a web page, not a registry'),
        expect.stringContaining('Check the host'),
      ]);
    }
    const { code, stderr } = await runHere(['push', image, 'sbom.json'], cwd);
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining('a web page, not a registry')]);
  });
});

describe('a registry with TLS of its own', () => {
  /** Behind a proxy, since loopback is spoken to without TLS. */
  async function secure() {
    const authority = await makeAuthority();
    const registry = await startRegistry({ tls: await authority.server('registry.example') });
    const proxy = await startHttpProxy({ hosts: { 'registry.example:443': registry.host } });
    onTestFinished(async () => void (await Promise.all([registry.close(), proxy.close()])));
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const cwd = await tempDir();
    await writeFile(join(cwd, 'ca.pem'), authority.ca);
    await writeFile(join(cwd, 'a.txt'), 'a');
    return { cwd, push: ['push', 'registry.example/team/app:v1', 'a.txt'] };
  }

  it('needs --ca-file, or --insecure, which is said loudly', async () => {
    const { cwd, push } = await secure();
    const error = await failureHere(6, push, cwd);
    expect(error).toMatchObject({ code: 'UNREACHABLE', hint: expect.stringContaining('--ca-file') });
    expect(await runHere([...push, '--ca-file', 'ca.pem'], cwd)).toMatchObject({ code: 0, stderr: '' });
    expect(await runHere([...push, '--insecure'], cwd)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^remora: warning: --insecure: .*not verified\n$/),
    });
  });
});

it('what a hostile registry says does not reach the terminal as it is', async () => {
  const evil = '\u001b]0;owned\u0007\u001b[2J\u202e\u009b31m\r\n';
  const body = JSON.stringify({ errors: [{ code: `DENIED${evil}`, message: evil, detail: { [evil]: evil } }] });
  const tags = JSON.stringify({ name: 'x', tags: [`v${evil}`, 'fine\r\nremora: done'] });
  const harmless = (text: string) => expect(text.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
  for (const fault of [
    () => ({ status: 400, body }),
    () => ({ status: 400, body: evil }),
    ({ path }: { readonly path: string }) => (path.includes('/manifests/') ? { status: 404 } : undefined),
    () => ({ status: 307, headers: { location: 'x:\u009b31m' } }),
    () => ({ status: 401, headers: { 'www-authenticate': 'Bearer realm="\u009b31m://x"' } }),
    () => ({ status: 200, headers: { 'content-type': `a/b\u009b31m`, 'docker-content-digest': '\u009b' }, body: evil }),
  ]) {
    const { cwd, image } = await begin({
      fault: (request) => (request.path.endsWith('/tags/list') ? { status: 200, body: tags } : fault(request)),
    });
    for (const more of [[], ['--json'], ['--debug']]) {
      const { code, stdout, stderr } = await runHere(['resolve', image, ...more], cwd);
      expect(code).not.toBe(0);
      harmless(stdout);
      harmless(stderr);
    }
  }
});
