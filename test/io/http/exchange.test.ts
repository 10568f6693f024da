import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { client } from './support/server.js';

/** A server that answers with so many bytes, and counts its requests. */
async function start(size: number) {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.end(Buffer.alloc(size));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: new URL(`http://127.0.0.1:${port}/`), requests: () => requests };
}

it('makes no stream for a HEAD', async () => {
  const { url } = await start(10);
  const { content } = await client().request({ method: 'HEAD', url });
  expect(content).toEqual([]);
});

it('streams a body that is larger than a connection reads ahead', async () => {
  const { url } = await start(1_000_000);
  const response = await client().request({ method: 'GET', url });
  expect(response.content).toBeUndefined();
  let bytes = 0;
  for await (const chunk of response.body) bytes += chunk.length;
  expect(bytes).toBe(1_000_000);
});

it('leaves no listener on a signal behind', async () => {
  const { url } = await start(100_000);
  const { signal } = new AbortController();
  const http = client();
  await http.request({ method: 'HEAD', url, signal });
  await http.read({ method: 'GET', url, signal }, 100_000, 'answer');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('sends nothing for a signal that is aborted while the body opens', async () => {
  const { url, requests } = await start(0);
  const controller = new AbortController();
  const open = async () => {
    controller.abort();
    return new Uint8Array(3);
  };
  const sent = client().request({ method: 'PUT', url, body: { size: 3, open }, signal: controller.signal });
  await expect(sent).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(requests()).toBe(0);
});
