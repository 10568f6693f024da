import { RemoraError } from '../../errors.js';
import { type Place, parsePlace } from '../../oci/names/place.js';
import { quote } from '../../oci/text/quote.js';
import type { Digest } from '../../oci/values/digest.js';

/**
 * Parses the place of a blob, `host/repo@digest` or `oci:PATH@DIGEST`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, also for a tag: blobs have none
 */
export function parseBlobPlace(text: string): { readonly place: Place; readonly digest: Digest | undefined } {
  const place = parsePlace(text);
  if (place.tag === undefined) return { place, digest: place.digest };
  throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} has a tag, and a blob has none`, {
    found: text,
    hint: 'Write it like host/repo@sha256:… or oci:PATH@sha256:…',
  });
}

/** The same where the digest must be given. */
export function parseBlobReference(text: string): { readonly place: Place; readonly digest: Digest } {
  const { place, digest } = parseBlobPlace(text);
  if (digest !== undefined) return { place, digest };
  throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} has no digest, by which a blob is found`, {
    found: text,
    hint: 'Write it like host/repo@sha256:…; inspect shows the blobs of a manifest',
  });
}
