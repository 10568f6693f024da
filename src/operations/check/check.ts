import { RemoraError } from '../../errors.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import type { Source } from '../../store/interfaces/store.js';
import { type AccessOptions, type Location, resolveLocation, type Stored, withSource } from '../places/location.js';
import { type Examination, type ExamineOptions, examine } from './examine.js';
import type { MendableLayout } from './layout/mend-index.js';
import { mendableLayout, notMendable, plannedRepair, repair, repairable } from './repair.js';
import type { CheckResult } from './schema.js';

/** Options of {@link check}. */
export interface CheckOptions extends AccessOptions, Omit<ExamineOptions, 'fetchFrom' | 'signal'> {
  /** Repair what the manifests prove, in a whole layout; content and tags are kept. @default false */
  readonly fix?: boolean | undefined;
  /** Fetch missing and damaged content of a layout from here, by digest. @default none */
  readonly fetchFrom?: Location | undefined;
  /** Called before `fix` changes files, with the result of the repair; `false` stops it. @default () => true */
  readonly confirm?: ((planned: CheckResult) => boolean | Promise<boolean>) | undefined;
}

/**
 * Checks that a graph or a whole layout is complete, matches its digests, and keeps to image-spec and distribution-spec.
 * Content streams through; memory holds one descriptor per manifest.
 *
 * Without tag and digest a layout, an archive or a directory is checked as a whole.
 *
 * @param location `host/repo:tag`, `oci:PATH`, a place, or an open store
 * @returns findings, each with a stable code; questions that failed are in `incomplete`, and do not throw
 * @throws RemoraError `NOT_FOUND` (tag), `AMBIGUOUS`, `CHANGED`, `INVALID_ARGUMENT`, `INTERRUPTED`, and as the store for
 *   the named manifest itself
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

/**
 * Checks that a place can be repaired, before it is opened and anything is asked.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for all but a layout directory, which is repaired as a whole
 */
export function assertWhole(at: Place | Stored): void {
  const kind = 'store' in at ? at.store.kind : at.kind;
  if (kind !== 'layout') throw notMendable('store' in at ? at.store.format({}) : formatPlace(at, {}), kind);
  if (at.tag === undefined && at.digest === undefined) return;
  throw new RemoraError('INVALID_ARGUMENT', 'a layout is repaired as a whole, without a tag or digest', {
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
