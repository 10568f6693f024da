import { describe, expect, it } from 'vitest';
import { SharedWrites } from '../../src/store/interfaces/shared-writes.js';
import type { WriteResult } from '../../src/store/interfaces/store.js';
import { text } from './support/artifacts.js';

const { descriptor } = text('content');

/** A write that ends when the test says so. */
function pending() {
  const state = {
    begun: 0,
    write: () => {
      state.begun += 1;
      return promise;
    },
    resolve: (_result: WriteResult) => {},
    reject: (_error: Error) => {},
  };
  const promise = new Promise<WriteResult>((resolve, reject) => {
    state.resolve = resolve;
    state.reject = reject;
  });
  return state;
}

describe.each([true, false])('shared writes (remembered: %s)', (remember) => {
  it('ends the wait of a writer at its own signal, and leaves the others alone', async () => {
    const writes = new SharedWrites(remember);
    const first = pending();
    const leader = writes.write(descriptor, first.write);
    const controller = new AbortController();
    const second = writes.write(descriptor, first.write, controller);
    const third = writes.write(descriptor, first.write, new AbortController());
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: 'INTERRUPTED' });
    first.resolve('written');
    expect([await leader, await third]).toEqual(['written', 'exists']);
    expect(first.begun).toBe(1);
  });

  it('does not begin to wait with a signal that was aborted before', async () => {
    const writes = new SharedWrites(remember);
    const first = pending();
    const leader = writes.write(descriptor, first.write);
    await expect(writes.write(descriptor, first.write, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    first.resolve('written');
    expect(await leader).toBe('written');
  });

  it('lets one of those that wait write when the first fails', async () => {
    const writes = new SharedWrites(remember);
    const first = pending();
    const next = pending();
    const leader = writes.write(descriptor, first.write);
    const others = [0, 1, 2].map(() => writes.write(descriptor, next.write));
    first.reject(new Error('its source'));
    await expect(leader).rejects.toThrow('its source');
    next.resolve('written');
    expect((await Promise.all(others)).toSorted()).toEqual(['exists', 'exists', 'written']);
    expect(next.begun).toBe(1);
  });
});

it('remembers the last ten thousand blobs', async () => {
  const writes = new SharedWrites(true);
  const write = async (): Promise<WriteResult> => 'written';
  for (let size = 0; size < 10_001; size++) await writes.write({ ...descriptor, size }, write);
  expect(await writes.write({ ...descriptor, size: 10_000 }, write)).toBe('exists');
  expect(await writes.write({ ...descriptor, size: 0 }, write)).toBe('written');
});
