import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { RemoraError } from '../../../src/errors.js';
import { counted } from '../../../src/io/streams/counted.js';
import { verified } from '../../../src/io/streams/verify.js';
import { digestOf, parseDigest } from '../../../src/oci/values/digest.js';

const BYTES = Buffer.from('some content');
const SHA256 = { digest: digestOf(BYTES), size: BYTES.length };
const SHA512 = { digest: digestOf(BYTES, 'sha512'), size: BYTES.length };

function source(...parts: (string | Buffer)[]): Readable {
  return Readable.from(parts.map((part) => Buffer.from(part)));
}

/** What came out before the end or the error, and the error. */
async function drain(stream: Readable): Promise<{ text: string; error?: unknown }> {
  let text = '';
  try {
    for await (const chunk of stream) text += chunk;
    return { text };
  } catch (error) {
    return { text, error };
  }
}

it('passes content that is what it should be', async () => {
  for (const expected of [SHA256, SHA512]) {
    expect(await buffer(verified(source('some', ' ', '', 'content'), expected))).toEqual(BYTES);
  }
  const empty = { digest: digestOf(Buffer.alloc(0)), size: 0 };
  expect(await buffer(verified(source(), empty))).toHaveLength(0);
});

it.each<[string, string, readonly string[]]>([
  ['DIGEST_MISMATCH', 'other', ['some', ' CONTENT']],
  ['SIZE_MISMATCH', 'longer', ['some content', '!']],
  ['SIZE_MISMATCH', 'shorter', ['some conten']],
  ['SIZE_MISMATCH', 'empty', []],
])('ends with %s for %s content, and never gives all of it', async (code, _, parts) => {
  const { text, error } = await drain(verified(source(...parts), { ...SHA256, size: 12 }));
  expect(error).toMatchObject({ code });
  // Whoever took these bytes for the whole content would have too few.
  expect(Buffer.byteLength(text)).toBeLessThan(Math.max(1, Math.min(12, Buffer.byteLength(parts.join('')))));
});

it('hashes content once on its way through several hands, and anew for another promise', async () => {
  const once = verified(source('some content'), SHA256);
  expect(verified(once, { ...SHA256 })).toBe(once);
  const twice = verified(once, SHA512);
  expect(twice).not.toBe(once);
  expect(await buffer(twice)).toEqual(BYTES);
  const other = { digest: digestOf(Buffer.from('something')), size: BYTES.length };
  expect((await drain(verified(verified(source('some content'), SHA256), other))).error).toMatchObject({
    code: 'DIGEST_MISMATCH',
  });
});

it('ends with the error of its source, explained', async () => {
  const failing = new PassThrough();
  failing.write('some');
  setImmediate(() => failing.destroy(new Error('gone')));
  const explained = new RemoraError('UNREACHABLE', 'the network is gone');
  expect((await drain(verified(failing, SHA256, () => explained))).error).toBe(explained);
});

it('ends with an error when its source closes without an end, before or after it was given', async () => {
  for (const early of [true, false]) {
    const cut = new PassThrough();
    cut.write('some');
    if (early) {
      cut.destroy();
      await new Promise((resolve) => setImmediate(resolve));
    } else setImmediate(() => cut.destroy());
    expect((await drain(verified(cut, SHA256))).error).toMatchObject({ code: 'UNREACHABLE' });
  }
});

it('closes its source when nobody reads on', async () => {
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(1024);
    })(),
  );
  const stream = verified(endless, { digest: SHA256.digest, size: Number.MAX_SAFE_INTEGER });
  for await (const _ of stream) break;
  await new Promise((resolve) => setImmediate(resolve));
  expect(endless.destroyed).toBe(true);
});

it('does not pretend to verify an algorithm that it does not know', () => {
  const content = source('x');
  const digest = parseDigest(`blake3:${'0'.repeat(64)}`);
  expect(() => verified(content, { digest, size: 1 })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  expect(content.destroyed).toBe(true);
});

it('counts what passes, and ends when its source does, in whatever way', async () => {
  const seen: [number, string][] = [];
  await buffer(counted(source('ab', 'c'), (bytes, chunk) => void seen.push([bytes, chunk.toString()])));
  expect(seen).toEqual([
    [2, 'ab'],
    [3, 'c'],
  ]);
  const failure = new Error('gone');
  const failing = new PassThrough();
  setImmediate(() => failing.destroy(failure));
  expect((await drain(counted(failing, () => {}))).error).toBe(failure);
  const cut = new PassThrough();
  cut.write('some');
  setImmediate(() => cut.destroy());
  expect((await drain(counted(cut, () => {}))).error).toMatchObject({ code: 'UNREACHABLE' });
});

it.each([
  ['texts', () => Readable.from(['some ', 'content'])],
  ['bytes that are not a Buffer', () => Readable.from([new Uint8Array(BYTES)])],
  ['a stream of the web', () => Readable.fromWeb(new Blob([BYTES]).stream())],
])("takes a caller's stream of %s", async (_what, open) => {
  const chunks: Buffer[] = [];
  for await (const chunk of verified(
    counted(open(), (_, chunk) => void chunks.push(chunk)),
    SHA256,
  ))
    expect(Buffer.isBuffer(chunk)).toBe(true);
  expect(Buffer.concat(chunks)).toEqual(BYTES);
});
