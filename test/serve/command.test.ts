import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { get, request as httpRequest } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { hash } from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { openLayout } from '../../src/store/layout/store.js';
import { failure } from '../commands/support/run.js';
import { noise, pushImage, writeContent } from '../store/support/artifacts.js';
import { remora } from '../support/remora.js';
import { tempDir, tree } from '../support/temp.js';
import { certificate, end, startServe } from './support/command-start.js';

const large = noise(48_000_000);

async function layoutWithImage(): Promise<string> {
  const directory = join(await tempDir(), 'App');
  const store = await openLayout(directory, { create: true });
  await pushImage(store, 'image', { tags: ['v1'] });
  await writeContent(store, large);
  return directory;
}

describe('remora serve', () => {
  it('says its address, then a line per request, and ends well', async () => {
    const server = await startServe(await layoutWithImage());
    expect(server.first).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(`${server.url}/v2/app/manifests/v1`, { method: 'HEAD' });
    expect(answer.status).toBe(200);
    await fetch(`${server.url}/v2/%1b[31m/tags/list`);
    const { code, stdout, lines } = await end(server);
    expect([code, stdout]).toEqual([0, `${server.first}\n`]);
    expect(lines).toEqual([
      expect.stringMatching(/^HEAD \/v2\/app\/manifests\/v1 200 \d+ \d+ms$/),
      expect.stringMatching(/^GET \/v2\/%1b\[31m\/tags\/list 400 \d+ \d+ms$/),
    ]);
  });

  it('says all that as JSON, and names a single layout as it is told', async () => {
    const directory = await layoutWithImage();
    const server = await startServe(directory, '--json', '--name', 'team/other');
    expect(JSON.parse(server.first)).toEqual({
      url: server.url,
      host: server.url.slice('http://'.length),
      directory,
      repositories: ['team/other'],
    });
    await fetch(`${server.url}/v2/team/other/tags/list?n=1`);
    const { code, stdout, lines } = await end(server, 'SIGINT');
    expect([code, stdout, lines.length]).toEqual([0, `${server.first}\n`, 1]);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      method: 'GET',
      path: '/v2/team/other/tags/list?n=1',
      status: 200,
      bytes: expect.any(Number),
      milliseconds: expect.any(Number),
    });
  });

  it('is quiet when asked, and creates its directory on the first push', async () => {
    const directory = join(await tempDir(), 'new', 'root');
    const server = await startServe(directory, '--quiet');
    const host = server.url.slice('http://'.length);
    expect(await remora(['push', `${host}/team/app:v1`, '--artifact-type', 'application/x.test'])).toMatchObject({
      code: 0,
    });
    const { code, lines } = await end(server);
    expect([code, lines.join(' ')]).toEqual([
      0,
      expect.stringMatching(/^remora: .*new\/root does not exist yet: the first push creates it$/),
    ]);
    expect((await remora(['resolve', `oci:${directory}/team/app:v1`])).code).toBe(0);
    const again = await startServe(directory, '--quiet');
    expect(await end(again)).toMatchObject({ code: 0, lines: [] });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s lets a download finish and takes no new ones', async (signal) => {
    const server = await startServe(await layoutWithImage());
    const download = get(`${server.url}/v2/app/blobs/${large.descriptor.digest}`);
    const [response] = await once(download, 'response');
    const ended = end(server, signal);
    await expect.poll(() => fetch(server.url).catch(() => 'refused')).toBe('refused');
    expect((await buffer(response)).equals(large.bytes)).toBe(true);
    const { code, lines, ms } = await ended;
    expect([code, lines.filter((line) => line.includes('/blobs/')).length]).toEqual([0, 1]);
    expect(ms).toBeLessThan(5_000);
  });

  it('refuses every write when it is read-only', async () => {
    const directory = await layoutWithImage();
    const before = await tree(directory);
    const server = await startServe(directory, '--read-only');
    for (const [method, path] of [
      ['POST', 'blobs/uploads/'],
      ['PUT', 'manifests/v2'],
      ['DELETE', 'manifests/v1'],
    ]) {
      expect((await fetch(`${server.url}/v2/app/${path}`, { method: method ?? '' })).status).toBe(405);
    }
    expect((await fetch(`${server.url}/v2/app/manifests/v1`)).status).toBe(200);
    await end(server);
    expect(await tree(directory)).toEqual(before);
  });
});

