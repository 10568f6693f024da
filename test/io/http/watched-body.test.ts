import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WatchedBody } from '../../../src/io/http/watched-body.js';
import { LENT_BYTES, lend, lentChunk } from '../../../src/io/streams/lent.js';

it('aborts when nothing is taken in time', async () => {
  const body = new WatchedBody(Readable.from([Buffer.from('one'), Buffer.from('two')]), 10);
  const chunks = body.chunks(0);
  await chunks.next();
  await sleep(30);
  expect([body.signal.aborted, body.failure]).toEqual([true, expect.objectContaining({ code: 'ETIMEDOUT' })]);
});

it('watches no more when it was stopped, also where somebody reads on', async () => {
  const body = new WatchedBody(Readable.from([Buffer.from('one'), Buffer.from('two')]), 10);
  const chunks = body.chunks(0);
  await chunks.next();
  // The answer came before all was sent. A timer that began now would keep the program from ending.
  body.stop();
  await chunks.next();
  await sleep(30);
  expect([body.signal.aborted, body.failure]).toEqual([false, undefined]);
});

it('gives memory back when the next chunk is asked for, if undici has waited for the socket to take it', async () => {
  const [small, large] = [lentChunk(lend(), 1024), lentChunk(lend(), LENT_BYTES)];
  const chunks = new WatchedBody(Readable.from([small, large]), 1000).chunks(0);
  await chunks.next();
  await chunks.next();
  const before = lend().buffer;
  await chunks.next();
  const after = lend().buffer;
  expect([before === small.buffer, before === large.buffer, after === large.buffer]).toEqual([false, false, true]);
});
