import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { noise } from '../store/support/artifacts.js';
import { remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { end, startServe } from './support/command-start.js';
import { INDEX, location, refusal, serve } from './support/push-start.js';

const content = noise(50_000);
const { digest } = content.descriptor;
const at = (path: string) => `${path}?digest=${digest}`;
const inChunks = () => Readable.from([content.bytes.subarray(0, 30_000), content.bytes.subarray(30_000)]);

describe('a blob above the limit', () => {
  it.each([
    ['in one request', (path: string) => ['POST', at(path), {}] as const],
    ['in one request, in chunks', (path: string) => ['POST', at(path), { 'Transfer-Encoding': 'chunked' }] as const],
  ])('is refused %s, and leaves no session', async (_how, request) => {
    const served = await serve({ limits: { blobBytes: 49_999 } });
    const [method, path, headers] = request('/v2/app/blobs/uploads/');
    const body = 'Transfer-Encoding' in headers ? inChunks() : content.bytes;
    const answer = await served.send(method, path, { headers, body });
    expect(refusal(answer)).toEqual([413, 'SIZE_INVALID']);
    expect(answer.body.toString()).toContain('49999 bytes, the limit that --max-blob sets');
    expect(await readdir(join(served.directory, 'app', '.remora-uploads'))).toEqual([]);
  });

  it.each(['PATCH', 'PUT'] as const)('is refused when a session would hold it: %s', async (method) => {
    const served = await serve({ limits: { blobBytes: 49_999 } });
    for (const length of [true, false]) {
      const path = await served.begin('app');
      expect((await served.send('PATCH', path, { body: content.bytes.subarray(0, 40_000) })).status).toBe(202);
      const rest = content.bytes.subarray(40_000);
      const target = method === 'PUT' ? at(path) : path;
      const answer = await served.send(method, target, { body: length ? rest : Readable.from([rest]) });
      expect(refusal(answer)).toEqual([413, 'SIZE_INVALID']);
      expect((await served.send('GET', path)).status).toBe(404);
    }
  });

  it('is not one of exactly that size', async () => {
    const served = await serve({ limits: { blobBytes: 50_000 } });
    expect((await served.send('POST', at('/v2/app/blobs/uploads/'), { body: inChunks() })).status).toBe(201);
  });
});

describe('unfinished uploads of a repository', () => {
  it('are 48 at most, over a restart and for two servers; others wait, and other repositories do not', async () => {
    const one = await serve();
    const two = await serve({ directory: one.directory });
    const paths: string[] = [];
    for (let n = 0; n < 48; n++) paths.push(await (n % 2 === 0 ? one : two).begin('app'));
    const again = await serve({ directory: one.directory });
    for (const server of [one, two, again]) {
      const answer = await server.send('POST', '/v2/app/blobs/uploads/');
      expect(refusal(answer)).toEqual([429, 'TOOMANYREQUESTS']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(refusal(await server.blob('app', content.bytes, digest))).toEqual([429, 'TOOMANYREQUESTS']);
      expect((await server.blob('other', content.bytes, digest)).status).toBe(201);
    }
    expect(await readdir(join(one.directory, 'app', '.remora-uploads'))).toHaveLength(48);
    expect((await two.send('DELETE', paths[0] ?? '')).status).toBe(204);
    expect((await one.send('PUT', at(paths[1] ?? ''), { body: content.bytes })).status).toBe(201);
    expect((await again.blob('app', content.bytes, digest)).status).toBe(201);
  });

  it('never are more than that when many begin at once', async () => {
    const served = await serve({ limits: { unfinished: 5 } });
    const answers = await Promise.all(Array.from({ length: 30 }, () => served.send('POST', '/v2/app/blobs/uploads/')));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 202, 202, 202, ...Array(25).fill(429)]);
    expect(await readdir(join(served.directory, 'app', '.remora-uploads'))).toHaveLength(5);
  });

  it('make room where nobody touched them for an hour, and stay where there is room', async () => {
    const served = await serve({ limits: { unfinished: 3 } });
    const folder = join(served.directory, 'app', '.remora-uploads');
    const [old, older, recent] = [await served.begin('app'), await served.begin('app'), await served.begin('app')];
    const hours = Date.now() / 1000 - 2 * 60 * 60;
    for (const path of [old, older]) await utimes(join(folder, path.split('/').at(-1) ?? ''), hours, hours);
    expect((await served.send('GET', old)).status).toBe(204);
    const next = await served.begin('app');
    expect((await served.send('GET', recent)).status).toBe(204);
    expect((await served.send('GET', next)).status).toBe(204);
    expect(await readdir(folder)).toHaveLength(2);
  });
});

describe('the number of repositories', () => {
  it.each([
    ['a session', (name: string) => ['POST', `/v2/${name}/blobs/uploads/`, ''] as const],
    ['a blob', (name: string) => ['POST', at(`/v2/${name}/blobs/uploads/`), content.bytes] as const],
    [
      'a manifest',
      (name: string) =>
        ['PUT', `/v2/${name}/manifests/v`, `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[]}`] as const,
    ],
  ])('is limited for %s', async (_what, request) => {
    const served = await serve({ maxRepositories: 2 });
    for (const name of ['a', 'a/b']) await served.begin(name);
    const [method, path, body] = request('a/b/c');
    const answer = await served.send(method, path, { body });
    expect(refusal(answer)).toEqual([403, 'DENIED']);
    expect(answer.body.toString()).toContain('there are 2 repositories, the limit that --max-repositories sets');
    const [, known] = request('a/b');
    expect((await served.send(method, known, { body })).status).toBeLessThan(300);
    expect(await readdir(join(served.directory, 'a', 'b'))).not.toContain('c');
  });

  it('holds when many are created at once, at two servers', async () => {
    const one = await serve({ maxRepositories: 3 });
    const two = await serve({ directory: one.directory, maxRepositories: 3 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? one : two).send('POST', `/v2/r${n}/blobs/uploads/`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      202,
      202,
      202,
      ...Array.from({ length: 9 }, () => 403),
    ]);
    const { body } = await one.send('GET', '/v2/_catalog');
    expect(JSON.parse(body.toString()).repositories).toHaveLength(3);
  });
});

