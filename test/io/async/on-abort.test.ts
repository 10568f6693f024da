import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { onAbort } from '../../../src/io/async/on-abort.js';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

it('listens once for all who wait, and no longer than they do', () => {
  const { signal } = new AbortController();
  const ends = Array.from({ length: 50 }, () => onAbort(signal, () => {}));
  expect(listeners(signal)).toBe(1);
  for (const end of ends.slice(1)) end();
  expect(listeners(signal)).toBe(1);
  for (const end of ends) end();
  expect(listeners(signal)).toBe(0);
  onAbort(signal, () => {});
  for (const end of ends) end();
  expect(listeners(signal)).toBe(1);
});

it('calls all who still wait, each once', () => {
  const controller = new AbortController();
  const called: string[] = [];
  const end = onAbort(controller.signal, () => called.push('ended'));
  onAbort(controller.signal, () => called.push('first'));
  onAbort(controller.signal, () => called.push('second'));
  end();
  controller.abort();
  controller.abort();
  expect(called).toEqual(['first', 'second']);
});
