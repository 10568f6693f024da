import { RemoraError } from '../../errors.js';
import type { Digest } from '../../oci/values/digest.js';
import { hasInventory, isMender } from '../../store/interfaces/inventory.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { type Examination, examine } from './examine.js';
import { type MendableLayout, mendIndex } from './layout/mend-index.js';
import { rowOf } from './report/findings.js';
import type { Finding } from './report/schema.js';
import type { CheckResult } from './schema.js';

/** The findings that {@link repair} mends. */
export function repairable({ findings }: CheckResult): readonly Finding[] {
  return findings.filter((finding) => finding.fixable);
}

/** The result that a repair would have. */
export function plannedRepair(result: CheckResult): CheckResult {
  return {
    ...result,
    findings: result.findings.filter(({ fixable }) => !fixable),
    fixed: [...(result.fixed ?? []), ...repairable(result)],
    dryRun: true,
  };
}

/**
 * Repairs the findings of a check of a whole layout that need no guess, and checks again.
 *
 * It removes only entries of lists, doubled entries and left-overs; `index.json` is changed under its lock.
 *
 * @returns the remaining findings, and the fixed ones
 * @throws RemoraError as the layout
 */
export async function repair(
  layout: MendableLayout,
  { result, subjects }: Examination,
  options: CallOptions = {},
): Promise<CheckResult> {
  const plan = repairable(result);
  const does = (kind: 'index' | 'files') => plan.some(({ code }) => rowOf(code).by === kind);
  if (does('files')) {
    await layout.complete();
    await layout.sweep();
  }
  if (does('index')) {
    const unlisted = plan.flatMap(({ code, digest }): readonly Digest[] =>
      code === 'referrer-unlisted' && digest !== undefined ? [digest] : [],
    );
    await mendIndex(layout, { subjects, unlisted, signal: options.signal });
  }
  const again = (await examine(layout, {}, { deep: false, signal: options.signal })).result;
  const left = repairable(again);
  const isLeft = ({ code, what }: Finding) => left.some((other) => other.code === code && other.what === what);
  return {
    ...result,
    findings: [...result.findings.filter((finding) => !finding.fixable), ...left],
    fixed: [...(result.fixed ?? []), ...plan.filter((finding) => !isLeft(finding))],
    incomplete: result.incomplete.length > 0 ? result.incomplete : again.incomplete,
  };
}

/** @throws RemoraError `INVALID_ARGUMENT` for a store that is not a layout directory */
export function mendableLayout(source: Source): MendableLayout {
  if (isMender(source) && hasInventory(source)) return source;
  throw notMendable(source.format({}), source.kind);
}

/** The error for a place that cannot be repaired. */
export function notMendable(place: string, kind: Source['kind']): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `${place} is not a layout directory: only those are repaired`, {
    hint:
      kind === 'registry'
        ? 'Copy it with remora copy -r into another repository: its lists are written anew there'
        : 'Copy it into a layout like oci:./layout, and repair that',
  });
}
