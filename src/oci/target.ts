import { RemoraError } from '../errors.js';
import { isRefName } from './annotations.js';
import { type Place, parsePlace } from './place.js';
import { quote } from './quote.js';
import { isTag } from './reference.js';

/** Where something new goes: a place, and the tags it shall have there. */
export interface Target {
  readonly place: Place;
  readonly tags: readonly string[];
}

/**
 * Parses a place with any number of tags, `host/repo:v1,v1.0,latest`. Without one the artifact is found by its digest.
 *
 * @throws RemoraError `INVALID_ARGUMENT`; a digest is not a target, since content decides it
 */
export function parseTarget(text: string): Target {
  // What stands behind `oci:` alone is a path, which may hold a comma.
  const match = /^(?!oci(?:-archive)?:[^:]*$)(.*:)([^/:@]*,[^/:@]*)$/s.exec(text);
  const [first = '', ...more] = match?.[2]?.split(',') ?? [];
  const place = parsePlace(match === null ? text : `${match[1]}${first}`);
  if (place.digest !== undefined) {
    throw new RemoraError('INVALID_ARGUMENT', `target ${quote(text)} has a digest, which only the content can decide`, {
      found: text,
      hint: 'Leave out the digest, or write a tag instead',
    });
  }
  const fits = place.kind === 'registry' ? isTag : isRefName;
  const bad = more.find((tag) => !fits(tag));
  if (bad !== undefined || (match !== null && place.tag !== first)) {
    throw new RemoraError('INVALID_ARGUMENT', `target ${quote(text)} has the malformed tag ${quote(bad ?? first)}`, {
      found: bad ?? first,
      hint: 'Write several tags like app:v1,v1.0,latest',
    });
  }
  return { place, tags: [...new Set([...(place.tag === undefined ? [] : [place.tag]), ...more])] };
}
