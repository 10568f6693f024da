import type { Platform } from '../../oci/values/platform.js';
import { hasSeveralPlaces } from '../../store/interfaces/several-places.js';
import type { Store } from '../../store/interfaces/store.js';
import { ItemLimit } from '../attached/item-limit.js';
import { resolveSubject } from '../attached/subject.js';
import { type ElsewhereOptions, withChangeable } from '../places/elsewhere.js';
import { type AccessOptions, type Location, resolveLocation } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { type CarryOutOptions, prunerOf } from './carry-out.js';
import { carryOutInPlaces } from './in-places.js';
import { type PlanDetachOptions, planDetach, plannedResult } from './plan.js';
import type { DetachResult } from './schema.js';
import { checkSelection, type DetachSelection } from './selection.js';

export type { BlockedAttachment, DetachedAttachment, DetachResult, FailedAttachment } from './schema.js';
export type { DetachSelection } from './selection.js';

/** Options of {@link detach}. */
export interface DetachOptions
  extends AccessOptions,
    ElsewhereOptions,
    Omit<PlanDetachOptions, 'limit'>,
    CarryOutOptions {
  /** The attachments to remove; `{ all: true }` for all. */
  readonly selection: DetachSelection;
  /** Take this child of an index: `os/architecture[/variant]`. @default the index, with all its children */
  readonly platform?: string | Platform | undefined;
  /** Return the planned result without removing anything. @default false */
  readonly dryRun?: boolean | undefined;
  /** Called with the planned result before anything is removed; `false` leaves all as it is. @default no question */
  readonly confirm?: ((planned: DetachResult) => boolean | Promise<boolean>) | undefined;
}

/**
 * Removes attachments of an image or artifact with all their tags and list entries; for an index also those of all
 * manifests below it. The subject itself stays (distribution-spec, "Deleting Manifests").
 *
 * @param location `ghcr.io/acme/app:v1`, `oci:./layout:v1`, a `Place`, or an open store
 * @returns the removed attachments; those that could not be removed are in `incomplete`, in the order of the attempts
 * @throws RemoraError `INVALID_ARGUMENT` (an empty selection, `prune` outside of a layout), `NO_MATCH`, `NOT_FOUND`,
 *   `UNSUPPORTED`, `INCOMPLETE` where a way could not be asked, all before anything is removed
 */
export async function detach(location: Location<Store>, options: DetachOptions): Promise<DetachResult> {
  const { selection, signal, recursive, prune, settle, dryRun, confirm } = options;
  const at = resolveLocation(location);
  checkSelection(selection);
  const platform = platformOf(options.platform);
  return withChangeable(at, { ...options, access: dryRun ? 'read' : 'delete' }, async (store, selector, change) => {
    if (prune && !hasSeveralPlaces(store)) prunerOf(store);
    const limit = new ItemLimit(options.maxItems);
    const subject = await resolveSubject(store, selector, platform, { signal, limit });
    const plan = await planDetach(store, subject, selection, { recursive, signal, limit });
    if (prune) for (const { place } of plan.items) if (place !== undefined) prunerOf(place);
    const planned = plannedResult(store, plan);
    if (dryRun) return { ...planned, dryRun: true };
    if (plan.items.length > 0 && confirm !== undefined && !(await confirm(planned)))
      return { ...planned, removed: [], orphans: [] };
    return carryOutInPlaces(store, plan, change, { signal, settle, prune });
  });
}
