import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inOrder } from '../../../src/io/async/in-order.js';

/** Actions that are done when the test says so. */
class Actions {
  readonly begun: number[] = [];
  readonly #ends = new Map<number, { readonly done: () => void; readonly fail: (error: Error) => void }>();

  readonly run = (item: number): Promise<string> => {
    this.begun.push(item);
    return new Promise((resolve, reject) => {
      this.#ends.set(item, { done: () => resolve(`result ${item}`), fail: reject });
    });
  };

  done(item: number): void {
    this.#ends.get(item)?.done();
  }

  fail(item: number, error: Error): void {
    this.#ends.get(item)?.fail(error);
  }
}

async function turns(): Promise<void> {
  for (let count = 0; count < 20; count++) await turn();
}

it('yields in the order of the items, and holds no more than it may', async () => {
  const actions = new Actions();
  let taken = 0;
  async function* items() {
    for (; taken < 100; ) yield taken++;
  }
  const results = inOrder(items(), actions.run, { atATime: 3, ahead: 6 });
  const first = results.next();
  await turns();
  expect(actions.begun).toEqual([0, 1, 2]);
  for (const item of [1, 2, 3, 4, 5]) {
    actions.done(item);
    await turns();
  }
  // The first one is missing: the others wait, and nothing more begins.
  expect(actions.begun).toEqual([0, 1, 2, 3, 4, 5]);
  expect(taken).toBeLessThanOrEqual(8);
  actions.done(0);
  const seen = [(await first).value];
  for (let count = 0; count < 5; count++) seen.push((await results.next()).value);
  expect(seen).toEqual([0, 1, 2, 3, 4, 5].map((item) => `result ${item}`));
  const ending = results.return();
  for (const item of actions.begun) actions.done(item);
  await ending;
  await turns();
  const { length } = actions.begun;
  await turns();
  expect(actions.begun).toHaveLength(length);
});

it('goes on with what is done while the items are slow', async () => {
  let give = () => {};
  async function* items() {
    yield 1;
    await new Promise<void>((resolve) => {
      give = resolve;
    });
    yield 2;
  }
  const results = inOrder(items(), async (item) => item, { atATime: 2, ahead: 4 });
  expect(await results.next()).toEqual({ done: false, value: 1 });
  const next = results.next();
  await turns();
  give();
  expect(await next).toEqual({ done: false, value: 2 });
  expect(await results.next()).toEqual({ done: true, value: undefined });
});

it('throws what an action or the items throw, after the results before it', async () => {
  const failing = inOrder([1, 2, 3], async (item) => (item === 2 ? Promise.reject(new Error('two')) : item), {
    atATime: 1,
    ahead: 3,
  });
  expect((await failing.next()).value).toBe(1);
  await expect(failing.next()).rejects.toThrow('two');
  async function* items() {
    yield 1;
    throw new Error('items');
  }
  const broken = inOrder(items(), async (item) => item, { atATime: 1, ahead: 3 });
  expect((await broken.next()).value).toBe(1);
  await expect(broken.next()).rejects.toThrow('items');
});
