import type { Unasked } from './incomplete.js';

/** Whether a place refused to answer: asking again gets the same. */
export function isRefused(incomplete: readonly Unasked[]): boolean {
  return incomplete.some(({ error }) => error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN');
}
