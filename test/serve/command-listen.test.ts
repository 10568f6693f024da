import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../src/serve/listen.js';
import { createServer } from '../../src/serve/server.js';
import { noise } from '../store/support/artifacts.js';
import { certificate } from './support/command-start.js';
import { refusal, send, serve } from './support/push-start.js';

const large = noise(48_000_000);

describe('a server', () => {
  it('cuts off a client that stalls, in the headers or in the body', async () => {
    const { repositories } = await serve();
    const server = await listen(createServer(repositories), { port: 0, idle: 200 });
    onTestFinished(() => server.close(0));
    for (const words of [
      'POST /v2/a/blobs/uploads/?digest=sha256:',
      `POST /v2/a/blobs/uploads/?digest=${large.descriptor.digest} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nx`,
    ]) {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      const began = performance.now();
      socket.write(words);
      await once(socket, 'close');
      expect(performance.now() - began).toBeLessThan(5_000);
    }
  });

  it('does not wait for connections that nobody uses any more', async () => {
    const { repositories } = await serve();
    const answered = createServer(repositories);
    const server = await listen((incoming, response) => void setTimeout(() => answered(incoming, response), 200), {
      port: 0,
    });
    const answer = fetch(`${server.url}/v2/`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    await Promise.all([server.close(), answer.then(({ status }) => expect(status).toBe(200))]);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('waits for a request only so long when it closes', async () => {
    const server = await listen(() => {}, { port: 0 });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    await Promise.all([server.close(300), once(socket, 'close')]);
    const ms = performance.now() - began;
    expect([ms > 250, ms < 3_000]).toEqual([true, true]);
  });

  it('does not wait for a client that holds on to an idle connection', async () => {
    const { repositories } = await serve();
    const server = await listen(createServer(repositories), { port: 0 });
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.write('GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it.each(['http', 'https'])('sends all of an answer to a slow client when it closes: %s', async (scheme) => {
    const tls = scheme === 'https' ? await certificate() : undefined;
    if (scheme === 'https' && tls === undefined) return;
    // All of it is given to the connection at once, and waits there.
    const server = await listen((_, response) => void response.end(large.bytes), { port: 0, tls });
    onTestFinished(() => server.close(0));
    const outgoing = (tls === undefined ? request : secureRequest)(server.url, {
      agent: tls === undefined ? new Agent({ keepAlive: true }) : new SecureAgent({ keepAlive: true }),
      rejectUnauthorized: false,
    });
    outgoing.end();
    const [response] = await once(outgoing, 'response');
    response.pause();
    const closed = server.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const began = performance.now();
    expect((await buffer(response)).equals(large.bytes)).toBe(true);
    await closed;
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('takes only so many uploads at a time', async () => {
    const { port, begin } = await serve({ limits: { uploads: 2 } });
    const paths = [await begin('a'), await begin('a')];
    const sockets = paths.map((path) => {
      const socket = connect(port, '127.0.0.1');
      socket.write(`PATCH ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf.`);
      return socket;
    });
    const third = () => send(port, 'POST', '/v2/a/blobs/uploads/');
    await expect.poll(async () => (await third()).status).toBe(429);
    const refused = await third();
    expect([refusal(refused), refused.headers['retry-after']]).toEqual([[429, 'TOOMANYREQUESTS'], '1']);
    expect((await send(port, 'GET', '/v2/a/tags/list')).status).toBe(200);
    for (const socket of sockets) socket.end('rest.');
    await expect.poll(async () => (await third()).status).toBe(202);
  });
});
