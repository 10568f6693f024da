const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal is aborted, with one listener for all who wait: a signal looks through its listeners for each
 * that comes or goes, and a tree sends hundreds of requests under one signal at a time.
 *
 * @returns ends the wait; a signal without listeners is free for the collector
 */
export function onAbort(signal: AbortSignal | undefined, action: () => void): () => void {
  if (signal === undefined) return () => {};
  const actions = waiting.get(signal) ?? begin(signal);
  actions.add(action);
  return () => {
    if (actions.delete(action) && actions.size === 0) end(signal, actions);
  };
}

function begin(signal: AbortSignal): Set<() => void> {
  const actions = new Set<() => void>();
  waiting.set(signal, actions);
  signal.addEventListener('abort', aborted, { once: true });
  return actions;
}

function end(signal: AbortSignal, actions: Set<() => void>): void {
  if (waiting.get(signal) !== actions) return;
  waiting.delete(signal);
  signal.removeEventListener('abort', aborted);
}

function aborted(this: AbortSignal): void {
  const actions = waiting.get(this);
  waiting.delete(this);
  for (const action of actions ?? []) action();
}
