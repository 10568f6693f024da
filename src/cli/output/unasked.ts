import type { ErrorFields } from '../../errors.js';

/** The note on a source of credentials that failed. */
export function unaskedNote({ way, error }: { readonly way: string; readonly error: ErrorFields }): string {
  const { message, hint } = error;
  return `could not ask ${way}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
