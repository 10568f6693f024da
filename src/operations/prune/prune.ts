import { errorFields } from '../../errors.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { type Deleter, isPruner } from '../../store/interfaces/abilities.js';
import { hasInventory } from '../../store/interfaces/inventory.js';
import type { Source, Store } from '../../store/interfaces/store.js';
import { ItemLimit } from '../attached/item-limit.js';
import { removeItems } from '../detach/carry-out.js';
import type { FailedAttachment } from '../detach/schema.js';
import { accessTo, wholePlace } from '../places/elsewhere.js';
import { type AccessOptions, type Location, resolveLocation, withSource, withStore } from '../places/location.js';
import { assertRepository } from '../repo/list-tags.js';
import { deleterOf } from '../results/deletion.js';
import { changeListAt } from './lists.js';
import { LookAgain } from './look-again.js';
import { type PrunePlan, plannedOf, planPrune } from './plan.js';
import { checkRules, type PruneRules, type PruneSelection } from './rules.js';
import type { KeptAttachment, PrunedAttachment, PrunedList, PruneResult, Unseen } from './schema.js';

export type { PruneRules, PruneSelection } from './rules.js';
export type {
  KeepReason,
  KeptAttachment,
  PrunedAttachment,
  PrunedList,
  PruneResult,
  PruneRule,
  Unseen,
} from './schema.js';

/** Options of {@link prune}. */
export interface PruneOptions extends AccessOptions, PruneRules {
  /** Narrows every rule. @default every attachment */
  readonly selection?: PruneSelection | undefined;
  /**
   * Other places where subjects may be, each asked before something counts as an orphan. @default none; `orphans` is refused
   * where no image with attachments is in the place itself
   */
  readonly subjectsIn?: readonly Location[] | undefined;
  /** In a layout: keep the blobs that become unreachable. @default false */
  readonly keepBlobs?: boolean | undefined;
  /** Read a referrers tag again after a settle time, in case another client wrote it too. @default true */
  readonly settle?: boolean | undefined;
  /** Return the plan without removing anything. @default false */
  readonly dryRun?: boolean | undefined;
  /** The time from which `olderThan` counts. @default now */
  readonly now?: Date | undefined;
  /** Called with the plan before anything is removed; `false` leaves all as it is. @default no question */
  readonly confirm?: ((planned: PruneResult) => boolean | Promise<boolean>) | undefined;
}

/**
 * Removes attachments that piled up in a repository or layout: those of manifests that are gone, old ones, all but the newest,
 * and copies. Images, what has a tag or is named by an index, and what carries something that stays, are never removed.
 * Right before each removal the place is looked at again. An interrupted run can be repeated.
 *
 * @param location `ghcr.io/acme/app`, `oci:./layout`, a `Place`, or an open store, without a tag
 * @returns what was removed, and what stays, with the reasons; a failed removal is in `incomplete`
 * @throws RemoraError `INVALID_ARGUMENT` (no rule, a tag, `orphans` where the images may be elsewhere), `NOT_FOUND`,
 *   `UNSUPPORTED`, `INCOMPLETE` where something could not be asked, all before anything is removed
 */
export async function prune(location: Location<Store>, options: PruneOptions): Promise<PruneResult> {
  const { at, others } = pruneable(location, options);
  const opened = others.map((other) => ({ other, access: accessTo(other, at, options) }));
  return withStore(at, { ...options, access: options.dryRun ? 'read' : 'delete' }, (store) =>
    withPlaces(opened, [], (places) => pruned(store, options.subjectsIn === undefined ? undefined : places, options)),
  );
}

/**
 * The places of {@link prune}; none is opened.
 *
 * @throws RemoraError `INVALID_ARGUMENT` (no rule, a tag, a text that is not a place)
 */
export function pruneable(location: Location<Store>, options: PruneRules & Pick<PruneOptions, 'subjectsIn'>) {
  checkRules(options);
  const at = resolveLocation(location);
  assertRepository(at);
  const others = (options.subjectsIn ?? []).map((other) => resolveLocation(other));
  for (const other of others) wholePlace(other);
  return { at, others };
}

/** Opens places one in another, and sees to it that each is there: a place that is hidden would say that all is gone. */
async function withPlaces<T>(
  [next, ...rest]: readonly { readonly other: Location; readonly access: AccessOptions }[],
  opened: readonly Source[],
  use: (places: readonly Source[]) => Promise<T>,
): Promise<T> {
  if (next === undefined) return use(opened);
  const { other, access } = next;
  return withSource(other, access, async (source) => {
    for await (const _ of source.tags({ signal: access.signal })) break;
    return withPlaces(rest, [...opened, source], use);
  });
}

async function pruned(
  store: Store,
  elsewhere: readonly Source[] | undefined,
  options: PruneOptions,
): Promise<PruneResult> {
  const { selection = {}, signal, dryRun, confirm, now = new Date(), maxItems } = options;
  const limit = new ItemLimit(maxItems);
  const plan = await planPrune(store, { rules: options, selection, elsewhere, limit, signal, now: now.getTime() });
  const planned = plannedResult(store, plan, elsewhere ?? [], options);
  if (dryRun) return { ...planned, dryRun: true };
  if (plan.items.length === 0 && plan.lists.length === 0) return { ...planned, lists: [] };
  if (confirm !== undefined && !(await confirm({ ...planned, dryRun: true }))) return { ...planned, lists: [] };
  return carriedOut(store, plan, planned, elsewhere ?? [], options);
}

