import { sharedSignal } from '../../io/async/run-all.js';
import type { Source } from '../../store/interfaces/store.js';
import { assemblePlan } from './assemble.js';
import type { CopyPlan, CopyRoot, PlanCopyOptions } from './plan.js';
import { readForCopy } from './read.js';

/**
 * Reads all manifests that a copy moves, each once.
 *
 * Of several roots, one that cannot be read is named in `incomplete`, and so is an attachment of theirs. A root whose
 * attachments could not be asked for stays behind as well.
 *
 * @throws RemoraError `NOT_FOUND`, `NO_MATCH` (platform), `AMBIGUOUS` (several manifests would get one tag), and
 *   `INCOMPLETE` when a way to be attached could not be asked: the copy would lack attachments silently
 */
export async function planCopy(
  source: Source,
  roots: readonly CopyRoot[],
  options: PlanCopyOptions = {},
): Promise<CopyPlan> {
  const failure = new AbortController();
  try {
    const signal = sharedSignal(failure.signal, options.signal);
    return assemblePlan(await readForCopy(source, roots, { ...options, signal }));
  } catch (error) {
    // The first failure ends all pending requests.
    failure.abort();
    throw error;
  }
}
