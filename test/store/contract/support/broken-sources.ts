import { PassThrough, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { noise, readBlob } from '../../support/artifacts.js';
import { begin, type Started, type StartPlace } from './place.js';

const SIZE = 600 * 1024;

/** A source that gives these parts and counts how often it was opened. */
function source(parts: () => AsyncGenerator<Buffer>) {
  const streams: Readable[] = [];
  const opened = { times: 0, streams };
  const open = async () => {
    opened.times += 1;
    const stream = Readable.from(parts());
    opened.streams.push(stream);
    return stream;
  };
  return { opened, open };
}

async function expectNothingStored({ open, leftovers }: Started, content = noise(SIZE)): Promise<void> {
  const other = await open();
  expect(await other.hasBlob(content.descriptor)).toBe(false);
  expect(await leftovers()).toEqual([]);
  // And nothing is in the way of the right content.
  expect(await other.writeBlob(content.descriptor, content.open)).toBe('written');
  expect((await readBlob(other, content.descriptor)).equals(content.bytes)).toBe(true);
}

/** Content that is not what was promised, sources that fail, and callers that change their mind. */
export function brokenSourceContract(start: StartPlace): void {
  const { descriptor, bytes } = noise(SIZE);

  it.each<[string, string, readonly Buffer[]]>([
    ['other content of the same size', 'DIGEST_MISMATCH', [bytes.subarray(0, SIZE - 1), Buffer.from([7])]],
    ['more content', 'SIZE_MISMATCH', [bytes, Buffer.from('x')]],
    ['less content', 'SIZE_MISMATCH', [bytes.subarray(0, SIZE - 1)]],
    ['no content', 'SIZE_MISMATCH', []],
  ])('refuses %s (%s)', async (_, code, parts) => {
    const started = await begin(start);
    const { opened, open } = source(async function* () {
      yield* parts;
    });
    await expect(started.store.writeBlob(descriptor, open)).rejects.toMatchObject({ code });
    expect(opened.times).toBe(1);
    await expectNothingStored(started);
  });

  it('passes on the error of a source that fails midway', async () => {
    const started = await begin(start);
    const failure = new Error('the disk has a bad sector');
    const { opened, open } = source(async function* () {
      yield bytes.subarray(0, SIZE / 2);
      throw failure;
    });
    await expect(started.store.writeBlob(descriptor, open)).rejects.toBe(failure);
    expect(opened.times).toBe(1);
    await expectNothingStored(started);
  });

  it('passes on the error of a source that cannot be opened', async () => {
    const started = await begin(start);
    const failure = new Error('the file is gone');
    await expect(started.store.writeBlob(descriptor, () => Promise.reject(failure))).rejects.toBe(failure);
    await expectNothingStored(started);
  });

  it('fails when a source ends without an end', async () => {
    const started = await begin(start);
    const broken = async () => {
      const stream = new PassThrough();
      stream.write(bytes.subarray(0, SIZE / 2));
      setTimeout(() => stream.destroy(), 50);
      return stream;
    };
    await expect(started.store.writeBlob(descriptor, broken)).rejects.toMatchObject({ name: 'RemoraError' });
    await expectNothingStored(started);
  });

  it('stops writing when it is interrupted, and closes the source', async () => {
    const started = await begin(start);
    const controller = new AbortController();
    const { opened, open } = source(async function* () {
      yield bytes.subarray(0, SIZE / 2);
      setTimeout(() => controller.abort(), 30);
      await new Promise(() => {});
    });
    const writing = started.store.writeBlob(descriptor, open, { signal: controller.signal });
    await expect(writing).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(opened.streams.map(({ destroyed }) => destroyed)).toEqual([true]);
    await expectNothingStored(started);
  });

  it('writes nothing when it was interrupted before', async () => {
    const started = await begin(start);
    const { opened, open } = source(async function* () {
      yield bytes;
    });
    const writing = started.store.writeBlob(descriptor, open, { signal: AbortSignal.abort() });
    await expect(writing).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(opened.streams.filter(({ destroyed }) => !destroyed)).toEqual([]);
    await expectNothingStored(started);
  });
}
