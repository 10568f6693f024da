import { isRemoraError, type RemoraError } from '../../../src/errors.js';

/** The error of a call that must fail the way callers can handle. */
export function faultOf(call: () => unknown): RemoraError {
  const outcome = settle(call);
  if ('fault' in outcome) return outcome.fault;
  throw new Error(`nothing was thrown; the call gave ${JSON.stringify(outcome.value)}`);
}

/** The value of a call, or its RemoraError. Any other error goes through. */
export function settle<T>(call: () => T): { readonly value: T } | { readonly fault: RemoraError } {
  try {
    return { value: call() };
  } catch (error) {
    if (isRemoraError(error)) return { fault: error };
    throw error;
  }
}
