import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { PREDICATE_NAMES, predicateByName } from './predicates.js';

/** The next step after a text that cannot be a predicate type. */
export const PREDICATE_TYPE_HINT = `Give --predicate-type with a URI, or one of ${PREDICATE_NAMES.join(', ')}`;

/** @throws RemoraError `INVALID_ARGUMENT` for text that is neither a name of cosign's nor a URI */
export function parsePredicateType(text: string): string {
  const named = predicateByName(text);
  if (named !== undefined) return named;
  // cosign's specification has a type without a scheme.
  const isUri = /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(text) || /^[a-z0-9-]+(\.[a-z0-9-]+)+\/[!-~]+$/i.test(text);
  if (isUri && text.length <= 1000) return text;
  throw new RemoraError('INVALID_ARGUMENT', `predicate type ${quote(text)} is neither a URI nor a name`, {
    found: text,
    candidates: PREDICATE_NAMES,
    hint: PREDICATE_TYPE_HINT,
  });
}

/**
 * Whether a predicate type is the wanted one, or that with a version: `https://spdx.dev/Document/v2.3` is
 * `https://spdx.dev/Document`.
 *
 * @param wanted a URI, or one of cosign's names
 */
export function isPredicateType(wanted: string, found: string): boolean {
  const type = predicateByName(wanted) ?? wanted;
  return found === type || found.startsWith(type.endsWith('/') ? type : `${type}/`);
}
