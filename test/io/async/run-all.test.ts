import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { limiter, mapSome, runAll } from '../../../src/io/async/run-all.js';

describe('runAll', () => {
  it('gives the results in the order of the items, some at a time', async () => {
    let running = 0;
    let most = 0;
    const action = async (ms: number) => {
      most = Math.max(most, ++running);
      await sleep(ms);
      running -= 1;
      return ms;
    };
    expect(await runAll([30, 1, 20, 1, 10], action, { concurrency: 2 })).toEqual([30, 1, 20, 1, 10]);
    expect(most).toBe(2);
    expect(await runAll([], action, {})).toEqual([]);
  });

  it('stops the others when one fails, waits for them, and throws the first failure', async () => {
    const events: string[] = [];
    const action = async (item: string, signal: AbortSignal) => {
      if (item === 'bad') throw new Error('first');
      await sleep(5000, undefined, { signal }).catch(() => events.push(`${item} stopped`));
      await sleep(10);
      events.push(`${item} done`);
      throw new Error('second');
    };
    await expect(runAll(['slow', 'bad', 'later'], action, { concurrency: 2 })).rejects.toThrow('first');
    expect(events).toEqual(['slow stopped', 'slow done']);
  });

  it("passes the caller's interruption on", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 10);
    const action = (_item: number, signal: AbortSignal) => sleep(5000, undefined, { signal });
    await expect(runAll([1, 2], action, { signal: controller.signal })).rejects.toThrow();
  });
});

describe('mapSome', () => {
  it('gives the results in order, and begins no more at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const results = await mapSome([...Array(50).keys()], 4, async (item) => {
      most = Math.max(most, ++running);
      await sleep(item % 3);
      running--;
      return item * 2;
    });
    expect([results, most]).toEqual([[...Array(50).keys()].map((item) => item * 2), 4]);
    expect(await mapSome([], 4, async () => 1)).toEqual([]);
  });

  it('begins none after a failure, and gives the first', async () => {
    const begun: number[] = [];
    const failing = mapSome([1, 2, 3, 4, 5, 6], 2, async (item) => {
      begun.push(item);
      await sleep(item);
      if (item === 2) throw new Error('second');
    });
    await expect(failing).rejects.toThrow('second');
    await sleep(20);
    expect(begun.length).toBeLessThan(6);
  });
});

it('limits how many actions run at a time', async () => {
  const limit = limiter(2);
  let running = 0;
  let most = 0;
  const action = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  await Promise.all(Array.from({ length: 7 }, () => limit(action)));
  expect(most).toBe(2);
});
