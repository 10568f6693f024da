import { RemoraError } from '../../errors.js';
import type { Place } from '../../oci/names/place.js';
import { parsePinnedTarget } from '../../oci/names/target.js';
import { quote } from '../../oci/text/quote.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Store } from '../../store/interfaces/store.js';
import { type Location, resolveLocation, type Stored } from './location.js';

/** The place for a new manifest, with its tags, and its digest if the caller pins it. */
export interface TargetLocation {
  readonly at: Place | Stored<Store>;
  readonly tags: readonly string[];
  readonly digest?: Digest | undefined;
}

/** Resolves the target of a new manifest; a reference may have several tags, `host/repo:v1,latest`. */
export function pinnedTarget(location: Location<Store>): TargetLocation {
  if (typeof location === 'string') {
    const { place, tags, digest } = parsePinnedTarget(location);
    return { at: place, tags, digest };
  }
  const at = resolveLocation(location);
  return { at, tags: at.tag === undefined ? [] : [at.tag], digest: at.digest };
}

/**
 * Resolves a target whose digest only the content decides.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for a target with a digest
 */
export function unpinnedTarget(location: Location<Store>): Omit<TargetLocation, 'digest'> {
  const { digest, ...target } = pinnedTarget(location);
  if (digest === undefined) return target;
  const text = typeof location === 'string' ? location : digest;
  throw new RemoraError('INVALID_ARGUMENT', `target ${quote(text)} has a digest, which only the content can decide`, {
    found: text,
    hint: 'Leave out the digest, or write a tag instead',
  });
}