function plannedResult(store: Store, plan: PrunePlan, places: readonly Source[], { orphans }: PruneRules): PruneResult {
  return {
    reference: store.format({}),
    subjectsIn: [...new Set([store, ...places].map((place) => place.format({})))],
    planned: plan.planned,
    removed: [],
    ...keeping(plan.stays),
    lists: plan.lists.map(({ tag, digest, subject, vanished, isEmpty }) => ({
      reference: store.format(tag === undefined ? { digest } : { tag }),
      subject,
      entries: vanished,
      removed: isEmpty,
    })),
    incomplete: [],
    unmended: [],
    unseen: hasInventory(store) ? [] : unseenIn(store, orphans === true && !plan.lacksApi),
  };
}

/** The members for the attachments that stay. */
function keeping(stays: readonly KeptAttachment[]): Pick<PruneResult, 'kept' | 'stays'> {
  const kept: Record<string, number> = {};
  for (const { reason } of stays) kept[reason] = (kept[reason] ?? 0) + 1;
  return { kept, stays };
}

const NEXT = "the registry's own garbage collection removes them, or for remora serve, prune on its directory";

/** A registry lists tags, and no digests (distribution-spec, "Listing Tags"). */
function unseenIn(store: Store, orphans: boolean): readonly Unseen[] {
  const place = store.format({});
  return [
    {
      what: 'untagged-images',
      message: `${place} lists tags and no digests: attachments of images that no tag leads to were not seen; ${NEXT}`,
    },
    ...(orphans
      ? ([
          {
            what: 'untagged-orphans',
            message: `${place} does not say which images were deleted by digest: attachments that only its Referrers API lists for them were not seen; ${NEXT}`,
          },
        ] as const)
      : []),
  ];
}

async function carriedOut(
  store: Store,
  plan: PrunePlan,
  planned: PruneResult,
  places: readonly Source[],
  options: PruneOptions,
): Promise<PruneResult> {
  const { signal, settle } = options;
  const deleter = deleterOf(store);
  const look = new LookAgain(store, places, plan, { signal });
  const free = isPruner(store) && !options.keepBlobs;
  const { removed, incomplete, ...blobs } = await removeItems(
    store,
    plan.items,
    { signal, settle, prune: free },
    (item) => look.check(item),
  );
  const shownOf = (digest: Digest): readonly PrunedAttachment[] => plannedOf(store, plan.going.get(digest));
  const changed = [...look.changed].flatMap(([digest, message]) =>
    shownOf(digest).map((one): KeptAttachment => ({ ...one, reason: 'changed', message })),
  );
  const failures = incomplete.filter(({ manifest, digest }) => !look.changed.has(manifest ?? digest));
  const isShared = ({ manifest, digest, error }: FailedAttachment) =>
    error.code === 'UNSUPPORTED' && plan.shared.has(manifest ?? digest);
  const shared = failures.filter(isShared).map(({ error, ...one }): KeptAttachment => {
    const other = plan.shared.get(one.manifest ?? one.digest);
    const message = `${other} has it as well, and its tag cannot be deleted alone`;
    return { ...one, ...rulesOf(plan, one.manifest ?? one.digest), reason: 'shared', message };
  });
  const failed = failures.filter((one) => !isShared(one));
  const { lists, unmended, empty } = await changedLists(deleter, plan, look, options);
  if (free && empty.size > 0) {
    const more = await store.pruneBlobs(empty, given({ signal }));
    blobs.pruned = { blobs: (blobs.pruned?.blobs ?? 0) + more.blobs, bytes: (blobs.pruned?.bytes ?? 0) + more.bytes };
  }
  return {
    ...planned,
    removed: removed.flatMap(({ digest }) => shownOf(digest)),
    ...keeping([...planned.stays, ...changed, ...shared]),
    lists,
    incomplete: failed.map((one) => ({ ...one, ...rulesOf(plan, one.manifest ?? one.digest) })),
    unmended,
    ...given(blobs),
  };
}

/** Changes the lists of a plan, and tells the blobs of those that are gone. */
async function changedLists(store: Store & Deleter, plan: PrunePlan, look: LookAgain, options: PruneOptions) {
  const { signal, settle } = options;
  const lists: PrunedList[] = [];
  const unmended: PruneResult['unmended'][number][] = [];
  const empty = new Set<Digest>();
  for (const list of plan.lists) {
    const { tag, digest, subject } = list;
    const reference = store.format(tag === undefined ? { digest } : { tag });
    try {
      const change = await changeListAt(store, list, look, { signal, settle });
      const { entries, removed, blobs } = change;
      if (removed || entries.length > 0) lists.push({ reference, subject, entries, removed });
      for (const blob of blobs) empty.add(blob);
    } catch (error) {
      unmended.push({ reference, error: errorFields(error) });
      if (signal?.aborted) break;
    }
  }
  return { lists, unmended, empty };
}

function rulesOf(plan: PrunePlan, digest: Digest): Pick<PrunedAttachment, 'rules'> {
  return { rules: [...(plan.going.get(digest)?.rules ?? [])] };
}
