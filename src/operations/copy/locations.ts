import { RemoraError } from '../../errors.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import type { PinnedTarget } from '../../oci/names/target.js';
import { quote } from '../../oci/text/quote.js';
import type { Store } from '../../store/interfaces/store.js';
import { type Location, resolveLocation, type Stored } from '../places/location.js';
import { pinnedTarget, type TargetLocation } from '../places/target-location.js';

/** The destination of a copy. As text or {@link PinnedTarget} it has any number of tags: `host/repo:v1,latest`. */
export type CopyTarget = Location<Store> | PinnedTarget;

/** The destination of a copy, with the tags or the digest of the copied manifest. */
export interface CopyDestination extends TargetLocation {
  readonly kind: Place['kind'];
}

/** Both sides of a copy. */
export interface CopyLocations {
  readonly from: Place | Stored;
  readonly to: CopyDestination;
}

/**
 * Parses both sides of a copy.
 *
 * @param isMany whether tags are copied by name, so that neither side may name a tag
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function copyLocations(source: Location, destination: CopyTarget, isMany: boolean): CopyLocations {
  const from = resolveLocation(source);
  const to = destinationOf(destination);
  if (to.kind === 'directory') {
    throw new RemoraError(
      'UNSUPPORTED',
      `${written(destination, to.at)} is a directory of skopeo's, which is only read`,
      { hint: 'Copy into an image layout like oci:./layout, or an archive like oci-archive:app.tar' },
    );
  }
  if (!isMany) return { from, to };
  const named = from.tag !== undefined || from.digest !== undefined ? written(source, from) : undefined;
  const toNamed = to.tags.length > 0 || to.digest !== undefined ? written(destination, to.at) : undefined;
  const wrong = named ?? toNamed;
  if (wrong === undefined) return { from, to };
  throw new RemoraError('INVALID_ARGUMENT', `${quote(wrong)} names one tag or digest, and tags are copied by name`, {
    found: wrong,
    hint: 'Leave it out: write the repository, layout or archive alone',
  });
}

function destinationOf(target: CopyTarget): CopyDestination {
  const isPinned = typeof target === 'object' && 'place' in target;
  const to = isPinned ? { at: target.place, tags: target.tags, digest: target.digest } : pinnedTarget(target);
  return { ...to, kind: 'store' in to.at ? to.at.store.kind : to.at.kind };
}

function written(location: Location | CopyTarget, at: Place | Stored): string {
  if (typeof location === 'string') return location;
  return 'store' in at ? at.store.format({ tag: at.tag, digest: at.digest }) : formatPlace(at, at);
}
