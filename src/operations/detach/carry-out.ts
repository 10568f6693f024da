import { errorFields, RemoraError } from '../../errors.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { isPruner, type Pruner } from '../../store/interfaces/abilities.js';
import type { CallOptions, Source, Store } from '../../store/interfaces/store.js';
import { deleterOf } from '../results/deletion.js';
import { Deletion } from './deletion.js';
import type { DetachItem } from './items.js';
import type { DetachPlan } from './plan.js';
import type { DetachResult, FailedAttachment } from './schema.js';

/** Options of {@link carryOut}. */
export interface CarryOutOptions extends CallOptions {
  /** In a layout: also remove the blobs that become unreachable. @default false */
  readonly prune?: boolean | undefined;
  /** Read a referrers tag again after a settle time, in case another client wrote it too. @default true */
  readonly settle?: boolean | undefined;
}

/** The manifests that were removed, and the attachments that could not be. */
export interface Removal extends Pick<DetachResult, 'incomplete' | 'pruned' | 'unpruned'> {
  readonly removed: readonly DetachItem[];
}

/**
 * Carries out a plan, one manifest after another. Lists never name a deleted manifest, so an interrupted run can be
 * repeated. Attachments that cannot be removed are in `incomplete`.
 *
 * @throws RemoraError `UNSUPPORTED` when the store cannot delete, before anything is deleted
 */
export async function carryOut(store: Store, plan: DetachPlan, options: CarryOutOptions = {}): Promise<DetachResult> {
  const { removed, ...rest } = await removeItems(store, plan.items, options);
  const gone = new Set(removed.map(({ digest }) => digest));
  return {
    reference: store.format({ digest: plan.subject.descriptor.digest }),
    removed: removed.flatMap(({ attachments }) => attachments),
    orphans: plan.leftovers.filter(({ subject }) => gone.has(subject)),
    ...given({ deeper: plan.deeper }),
    blocked: plan.blocked,
    ...rest,
  };
}

/**
 * Removes manifests, one after another; an attachment stands before its subject.
 *
 * @param lookAgain called right before a manifest is removed; throws where it must stay
 * @throws RemoraError `UNSUPPORTED` when the store cannot delete, before anything is deleted
 */
export async function removeItems(
  store: Store,
  items: readonly DetachItem[],
  options: CarryOutOptions = {},
  lookAgain: (item: DetachItem) => Promise<void> = async () => {},
): Promise<Removal> {
  const deleter = deleterOf(store);
  const { signal, settle } = options;
  const pruner = options.prune ? prunerOf(store) : undefined;
  const deletion = new Deletion(deleter, { signal, settle });
  const progress = new Progress();
  const leftBehind = new Set<Digest>();
  for (const item of items) {
    try {
      progress.check(item);
      await lookAgain(item);
      for (const digest of (await pruner?.blobsOf(item.digest)) ?? []) leftBehind.add(digest);
      await deletion.delete(item);
      progress.removed.push(item);
    } catch (error) {
      progress.failed(item, error);
    }
  }
  return {
    removed: progress.removed,
    incomplete: progress.incomplete,
    ...(pruner !== undefined && progress.removed.length > 0 ? await prune(pruner, leftBehind, signal) : {}),
  };
}

async function prune(
  pruner: Pruner,
  blobs: ReadonlySet<Digest>,
  signal: AbortSignal | undefined,
): Promise<Pick<DetachResult, 'pruned' | 'unpruned'>> {
  try {
    return { pruned: await pruner.pruneBlobs(blobs, given({ signal })) };
  } catch (error) {
    return { unpruned: errorFields(error) };
  }
}

/** @throws RemoraError `INVALID_ARGUMENT` for a store that is not a layout */
export function prunerOf<S extends Source>(store: S): S & Pruner {
  if (isPruner(store)) return store;
  throw new RemoraError('INVALID_ARGUMENT', `${store.format({})} is not a layout: its blobs cannot be pruned`, {
    hint: 'Leave out --prune; the garbage collection of a registry removes unreachable blobs',
  });
}

/** Failures that the next manifest would meet, too. */
const SHARED: readonly string[] = ['INTERRUPTED', 'UNREACHABLE', 'TIMEOUT', 'BUSY', 'UNAUTHORIZED', 'IO'];
/** Some registries lock single manifests; a registry that refuses the first two refuses all. */
const REFUSALS = 2;

/** The outcome so far, and the failures that make further attempts pointless. */
class Progress {
  readonly removed: DetachItem[] = [];
  readonly incomplete: FailedAttachment[] = [];
  #failure: unknown;
  /** Manifests whose own attachments could not be removed. */
  readonly #carriers = new Map<Digest, unknown>();
  #shared: { readonly error: unknown } | undefined;
  #refusals = 0;

  /** @throws the failure that makes this attempt pointless */
  check({ digest, byTag }: DetachItem): void {
    if (this.#carriers.has(digest)) throw this.#carriers.get(digest);
    if (this.#shared !== undefined) throw this.#shared.error;
    if (this.#refusals >= REFUSALS && this.removed.length === 0 && !byTag) throw this.#failure;
  }

  failed({ attachments, parent, byTag }: DetachItem, error: unknown): void {
    this.#failure ??= error;
    if (parent !== undefined) this.#carriers.set(parent, error);
    const fields = errorFields(error);
    const { code } = fields;
    if (SHARED.includes(code)) this.#shared ??= { error };
    if (code === 'UNSUPPORTED' && !byTag) this.#refusals += 1;
    this.incomplete.push(...attachments.map((attachment) => ({ ...attachment, error: fields })));
  }
}
