import { RemoraError } from '../../errors.js';
import type { Place } from '../../oci/names/place.js';
import type { Source } from '../../store/interfaces/store.js';
import { type AccessOptions, type Location, resolveLocation, type Stored, withSource } from '../places/location.js';
import { type Examination, type ExamineOptions, examine } from './examine.js';
import type { MendableLayout } from './layout/mend-index.js';
import { mendableLayout, plannedRepair, repair, repairable } from './repair.js';
import type { CheckResult } from './schema.js';

/** Options of {@link check}. */
export interface CheckOptions extends AccessOptions, Omit<ExamineOptions, 'fetchFrom' | 'signal'> {
  /** Repair what the manifests prove, in a whole layout. No content and no tag is removed. @default false */
  readonly fix?: boolean | undefined;
  /** Where missing and damaged content is brought back from, by its digest; only for layouts. @default nowhere */
  readonly fetchFrom?: Location | undefined;
  /** Asked before anything is repaired by `fix`, with the result that the repair would have. @default yes */
  readonly confirm?: ((planned: CheckResult) => boolean | Promise<boolean>) | undefined;
}

/**
 * Checks that a graph, or a whole layout, is there, is what its digests say, and keeps to the specifications. Every finding
 * has a stable code. Content streams through; only the entry of a manifest in lists is kept.
 *
 * Without tag and digest a layout, an archive or a directory is checked as a whole.
 *
 * @throws RemoraError `NOT_FOUND` (tag), `AMBIGUOUS`, `CHANGED`, `INVALID_ARGUMENT`, `INTERRUPTED`, and what a registry
 * answers to the name itself
 */
export async function check(location: Location, options: CheckOptions = {}): Promise<CheckResult> {
  const at = resolveLocation(location);
  const fetchFrom = options.fetchFrom === undefined ? undefined : resolveLocation(options.fetchFrom);
  if (options.fix) assertWhole(at);
  return withSource(at, { ...options, damaged: true }, async (source, selector) => {
    const layout = options.fix ? mendableLayout(source) : undefined;
    const examined = (from?: Source) => examine(source, selector, { ...options, fetchFrom: from });
    const run = async (from?: Source) => fixed(layout, await examined(from), options);
    return fetchFrom === undefined ? run() : withSource(fetchFrom, options, run);
  });
}

/** @throws RemoraError `INVALID_ARGUMENT` for a tag or a digest of a layout: only a whole layout is repaired */
export function assertWhole(at: Place | Stored): void {
  const kind = 'store' in at ? at.store.kind : at.kind;
  if (kind !== 'layout' || (at.tag === undefined && at.digest === undefined)) return;
  throw new RemoraError('INVALID_ARGUMENT', 'a layout is repaired as a whole, and one thing of it was named', {
    hint: 'Leave out tag and digest',
  });
}

/** The result of a check, after a repair where a layout is given. */
async function fixed(
  layout: MendableLayout | undefined,
  examination: Examination,
  { dryRun, confirm, signal }: CheckOptions,
): Promise<CheckResult> {
  const { result } = examination;
  if (layout === undefined) return result;
  const planned = plannedRepair(result);
  if (dryRun) return planned;
  if (repairable(result).length === 0 || (await confirm?.(planned)) === false) return result;
  return repair(layout, examination, { signal });
}