describe('a chunk in chunked encoding', () => {
  it.each([
    ['less than its Content-Range says', '10-19', ['abc'], '0-9'],
    ['more than it says', '10-12', ['ab', 'cd'], '0-9'],
    ['nothing', '10-10', [], '0-9'],
    ['a gap before it', '11-13', ['abc'], '0-9'],
  ])('with %s is 416, and nothing of it is kept', async (_what, range, parts, held) => {
    const served = await serve();
    const path = await served.begin('app');
    await served.send('PATCH', path, { body: content.bytes.subarray(0, 10) });
    for (const method of ['PATCH', 'PUT'] as const) {
      const body = Readable.from(parts.map((part) => Buffer.from(part)));
      const headers = { 'Content-Range': range, 'Transfer-Encoding': 'chunked' };
      const answer = await served.send(method, method === 'PUT' ? at(path) : path, { headers, body });
      expect([answer.status, answer.headers.range]).toEqual([416, held]);
    }
    const rest = { headers: { 'Content-Range': '10-49999' }, body: Readable.from([content.bytes.subarray(10)]) };
    expect((await served.send('PATCH', path, rest)).status).toBe(202);
    expect(location(await served.send('PUT', at(path)))).toBe(`/v2/app/blobs/${digest}`);
  });
});

describe('remora serve', () => {
  it('takes the limits as flags', async () => {
    const flags = '--max-blob 40kB --max-manifest 100 --max-repositories 1 --max-uploads 2'.split(' ');
    const server = await startServe(await tempDir(), '--quiet', ...flags);
    const post = (name: string, body = '') =>
      fetch(`${server.url}/v2/${name}/blobs/uploads/${body && `?digest=${digest}`}`, { method: 'POST', body });
    expect((await post('app', content.bytes.toString('latin1'))).status).toBe(413);
    expect((await post('app')).status).toBe(202);
    expect((await post('app')).status).toBe(202);
    expect((await post('app')).status).toBe(429);
    expect((await post('other')).status).toBe(403);
    const manifest = await fetch(`${server.url}/v2/app/manifests/v`, { method: 'PUT', body: 'x'.repeat(101) });
    expect([manifest.status, await manifest.text()]).toEqual([413, expect.stringContaining('--max-manifest')]);
    expect((await end(server)).code).toBe(0);
  });

  it.each([
    [['--max-blob', 'much'], /--max-blob "much" is not a size/],
    [['--max-manifest', '9MiB'], /--max-manifest 9437184 is more than 8388608/],
    [['--gc', '6 hours'], /--gc "6 hours" is not a span of time/],
    [['--gc', '0s'], /--gc "0s" is not a time between two runs/],
    [['--gc', '30d'], /--gc "30d" is not a time between two runs/],
    [['--gc', '6h', '--grace', '-1h'], /--grace "-1h" is not a span of time/],
    [['--grace', '1h'], /--gc/],
    [['--gc', '1h', '--read-only'], /--read-only/],
  ])('refuses %j', async (flags, message) => {
    const { code, stderr } = await remora(['serve', '--port', '0', ...flags, await tempDir()]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('removes with --gc what nothing names and is old, keeps what is young or named, and says so', async () => {
    const directory = await tempDir();
    const file = join(directory, 'file');
    await writeFile(file, 'named');
    for (const name of ['one', 'two/three'])
      expect((await remora(['push', `oci:${directory}/root/${name}:v`, file])).code).toBe(0);
    const blobs = (name: string) => join(directory, 'root', name, 'blobs', 'sha256');
    const before = await readdir(blobs('one'));
    const day = Date.now() / 1000 - 24 * 60 * 60;
    for (const name of ['one', 'two/three']) {
      for (const digit of ['1', '2']) await writeFile(join(blobs(name), digit.repeat(64)), 'nothing names it');
      for (const blob of await readdir(blobs(name)))
        if (!blob.startsWith('22')) await utimes(join(blobs(name), blob), day, day);
    }
    await mkdir(join(directory, 'root', 'no-layout'));
    const server = await startServe(join(directory, 'root'), '--gc', '6h');
    const young = '2'.repeat(64);
    for (const name of ['one', 'two/three'])
      await expect.poll(async () => (await readdir(blobs(name))).sort()).toEqual([young, ...before].sort());
    expect((await fetch(`${server.url}/v2/one/manifests/v`)).status).toBe(200);
    const { lines } = await end(server);
    expect(lines.filter((line) => line.startsWith('gc '))).toEqual(
      ['one', 'two/three'].map((name) => `gc ${name}: removed 1 blobs, 16 bytes`),
    );
    expect(await readFile(join(blobs('one'), young), 'utf8')).toBe('nothing names it');
  });
});
