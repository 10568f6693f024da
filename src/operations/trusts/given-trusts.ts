import { RemoraError } from '../../errors.js';
import { isObject } from '../../oci/text/lenient.js';
import type { Trust } from '../../trust/values/trust.js';

const TYPES: readonly unknown[] = ['key', 'identity', 'notation'];

/**
 * The trusts that a caller gave: programs without types can give something else, which would verify nothing.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function trustsOf({ trust = [] }: { readonly trust?: readonly Trust[] | undefined }): readonly Trust[] {
  const given: unknown = trust;
  if (Array.isArray(given) && given.every((one: unknown) => isObject(one) && TYPES.includes(one.type))) return trust;
  const hint = 'Make trusts with trustKey, trustIdentity or trustNotation, and await the last two';
  throw new RemoraError('INVALID_ARGUMENT', 'trust is not a list of trusts', { hint });
}
