import { appendFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { attach } from '../../../src/operations/attach/attach.js';
import { push } from '../../../src/operations/push/push.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { inDirectory, PLACES } from '../support/places.js';

/** A stream that does something between its first and its second chunk, while files beside it are read. */
function meddling(act: () => Promise<unknown>) {
  return () =>
    Readable.from(
      (async function* () {
        yield Buffer.from('before');
        await act();
        yield Buffer.from('after');
      })(),
    );
}

describe.each(PLACES)('a file that changes on its way into %s', (_what, open) => {
  it.each<[string, () => Promise<unknown>]>([
    ['grows', () => appendFile('log.txt', 'more')],
    ['shrinks', () => truncate('log.txt', 10)],
    ['is written anew in its old size', () => writeFile('log.txt', 'y'.repeat(1_000_000))],
    ['is touched', () => utimes('log.txt', 1, 1)],
  ])('and %s is an error, and nothing is tagged', async (_how, change) => {
    await inDirectory({ 'log.txt': 'x'.repeat(1_000_000) });
    // Clocks of file systems tick slowly: two writes may fall into one tick.
    await utimes('log.txt', 1e9, 1e9);
    const store = await open();
    // One at a time: the change comes after the look at all inputs, and before the file is read.
    const inputs = [{ content: meddling(change), name: 'first' }, { path: 'log.txt' }];
    await expect(push(store, inputs, { tags: ['v1'], concurrency: 1 })).rejects.toMatchObject({
      code: 'CHANGED',
      message: 'log.txt changed while it was read',
    });
    await expect(store.resolve({ tag: 'v1' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a file that changes between hash and upload', () => {
  it('is an error, no session stays open, and no manifest names it', async () => {
    await inDirectory({ 'log.txt': 'before' });
    let touched: Promise<void> | undefined;
    const { store, registry } = await begin({
      fault: ({ method }) => {
        if (method === 'POST') touched ??= appendFile('log.txt', ', and after');
        return undefined;
      },
      latency: 30,
    });
    await expect(push(store, [{ path: 'log.txt' }], { tags: ['v1'] })).rejects.toMatchObject({ code: 'CHANGED' });
    expect(touched).toBeDefined();
    const { manifests, blobs, uploads } = registry.repository('team/app');
    expect([manifests.size, uploads.size]).toEqual([0, 0]);
    expect([...blobs.values()].map(({ bytes }) => bytes?.toString())).not.toContain('before, and after');
  });

  it('attaches nothing', async () => {
    await inDirectory({ 'log.txt': 'before' });
    let armed = false;
    const { store, registry } = await begin({
      fault: ({ method }) => {
        if (armed && method === 'POST') void appendFile('log.txt', '+');
        return undefined;
      },
      latency: 30,
    });
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    armed = true;
    const attached = attach({ store, tag: 'v1' }, [{ path: 'log.txt' }], { artifactType: 'application/x' });
    await expect(attached).rejects.toMatchObject({ code: 'CHANGED' });
    expect([...registry.repository('team/app').manifests.keys()]).toEqual([image.descriptor.digest]);
    expect(registry.repository('team/app').uploads.size).toBe(0);
  });
});
