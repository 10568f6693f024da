import { setMaxListeners } from 'node:events';

/**
 * Runs `action` for all items, some at a time. When one fails the others are aborted and awaited, so that nothing goes
 * on behind the caller's back; the first failure is thrown.
 */
export async function runAll<T, R>(
  items: readonly T[],
  action: (item: T, signal: AbortSignal) => Promise<R>,
  options: { readonly concurrency?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<readonly R[]> {
  const failure = new AbortController();
  const signal = sharedSignal(failure.signal, options.signal);
  let first: { readonly error: unknown } | undefined;
  const results = await mapSome(items, options.concurrency ?? 5, async (item) => {
    if (first !== undefined) return [];
    try {
      return [await action(item, signal)];
    } catch (error) {
      first ??= { error };
      failure.abort();
      return [];
    }
  });
  if (first !== undefined) throw first.error;
  return results.flat();
}

/**
 * The results of `action` for all items, so many at a time. What waits for its turn takes no memory, unlike with a queue
 * of promises. After a failure none is begun.
 */
export async function mapSome<T, R>(
  items: readonly T[],
  concurrency: number,
  action: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  let isFailed = false;
  const work = async () => {
    for (const [index, item] of waiting) {
      if (isFailed) return;
      results[index] = await action(item).catch((error: unknown) => {
        isFailed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work));
  return results;
}

/** Follows all signals. Any number of requests may listen to it, where Node.js warns of more than ten. */
export function sharedSignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const shared = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(0, shared);
  return shared;
}
