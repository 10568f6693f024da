import { RemoraError } from '../../errors.js';
import { type Place, readingsOf } from '../../oci/names/place.js';
import { type PinnedTarget, parsePinnedTarget, parseTags, type Target } from '../../oci/names/target.js';
import { quote } from '../../oci/text/quote.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Store } from '../../store/interfaces/store.js';
import { isThere } from '../../store/open.js';
import { type Location, refuseBeginning, resolveLocation, type Stored } from './location.js';

/** The place for a new manifest, with its tags, and its digest if the caller pins it. */
export interface TargetLocation {
  readonly at: Place | Stored<Store>;
  readonly tags: readonly string[];
  readonly digest?: Digest | undefined;
}

/**
 * Parses a target as `parsePinnedTarget` does, where the file system tells a path from a name as for other references:
 * `oci:PATH:docker.io/library/a:v1,v2` has two names.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function resolveTarget(text: string): PinnedTarget {
  refuseBeginning(text);
  const target = parsePinnedTarget(text);
  const { place, tags } = target;
  // Further tags stand behind the first one, which the place has.
  const isMany = tags.length > 1 && place.tag !== undefined;
  const first = isMany ? text.replace(/,[^/:@]*$/, '') : text;
  const at = readingsOf(first).find((reading) => isThere(reading) && !(isMany && reading.tag === undefined));
  if (at === undefined || place.kind === 'registry' || at.path === place.path) return target;
  const start = at.tag?.slice(0, at.tag.length - (place.tag ?? '').length) ?? '';
  const names = at.tag === undefined ? [] : place.tag === undefined ? [at.tag] : tags.map((tag) => start + tag);
  return { place: at, tags: parseTags(at.kind, names), ...given({ digest: at.digest }) };
}

/** Resolves the target of a new manifest; a reference may have several tags, `host/repo:v1,latest`. */
export function pinnedTarget(location: Location<Store>): TargetLocation {
  if (typeof location === 'string') {
    const { place, tags, digest } = resolveTarget(location);
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
  if (digest !== undefined) throw pinned(typeof location === 'string' ? location : digest);
  return target;
}

/** The same for text. @throws RemoraError `INVALID_ARGUMENT` */
export function resolveNewTarget(text: string): Target {
  const { digest, ...target } = resolveTarget(text);
  if (digest !== undefined) throw pinned(text);
  return target;
}

function pinned(text: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `target ${quote(text)} has a digest, which only the content can decide`, {
    found: text,
    hint: 'Leave out the digest, or write a tag instead',
  });
}