describe('remora serve says what is wrong with', () => {
  it('a port that is taken', async () => {
    const dir = await tempDir();
    const { url } = await startServe(dir);
    const port = new URL(url).port;
    const { code, message } = await failure(7, ['serve', '--port', port, dir]);
    expect([code, message]).toEqual(['EXISTS', `127.0.0.1:${port} is taken by another program`]);
  });

  it.each(['127.1', 'LOCALHOST', 'app.localhost', '::ffff:127.0.0.1', '0x7f000001', '127.0.0.1.evil.example', '::'])(
    'a host that not every resolver takes for loopback: %s',
    async (host) => {
      const { message } = await failure(2, ['serve', '--host', host, '--port', '0', '.'], { cwd: await tempDir() });
      expect(message).toContain(`${host} can be reached by others`);
    },
  );

  it.each([[[]], [['--htpasswd', 'users']]])('a host for others with %j', async (words) => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'users'), '');
    const { message } = await failure(2, ['serve', '--host', '0.0.0.0', '--port', '0', ...words, '.'], { cwd });
    for (const needed of ['0.0.0.0', '--htpasswd', '--cert-file', '--key-file']) expect(message).toContain(needed);
  });

  it('a directory that is a file, or that is not there to be read', async () => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'file'), '');
    const { message } = await failure(2, ['serve', '--port', '0', 'file'], { cwd });
    expect(message).toBe('file is a file, wanted a directory');
    expect((await failure(3, ['serve', '--port', '0', '--read-only', 'none'], { cwd })).message).toContain('none');
  });

  it('a file of users, a certificate', async () => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'users'), 'ann:{SHA}xyz\n');
    const plain = await failure(5, ['serve', '--port', '0', '--htpasswd', 'users', '.'], { cwd });
    expect(plain.message).toBe('users line 1 is not a user with a bcrypt hash');
    expect((await failure(3, ['serve', '--port', '0', '--htpasswd', 'none', '.'], { cwd })).message).toContain('none');
    const pem = (cert: string) => ['serve', '--port', '0', '--cert-file', cert, '--key-file', 'users', '.'];
    expect((await failure(3, pem('none'), { cwd })).message).toContain('none');
    expect((await failure(5, pem('users'), { cwd })).message).toContain('users');
    await failure(2, ['serve', '--port', '0', '--cert-file', 'users', '.'], { cwd });
  });
});

it('lets in only users with their password', async () => {
  const cwd = await tempDir();
  const users = join(cwd, 'users');
  const entry = async (name: string, password: string) => `${name}:${(await hash(password, 4)).replace('$2b', '$2y')}`;
  await writeFile(users, `# users\n${await entry('ann', 'se:cret')}\r\n\n${await entry('bob', 'pässword')}\n`);
  const server = await startServe(join(cwd, 'root'), '--htpasswd', users);
  const ask = async (pair?: string) => {
    const headers = pair === undefined ? {} : { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
    const answer = await fetch(`${server.url}/v2/`, { headers });
    return [answer.status, answer.headers.get('www-authenticate')];
  };
  const refused = [401, 'Basic realm="remora"'];
  for (const wrong of [undefined, 'ann:secret', 'ann', 'ann:', 'bob:se:cret', 'eve:se:cret', ':'])
    expect(await ask(wrong)).toEqual(refused);
  for (const pair of ['ann:se:cret', 'ann:se:cret', 'bob:pässword']) expect(await ask(pair)).toEqual([200, null]);
  expect(await ask('ann:secret')).toEqual(refused);
});

it('reads the users again, in a thread of the built program, and says on stderr what is wrong with them', async () => {
  const cwd = await tempDir();
  const users = join(cwd, 'users');
  const entry = async (name: string) => `${name}:${await hash(name, 4)}\n`;
  const ann = await entry('ann');
  await writeFile(users, ann + (await entry('bob')));
  const server = await startServe(cwd, '--htpasswd', users);
  const ask = async (name: string) => {
    const headers = { Authorization: `Basic ${Buffer.from(`${name}:${name}`).toString('base64')}` };
    return (await fetch(`${server.url}/v2/`, { headers })).status;
  };
  expect([await ask('ann'), await ask('bob')]).toEqual([200, 200]);
  await writeFile(users, ann);
  expect([await ask('ann'), await ask('bob')]).toEqual([200, 401]);
  await writeFile(users, `${ann}bob:plain\n`);
  expect([await ask('ann'), await ask('bob')]).toEqual([200, 401]);
  await rm(users);
  expect([await ask('ann'), await ask('bob')]).toEqual([401, 401]);
  const { code, lines } = await end(server);
  const notes = lines.filter((line) => line.startsWith('remora: '));
  expect([code, notes.length]).toEqual([0, 2]);
  expect(notes[0]).toContain('line 2 is not a user with a bcrypt hash; the line admits nobody');
  expect(notes[1]).toContain('every login is refused');
});

it('answers to the names of --allow-host, and keeps to --max-connections', async () => {
  const names = ['--allow-host', 'registry.example', '--allow-host', 'other.example'];
  const server = await startServe(await tempDir(), ...names, '--max-connections', '8');
  const port = Number(new URL(server.url).port);
  const ask = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = httpRequest({ port, host: '127.0.0.1', path: '/v2/', agent: false, headers: { host } });
      asked.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      asked.end();
    });
  const silent = Array.from({ length: 20 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  for (const socket of silent) socket.resume();
  for (const host of ['registry.example', `other.example:${port}`, 'localhost']) expect(await ask(host)).toBe(200);
  expect(await ask('third.example')).toBe(421);
  await expect.poll(() => silent.filter(({ closed }) => closed).length).toBeGreaterThanOrEqual(16);
  for (const socket of silent) socket.destroy();
  for (const wrong of ['http://a.example', 'a.example:80']) {
    const { message } = await failure(2, ['serve', '--port', '0', '--allow-host', wrong, '.']);
    expect(message).toContain(wrong);
  }
});

it('serves https', async ({ skip }) => {
  const tls = await certificate();
  if (tls === undefined) return skip('without openssl');
  const directory = join(await tempDir(), 'root');
  const server = await startServe(directory, '--cert-file', tls.certFile, '--key-file', tls.keyFile);
  expect(server.first).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const outgoing = request(`${server.url}/v2/`, { ca: await readFile(tls.certFile), agent: false });
  outgoing.end();
  const [response] = await once(outgoing, 'response');
  response.resume();
  expect(response.statusCode).toBe(200);
  expect((await end(server)).code).toBe(0);
});
