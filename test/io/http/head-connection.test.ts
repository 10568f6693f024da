import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { discard } from '../../../src/io/http/response.js';
import { client } from './support/server.js';

/** Answers each request line with what `answer` makes of it, and counts connections. */
async function start(answer: (method: string) => string) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const [, method = ''] of bytes.toString('latin1').matchAll(/^([A-Z]+) \S+ HTTP\/1\.1\r$/gm))
        socket.write(answer(method));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: new URL(`http://127.0.0.1:${port}/`), connections: () => connections };
}

it('keeps the connection after HEAD', async () => {
  const { url, connections } = await start(() => 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
  const http = client({ concurrency: 1 });
  for (let count = 0; count < 3; count++) await discard(await http.request({ method: 'HEAD', url }));
  expect(connections()).toBe(1);
});

it('gets right answers from a server that sends a body with HEAD', async () => {
  const { url, connections } = await start((method) =>
    method === 'HEAD'
      ? 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfake'
      : 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntrue',
  );
  const http = client();
  for (let count = 0; count < 5; count++) {
    await discard(await http.request({ method: 'HEAD', url }));
    const { bytes } = await http.read({ method: 'GET', url }, 100, 'answer');
    expect(bytes.toString()).toBe('true');
  }
  expect(connections()).toBeGreaterThan(1);
});
