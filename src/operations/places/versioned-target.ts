import { isAccepted, isRemoraError, type RemoraError } from '../../errors.js';
import type { Place } from '../../oci/names/place.js';
import type { Store } from '../../store/interfaces/store.js';
import type { Location } from './location.js';
import { resolveNewTarget, type TargetLocation, unpinnedTarget } from './target-location.js';

/** A target for new content, which may be written with a version where a tag stands: `host/repo:1.2.3+build`. */
export interface VersionedTarget extends Omit<TargetLocation, 'digest'> {
  /** Set where a tag has a `+`, which no tag of a registry may have: for content that is not called by its version. */
  readonly refusal?: RemoraError;
}

/**
 * Resolves a target as `unpinnedTarget` does. A tag with a `+` stays as it is written, for the caller to turn or to refuse.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function versionedTarget(location: Location<Store>): VersionedTarget {
  if (typeof location !== 'string') return unpinnedTarget(location);
  const { place, ...target } = resolveVersioned(location);
  return { at: place, ...target };
}

/** The place of a target that is written so. @throws RemoraError `INVALID_ARGUMENT` */
export function versionedPlace(text: string): Place {
  return resolveVersioned(text).place;
}

function resolveVersioned(text: string): { place: Place; tags: readonly string[]; refusal?: RemoraError } {
  try {
    return resolveNewTarget(text);
  } catch (refusal) {
    const [, start = '', versions = ''] = /^(.+:)([^/:@]*\+[^/:@]*)$/s.exec(text) ?? [];
    if (!isRemoraError(refusal) || versions === '') throw refusal;
    // The error is that of the text as it was written.
    if (!isTarget(`${start}${versions.replaceAll('+', '_')}`)) throw refusal;
    const { place } = resolveNewTarget(`${start}${versions.replaceAll('+', '_')}`);
    return { place, tags: [...new Set(versions.split(','))], refusal };
  }
}

function isTarget(text: string): boolean {
  return isAccepted(() => resolveNewTarget(text) !== undefined);
}
