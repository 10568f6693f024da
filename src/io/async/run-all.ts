import { setMaxListeners } from 'node:events';
import pLimit, { type LimitFunction } from 'p-limit';

/**
 * Runs `action` for all items, some at a time. When one fails the others are aborted and awaited, so that nothing goes
 * on behind the caller's back; the first failure is thrown.
 */
export async function runAll<T, R>(
  items: readonly T[],
  action: (item: T, signal: AbortSignal) => Promise<R>,
  options: { readonly concurrency?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<readonly R[]> {
  const results: R[] = [];
  await endTogether(
    (signal) => workers(items, options.concurrency ?? 5, (item) => action(item, signal), results),
    options.signal,
  );
  return results;
}

/** Waits for all parts. When one fails the others are aborted and awaited as well, and the first failure is thrown. */
export async function endTogether(
  parts: (signal: AbortSignal) => readonly Promise<unknown>[],
  signal?: AbortSignal | undefined,
): Promise<void> {
  const failure = new AbortController();
  let first: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    first ??= { error };
    failure.abort(error);
  };
  await Promise.all(parts(sharedSignal(failure.signal, signal)).map((part) => part.catch(fail)));
  if (first !== undefined) throw first.error;
}

/**
 * The results of `action` for all items, so many at a time. Waiting items take no memory, unlike a queue of promises.
 * After a failure no further action begins.
 */
export async function mapSome<T, R>(
  items: readonly T[],
  concurrency: number,
  action: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  await Promise.all(workers(items, concurrency, action, results));
  return results;
}

/** The same as parts of {@link endTogether}. */
export function workers<T, R>(
  items: readonly T[],
  concurrency: number,
  action: (item: T) => Promise<R>,
  results: R[] = [],
): readonly Promise<void>[] {
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
  return Array.from({ length: Math.min(concurrency, items.length) }, work);
}

/** Runs an action when its turn comes, and gives its result. */
export type Limiter = LimitFunction;

/** Lets so many actions run at a time, in the order in which they are asked for; {@link mapSome} suits a known list. */
export function limiter(concurrency: number): Limiter {
  return pLimit(concurrency);
}

/** Follows all signals. Any number of requests may listen to it, where Node.js warns of more than ten. */
export function sharedSignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const shared = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(0, shared);
  return shared;
}
