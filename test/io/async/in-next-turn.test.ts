import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inNextTurn } from '../../../src/io/async/in-next-turn.js';

/** A look that ends when it is told to. */
function looks() {
  const ends: ((error?: Error) => void)[] = [];
  const ask = inNextTurn(
    () =>
      new Promise<number>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve(ends.length)))),
  );
  return { ask, ends };
}

it('looks once for all who ask together, and for all who ask meanwhile', async () => {
  const { ask, ends } = looks();
  const first = [ask(), ask()];
  await setImmediate();
  expect(ends).toHaveLength(1);
  const second = [ask(), ask(), ask()];
  await setImmediate();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  expect(await Promise.all(first)).toEqual([1, 1]);
  await setImmediate();
  // A look that began before the question is not an answer to it.
  expect(ends).toHaveLength(2);
  ends[1]?.();
  expect(await Promise.all(second)).toEqual([2, 2, 2]);
});

it('looks again after a failure', async () => {
  const { ask, ends } = looks();
  const failed = expect(ask()).rejects.toThrow('gone');
  await setImmediate();
  const next = ask();
  ends[0]?.(new Error('gone'));
  await failed;
  await setImmediate();
  ends[1]?.();
  expect(await next).toBe(2);
});
