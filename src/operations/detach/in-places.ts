import { errorFields } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import { hasSeveralPlaces } from '../../store/interfaces/several-places.js';
import type { Source } from '../../store/interfaces/store.js';
import type { ChangePlace } from '../places/elsewhere.js';
import { type CarryOutOptions, carryOut } from './carry-out.js';
import { type DetachPlan, plannedResult } from './plan.js';
import type { DetachResult } from './schema.js';

/**
 * Carries out a plan in each place that has something of it: the first place, which may let nothing be deleted, comes last.
 * Where a place cannot be opened to delete in it, its attachments are in `incomplete`.
 *
 * @throws RemoraError as {@link carryOut}, of one place
 */
export async function carryOutInPlaces(
  source: Source,
  plan: DetachPlan,
  change: ChangePlace,
  options: CarryOutOptions,
): Promise<DetachResult> {
  if (!hasSeveralPlaces(source)) return change(source, (store) => carryOut(store, plan, options));
  const results: DetachResult[] = [];
  for (const place of [...source.places].reverse()) {
    const part = { ...plan, items: plan.items.filter((item) => item.place === place) };
    if (part.items.length > 0) results.push(await carriedOutIn(place, part, change, options));
  }
  return { ...plannedResult(source, plan), ...together(results) };
}

async function carriedOutIn(
  place: Source,
  part: DetachPlan,
  change: ChangePlace,
  options: CarryOutOptions,
): Promise<DetachResult> {
  try {
    return await change(place, (store) => carryOut(store, part, options));
  } catch (failure) {
    const error = errorFields(failure);
    const incomplete = part.items.flatMap(({ attachments }) => attachments.map((each) => ({ ...each, error })));
    return { ...plannedResult(place, part), removed: [], orphans: [], incomplete };
  }
}

function together(results: readonly DetachResult[]): Partial<DetachResult> {
  const pruned = results.flatMap((result) => result.pruned ?? []);
  const sum = (of: 'blobs' | 'bytes') => pruned.reduce((all, each) => all + each[of], 0);
  return given({
    removed: results.flatMap(({ removed }) => removed),
    orphans: [...new Set(results.flatMap(({ orphans }) => orphans))],
    incomplete: results.flatMap(({ incomplete }) => incomplete),
    pruned: pruned.length === 0 ? undefined : { blobs: sum('blobs'), bytes: sum('bytes') },
    unpruned: results.find(({ unpruned }) => unpruned !== undefined)?.unpruned,
  });
}
