import { RemoraError } from '../../errors.js';
import { formatPlace } from '../../oci/names/place.js';
import { quote } from '../../oci/text/quote.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { type Location, resolveLocation, selectorOf } from '../places/location.js';

/**
 * The digest of a blob that a location names.
 *
 * @throws RemoraError `INVALID_ARGUMENT` without a digest, and for a tag: a blob has no tags
 */
export function blobDigest(location: Location): Digest {
  const digest = optionalBlobDigest(location);
  if (digest !== undefined) return digest;
  const text = textOf(location);
  throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} has no digest, by which a blob is found`, {
    found: text,
    hint: 'Write it like host/repo@sha256:…; inspect shows the blobs of a manifest',
  });
}

/** The same, where the digest may be missing. */
export function optionalBlobDigest(location: Location): Digest | undefined {
  const { tag, digest } = selectorOf(resolveLocation(location));
  if (tag === undefined) return digest;
  const text = textOf(location);
  throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} has a tag, and a blob has none`, {
    found: text,
    hint: 'Write it like host/repo@sha256:… or oci:PATH@sha256:…',
  });
}

function textOf(location: Location): string {
  if (typeof location === 'string') return location;
  const at = resolveLocation(location);
  const selector = given(selectorOf(at));
  return 'store' in at ? at.store.format(selector) : formatPlace(at, selector);
}
