import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { IMAGE, type Served, serve } from './support/push-start.js';

const UNKNOWN = '/v2/app/blobs/uploads/00000000-0000-4000-8000-000000000000';
const BODY = Buffer.alloc(12 * 1024 * 1024, 'a');

/** Sends everything before it reads, as simple clients do, and gives the status of the first final answer. */
async function sendAll(port: number, head: readonly string[], chunked: boolean): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const failed = new Promise<never>((_resolve, reject) => socket.on('error', reject));
  const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${BODY.length}`;
  const write = (bytes: string | Buffer) =>
    Promise.race([new Promise<void>((resolve) => socket.write(bytes, () => resolve())), failed]);
  await write(`${[...head, framing].join('\r\n')}\r\n\r\n`);
  for (let start = 0; start < BODY.length; start += 1024 * 1024) {
    const part = BODY.subarray(start, start + 1024 * 1024);
    await write(chunked ? Buffer.concat([Buffer.from('100000\r\n'), part, Buffer.from('\r\n')]) : part);
  }
  if (chunked) await write('0\r\n\r\n');
  const answer = await Promise.race([text(socket), failed]);
  return Number(/HTTP\/1\.1 ([2-5]\d\d) /.exec(answer)?.[1]);
}

const OTHERS: readonly (readonly [string, number, string, Parameters<typeof serve>[0]])[] = [
  ['a manifest that is too large', 413, 'PUT /v2/app/manifests/v1', {}],
  ['a chunk for a session that is not there', 404, `PATCH ${UNKNOWN}`, {}],
  ['the end of one', 404, `PUT ${UNKNOWN}?digest=sha256:${'1'.repeat(64)}`, {}],
  [
    'a blob above the limit',
    413,
    `POST /v2/app/blobs/uploads/?digest=sha256:${'1'.repeat(64)}`,
    { limits: { blobBytes: 1e6 } },
  ],
  ['a stranger', 401, 'PUT /v2/app/manifests/v1', { authenticate: async () => false }],
  ['a write where all is read-only', 405, 'PUT /v2/app/manifests/v1', { readOnly: true }],
  ['a path without a meaning', 404, 'POST /v1/app', {}],
  ['a digest that is not one', 400, 'POST /v2/app/blobs/uploads/?digest=sha256:x', {}],
  ['one upload too many', 429, 'POST /v2/app/blobs/uploads/', { limits: { uploads: 0 } }],
];

describe('a client that reads nothing before it has sent all of 12 MiB', () => {
  describe.each([
    ['with a length', false, []],
    ['in chunks', true, []],
    ['with Expect: 100-continue', false, ['Expect: 100-continue']],
    ['in chunks with Expect: 100-continue', true, ['Expect: 100-continue']],
  ] as const)('%s', (_how, chunked, more) => {
    it.each(OTHERS)('learns that it was refused: %s', async (_what, status, line, options) => {
      const { port }: Served = await serve(options);
      const head = [`${line} HTTP/1.1`, 'Host: 127.0.0.1', `Content-Type: ${IMAGE}`, ...more];
      expect(await sendAll(port, head, chunked)).toBe(status);
    });
  });
});

it('ends the connection of a client that was refused and has sent all', async () => {
  const { port } = await serve();
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(`PATCH ${UNKNOWN} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nx`);
  const [head] = await once(socket, 'data');
  expect(String(head)).toMatch(/^HTTP\/1\.1 404 .*\r\n(.*\r\n)*Connection: close\r\n/);
  const ended = once(socket, 'close');
  socket.write('y'.repeat(99));
  await ended;
});

it.each([10, 20_000, 200_000])('answers or closes behind a request that was refused with %i bytes', async (size) => {
  const { port } = await serve({ readOnly: true });
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const head = `POST /v2/app/blobs/uploads/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${size}\r\n\r\n`;
  socket.write(head + 'a'.repeat(size));
  let answers = String(await once(socket, 'data'));
  expect(answers).toMatch(/^HTTP\/1\.1 405 /);
  socket.on('data', (chunk) => {
    answers += chunk;
  });
  if (/\r\nConnection: close\r\n/i.test(answers)) {
    await once(socket, 'close');
    return;
  }
  socket.write(head + 'a'.repeat(size));
  await vi.waitFor(() => expect(answers.match(/HTTP\/1\.1 405 /g)).toHaveLength(2), 5000);
});
