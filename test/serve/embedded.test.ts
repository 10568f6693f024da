import { expect, it, onTestFinished } from 'vitest';
import { parsePlace } from '../../src/oci/names/place.js';
import { push } from '../../src/operations/push/push.js';
import { listen } from '../../src/serve/listen.js';
import { serveDirectory } from '../../src/serve/serve-directory.js';
import { createServer } from '../../src/serve/server.js';
import { openRepositories } from '../../src/store/layout/hosting/repositories.js';
import { openStore } from '../../src/store/open.js';
import { tempDir } from '../support/temp.js';

it('serves one store that the library opened, under the name of its folder or another', async () => {
  const store = await openStore(parsePlace(`oci:${await tempDir()}/Layout`), { create: true });
  const pushed = await push(store, [{ name: 'a.txt', content: 'a' }], { tags: ['v1'] });
  for (const [name, options] of [
    ['layout', {}],
    ['team/app', { name: 'team/app' }],
  ] as const) {
    const server = await listen(createServer(store, options), { port: 0 });
    onTestFinished(() => server.close());
    const served = await openStore(parsePlace(`${server.host}/${name}:v1`));
    onTestFinished(() => served.close());
    expect((await served.resolve({ tag: 'v1' })).digest).toBe(pushed.digest);
  }
});

it('ends with `await using`: a server, a served directory, repositories, and a store below them', async () => {
  const directory = await tempDir();
  const urls: string[] = [];
  {
    await using repositories = await openRepositories(directory);
    await using repository = await repositories.open('team/app', { create: true });
    expect(repository?.kind).toBe('layout');
    await using server = await listen(createServer(repositories), { port: 0 });
    await using served = await serveDirectory(directory, { port: 0 });
    for (const { url } of [server, served]) {
      expect((await fetch(`${url}/v2/`)).status).toBe(200);
      urls.push(url);
    }
  }
  for (const url of urls) await expect(fetch(`${url}/v2/`)).rejects.toThrow();
});

it('refuses a name that does not fit, and a store that is no layout', async () => {
  const store = await openStore(parsePlace(`oci:${await tempDir()}/layout`), { create: true });
  expect(() => createServer(store, { name: 'Not A Name' })).toThrow(/not a repository name/);
  const remote = await openStore(parsePlace('127.0.0.1:1/team/app'));
  expect(() => createServer(remote)).toThrow(/cannot be served/);
  await remote.close();
});

it('answers what is no HTTP with an error of the specification', async () => {
  const store = await openStore(parsePlace(`oci:${await tempDir()}/layout`), { create: true });
  const server = await listen(createServer(store), { port: 0 });
  onTestFinished(() => server.close());
  const { connect } = await import('node:net');
  const { text } = await import('node:stream/consumers');
  for (const raw of ['nonsense\r\n\r\n', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`]) {
    const socket = connect(Number(server.host.split(':')[1]), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(raw);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ errors: [{ code: 'UNSUPPORTED' }] });
  }
});
