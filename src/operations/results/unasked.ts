import { errorFields } from '../../errors.js';
import type { UnaskedPlace } from '../../io/credentials/erase.js';
import { redact } from '../../io/redact.js';

/** The `incomplete` of places of credentials that could not be asked, without secrets; undefined for an empty list. */
export function incompleteOf(unasked: readonly UnaskedPlace[]) {
  if (unasked.length === 0) return undefined;
  return unasked.map(({ place, error }) => {
    const fields = errorFields(error);
    return { way: place, error: { ...fields, message: redact(fields.message) } };
  });
}
