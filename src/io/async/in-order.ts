import { handled } from './handled.js';
import { limiter } from './run-all.js';

/** Options of {@link inOrder}. */
export interface InOrderOptions {
  /** Number of actions that run at a time. */
  readonly atATime: number;
  /** Number of items that are taken before the first of them is done: results that wait for their turn are held. */
  readonly ahead: number;
}

/**
 * Yields the results of `action` for items, in the order of the items, while further actions run. Its memory does not
 * grow with the number of items. A consumer that stops early awaits the actions under way; it aborts them itself.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  action: (item: T) => Promise<R>,
  { atATime, ahead }: InOrderOptions,
): AsyncGenerator<R, void, undefined> {
  const limit = limiter(atATime);
  const results: Promise<R>[] = [];
  let wakeReader = () => {};
  let wakeWriter = () => {};
  let isEnded = false;
  let isStopped = false;
  const take = async () => {
    for await (const item of items) {
      while (results.length >= ahead && !isStopped)
        await new Promise<void>((resolve) => {
          wakeWriter = resolve;
        });
      if (isStopped) return;
      results.push(handled(limit(async () => (isStopped ? Promise.reject(new Error('stopped')) : action(item)))));
      wakeReader();
    }
  };
  const taking = handled(
    take().finally(() => {
      isEnded = true;
      wakeReader();
    }),
  );
  try {
    for (;;) {
      const [first] = results;
      if (first !== undefined) {
        const result = await first;
        results.shift();
        wakeWriter();
        yield result;
      } else if (isEnded) break;
      else
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
    }
    await taking;
  } finally {
    isStopped = true;
    wakeWriter();
    await Promise.allSettled(results);
  }
}
