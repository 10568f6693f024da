import { isRemoraError, RemoraError } from '../../errors.js';
import type { Digest } from '../../oci/values/digest.js';
import { isDeleter, isPruner, type PruneResult, type Pruner } from '../../store/interfaces/abilities.js';
import type { CallOptions, Store } from '../../store/interfaces/store.js';
import type { DetachPlan } from './plan.js';
import { Remover } from './remove.js';
import type { BlockedAttachment, DetachedAttachment, DetachItem } from './result.js';

/** Options of {@link detach}. */
export interface DetachOptions extends CallOptions {
  /** In a layout: remove the blobs, too, that nothing leads to any more. @default false */
  readonly prune?: boolean | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
}

/** Something that could not be removed. */
export interface FailedAttachment extends DetachedAttachment {
  readonly error: { readonly code: string; readonly message: string };
}

/** What became of a plan. */
export interface DetachResult {
  /** The subject. */
  readonly reference: string;
  /** In the order in which they went; in a dry run: would go. */
  readonly removed: readonly DetachedAttachment[];
  /** Attached to what went, and stays without its subject. */
  readonly orphans: readonly DetachedAttachment[];
  /** Meant, and yet it stays, with the reason. */
  readonly blocked: readonly BlockedAttachment[];
  /** What should go and is still there; empty when all went. */
  readonly incomplete: readonly FailedAttachment[];
  readonly pruned?: PruneResult;
  /** Nothing was changed. */
  readonly dryRun?: true;
}

/** What {@link detach} gives, and the first failure, for the exit code. */
export interface Detachment {
  readonly result: DetachResult;
  readonly failure: unknown;
}

/** What a plan would do, as the result that it would have. */
export function plannedResult(store: Store, plan: DetachPlan): DetachResult {
  return {
    reference: store.format({ digest: plan.subject.digest }),
    removed: plan.remove.flatMap(({ attachments }) => attachments),
    orphans: plan.leftovers,
    blocked: plan.blocked,
    incomplete: [],
  };
}

/**
 * Carries out a plan, one manifest after another. A list never names what is gone, so that it can be interrupted at any
 * moment, and made again: then it goes on with what is left. What cannot be removed is named in `incomplete`.
 *
 * @throws RemoraError `UNSUPPORTED` when nothing can be removed from the store, before anything is
 */
export async function detach(store: Store, plan: DetachPlan, options: DetachOptions = {}): Promise<Detachment> {
  if (!isDeleter(store)) throw new RemoraError('UNSUPPORTED', `${store.format({})} cannot delete anything`);
  const pruner = options.prune ? requirePruner(store) : undefined;
  const remover = new Remover(store, { signal: options.signal, settle: options.settle });
  const progress = new Progress();
  const leftBehind = new Set<Digest>();
  for (const item of plan.remove) {
    try {
      progress.check(item);
      for (const digest of (await pruner?.blobsOf(item.digest)) ?? []) leftBehind.add(digest);
      await remover.remove(item);
      progress.removed.push(item);
    } catch (error) {
      progress.failed(item, error);
    }
  }
  let pruned: PruneResult | undefined;
  try {
    if (progress.removed.length > 0) pruned = await pruner?.pruneBlobs(leftBehind, { signal: options.signal });
  } catch (error) {
    progress.failure ??= error;
  }
  const gone = new Set(progress.removed.map(({ digest }) => digest));
  return {
    failure: progress.failure,
    result: {
      reference: store.format({ digest: plan.subject.digest }),
      removed: progress.removed.flatMap(({ attachments }) => attachments),
      orphans: plan.leftovers.filter(({ subject }) => gone.has(subject)),
      blocked: plan.blocked,
      incomplete: progress.incomplete,
      ...(pruned === undefined ? {} : { pruned }),
    },
  };
}

/** @throws RemoraError `INVALID_ARGUMENT` for a store whose blobs are not ours to remove */
export function requirePruner(store: Store): Store & Pruner {
  if (isPruner(store)) return store;
  throw new RemoraError('INVALID_ARGUMENT', `${store.format({})} is no layout: its blobs cannot be pruned`, {
    hint: 'Leave out --prune; a registry removes blobs that no manifest names when it collects garbage',
  });
}

/** Failures that the next manifest would share: nobody answers, or may go on. */
const SHARED: readonly string[] = ['INTERRUPTED', 'UNREACHABLE', 'TIMEOUT', 'BUSY', 'UNAUTHORIZED', 'IO'];
/** Some registries lock single manifests; one that refuses the first two refuses all. */
const REFUSALS = 2;

/** How far it got, and what need not be tried any more. */
class Progress {
  readonly removed: DetachItem[] = [];
  readonly incomplete: FailedAttachment[] = [];
  failure: unknown;
  /** What still has something attached that should have gone first. */
  readonly #carriers = new Map<Digest, unknown>();
  #shared: { readonly error: unknown } | undefined;
  #refusals = 0;

  /** @throws the failure that makes it pointless to try this one */
  check({ digest, byTag }: DetachItem): void {
    if (this.#carriers.has(digest)) throw this.#carriers.get(digest);
    if (this.#shared !== undefined) throw this.#shared.error;
    if (this.#refusals >= REFUSALS && this.removed.length === 0 && !byTag) throw this.failure;
  }

  failed({ attachments, parent, byTag }: DetachItem, error: unknown): void {
    this.failure ??= error;
    if (parent !== undefined) this.#carriers.set(parent, error);
    const code = isRemoraError(error) ? error.code : 'FAILED';
    if (SHARED.includes(code)) this.#shared ??= { error };
    if (code === 'UNSUPPORTED' && !byTag) this.#refusals += 1;
    const message = error instanceof Error ? error.message : String(error);
    this.incomplete.push(...attachments.map((attachment) => ({ ...attachment, error: { code, message } })));
  }
}
