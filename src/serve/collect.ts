import { isRemoraError } from '../errors.js';
import { handled } from '../io/async/handled.js';
import { isGarbageCollector } from '../store/interfaces/abilities.js';
import type { Repositories } from '../store/interfaces/hosting.js';

/** When a server removes what nothing names. */
export interface GcOptions {
  /** Milliseconds from one time to the next. */
  readonly every: number;
  /** Milliseconds that a file is kept at least. @default 1 hour */
  readonly grace?: number | undefined;
}

/** The outcome for a repository. */
export interface GcLog {
  readonly repository: string;
  /** Blobs that were removed. */
  readonly blobs: number;
  /** Bytes that are free since. */
  readonly bytes: number;
  /** The reason for which not all was removed; the next time tries again. */
  readonly error?: string;
}

/** Removes what nothing names, now and from time to time, in one repository after another. */
export function keepCollected(
  repositories: Repositories,
  { every, grace }: GcOptions,
  onCollected: (log: GcLog) => void = () => {},
): { readonly collected: Promise<void>; stop(): void } {
  const ended = new AbortController();
  const collect = async (repository: string): Promise<Omit<GcLog, 'repository'>> => {
    const store = await repositories.open(repository, { create: false });
    if (store === undefined || !isGarbageCollector(store)) return { blobs: 0, bytes: 0 };
    const { blobs, bytes } = await store.collectGarbage({ grace, signal: ended.signal });
    return { blobs: blobs.length, bytes };
  };
  const collectAll = async () => {
    for (const repository of await repositories.names()) {
      if (ended.signal.aborted) return;
      try {
        onCollected({ repository, ...(await collect(repository)) });
      } catch (error) {
        if (!isRemoraError(error)) throw error;
        if (error.code !== 'INTERRUPTED') onCollected({ repository, blobs: 0, bytes: 0, error: error.message });
      }
    }
  };
  let running: Promise<void> | undefined;
  const begin = () => {
    running ??= handled(collectAll()).finally(() => {
      running = undefined;
    });
    return handled(running);
  };
  const collected = begin();
  // It keeps no process running.
  const timer = setInterval(begin, every).unref();
  const stop = () => {
    clearInterval(timer);
    ended.abort();
  };
  return { collected, stop };
}
