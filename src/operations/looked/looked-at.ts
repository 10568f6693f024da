import { refuseMistaken } from '../../oci/names/mistaken.js';
import { isPathText, type Place } from '../../oci/names/place.js';
import { isDigest } from '../../oci/values/digest.js';
import { formatBeginning, parseBeginning } from '../../oci/values/digest-beginning.js';
import { digitsOf, resolvePlace } from '../places/location.js';

/** A place that is looked at, and the beginning of a digest in it. */
export interface LookedAt {
  readonly place: Place;
  readonly digestBeginning?: string;
}

/**
 * Parses the reference of a command that only looks: the digest behind its `@` may be the beginning of one.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for fewer than 8 digits and other characters, and as `resolvePlace`
 */
export function lookedAt(text: string): LookedAt {
  const at = text.lastIndexOf('@');
  if (at < 0) return { place: resolvePlace(text) };
  const isPath = isPathText(text);
  refuseMistaken(text, isPath);
  const [name, end] = [text.slice(0, at), text.slice(at + 1)];
  // Of a URL with a password, only the whole text is redacted.
  const isOther = at < 1 || /@|^(?!docker:)[a-z]+:\/\//i.test(name) || end === '' || end.includes('/');
  if (isOther || isDigest(end)) return { place: resolvePlace(text) };
  // A path may hold an "@".
  if (isPath && !/^(?:sha256|sha512|blake3):/i.test(end) && digitsOf(text) === undefined)
    return { place: resolvePlace(text) };
  return { place: resolvePlace(name), digestBeginning: formatBeginning(parseBeginning(end)) };
}
