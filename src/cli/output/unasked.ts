import { isRemoraError } from '../../errors.js';
import type { UnaskedPlace } from '../../io/credentials/erase.js';
import { redact } from '../../io/redact.js';

/** What stderr says of a place of credentials that failed. */
export function unaskedNote({ place, error }: UnaskedPlace): string {
  const message = messageOf(error);
  const hint = isRemoraError(error) && error.hint !== undefined ? ` (${error.hint})` : '';
  return `could not ask ${place}: ${message}${hint}`;
}

/** The same for `--json`. */
export function unaskedJson({ place, error }: UnaskedPlace): object {
  return { way: place, error: { code: isRemoraError(error) ? error.code : 'IO', message: redact(messageOf(error)) } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
