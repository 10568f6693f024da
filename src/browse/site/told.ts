import { type ErrorFields, errorFields, isRemoraError } from '../../errors.js';
import { Refusal } from '../../serve/answer.js';

/** An error as a page tells it. */
export interface Told extends ErrorFields {
  readonly candidates?: readonly string[] | undefined;
}

/** Code, message, next step and choices of an error. */
export function toldOf(error: unknown): Told {
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  return { ...errorFields(error), candidates: isRemoraError(error) ? error.candidates : undefined };
}
