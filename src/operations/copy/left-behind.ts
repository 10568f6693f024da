import { setTimeout as sleep } from 'node:timers/promises';
import { errorFields, RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { sharedSignal } from '../../io/async/run-all.js';
import type { Source } from '../../store/interfaces/store.js';
import { ItemLimit, TooManyItems } from '../attached/item-limit.js';
import type { Subject } from '../attached/subject.js';
import { AttachedWalk } from '../attached/walk.js';
import type { Unasked } from '../results/incomplete.js';
import type { CopyPlan, PlanCopyOptions } from './plan.js';
import type { AttachedLeft } from './schema.js';

/** Milliseconds that a finished copy waits for the count. */
const GRACE = 2000;

/** Runs a copy that leaves attachments behind, and counts these meanwhile. The count never fails the copy. */
export async function countingLeft<T>(
  source: Source,
  plan: CopyPlan,
  { signal, maxItems }: Pick<PlanCopyOptions, 'signal' | 'maxItems'>,
  work: Promise<T>,
): Promise<T & { readonly attachedLeft: AttachedLeft }> {
  const end = new AbortController();
  const count = handled(leftBehind(source, plan, new ItemLimit(maxItems), sharedSignal(end.signal, signal)));
  try {
    const result = await work;
    const late = async () => {
      await sleep(GRACE, undefined, { signal: end.signal, ref: false }).catch((error: unknown) => {
        if (!end.signal.aborted) throw error;
      });
      end.abort();
    };
    handled(late());
    return { ...result, attachedLeft: await count };
  } finally {
    end.abort();
  }
}

/** The attachments that the plan lacks: of several roots those of the roots themselves, else of the children as well. */
async function leftBehind(
  source: Source,
  plan: CopyPlan,
  limit: ItemLimit,
  signal: AbortSignal,
): Promise<AttachedLeft> {
  const incomplete: Unasked[] = [];
  const onUnasked = (way: string, error: unknown) => {
    const cause = isInterruption(error)
      ? new RemoraError('TIMEOUT', 'the copy was done before the answer came')
      : error;
    incomplete.push({ way, error: errorFields(cause) });
  };
  const subjects = subjectsOf(plan);
  const [first] = subjects;
  // An attachment that has gone is not left behind.
  const options = { signal, limit, onUnasked, onGone: () => {} };
  const walk = new AttachedWalk(source, subjects.length === 1 ? first?.descriptor : undefined, options);
  try {
    const found = await walk.level(subjects);
    const holders = found.map(({ holder, descriptor }) => (holder ?? descriptor).digest);
    return { count: new Set(holders.filter((digest) => !plan.items.has(digest))).size, incomplete };
  } catch (error) {
    if (!(error instanceof TooManyItems)) throw error;
    return { count: 0, incomplete: [{ way: 'all that is attached', error: errorFields(error) }] };
  }
}

function subjectsOf({ items, roots, several }: CopyPlan): readonly Subject[] {
  const named = new Map(roots.map((root) => [root.descriptor.digest, root]));
  if (several) return [...named.values()];
  return [...items.values()].map(({ manifest: { descriptor } }) => named.get(descriptor.digest) ?? { descriptor });
}
