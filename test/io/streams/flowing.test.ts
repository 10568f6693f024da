import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { flowing } from '../../../src/io/streams/flowing.js';

it.each([1, 2, 5])(
  'gives all %i chunks of a stream that has come to its end before the first is read',
  async (count) => {
    const chunks = Array.from({ length: count }, (_, index) => Buffer.from(`chunk ${index}`));
    const stream = new Readable({ read() {} });
    for (const chunk of chunks) stream.push(chunk);
    stream.push(null);
    const got: Buffer[] = [];
    for await (const chunk of flowing(stream)) got.push(chunk);
    expect(Buffer.concat(got).toString()).toBe(Buffer.concat(chunks).toString());
  },
);

it('gives a chunk that comes, with the end behind it, while the reader has the one before', async () => {
  const stream = new Readable({ read() {} });
  stream.push('first');
  const got: string[] = [];
  for await (const chunk of flowing(stream)) {
    got.push(chunk.toString());
    if (got.length > 1) continue;
    stream.on('data', () => stream.resume());
    stream.resume();
    stream.push('second');
    stream.push(null);
    await new Promise((resolve) => stream.once('end', resolve));
  }
  expect(got).toEqual(['first', 'second']);
});
