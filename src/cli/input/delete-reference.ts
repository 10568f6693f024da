import { RemoraError } from '../../errors.js';
import type { Place } from '../../oci/names/place.js';
import { quote } from '../../oci/text/quote.js';
import { resolvePlace } from '../../operations/places/location.js';

/**
 * Parses the place of the manifest or tag to delete.
 *
 * @throws RemoraError `INVALID_ARGUMENT` with both a tag and a digest, and with neither
 */
export function parseDeleteReference(text: string): Place {
  const place = resolvePlace(text);
  if ((place.tag === undefined) !== (place.digest === undefined)) return place;
  const why = place.tag === undefined ? 'has neither a tag nor a digest' : 'has a tag and a digest';
  throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} ${why}, wanted one of them`, {
    found: text,
    hint: 'A digest deletes the manifest with all its tags, a tag deletes the tag alone',
  });
}
