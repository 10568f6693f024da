import { sharedSignal } from '../../io/async/run-all.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { tagSnapshot } from '../attached/tag-snapshot.js';
import { blockedBy } from './blocked.js';
import { type Chosen, itemsOf } from './order.js';
import {
  attachmentsOf,
  type BlockedAttachment,
  type DetachedAttachment,
  type DetachItem,
  type Group,
} from './result.js';
import { type DetachSelection, nothingFits, requireSelection, wantedOf } from './selection.js';
import { attachedGroups, subjectsOf } from './subjects.js';

/** Options of {@link planDetach}. */
export interface PlanDetachOptions extends CallOptions {
  /** The index that the subject was chosen from: BuildKit keeps attestations of its children there. @default none */
  readonly index?: Manifest | undefined;
  /** What is attached to what goes, goes as well. @default false: it stays, and is named */
  readonly recursive?: boolean | undefined;
}

/** What would go, and what would not. Made by {@link planDetach}, carried out by `detach`. */
export interface DetachPlan {
  readonly subject: Descriptor;
  /** In the order in which they go: what is attached comes before what it is attached to. */
  readonly remove: readonly DetachItem[];
  /** Meant, and yet it stays. */
  readonly blocked: readonly BlockedAttachment[];
  /** Attached to what goes, and stays without its subject. */
  readonly leftovers: readonly DetachedAttachment[];
}

/**
 * Looks for what a selection means among all that is attached to a subject, for an index also to its platforms. Nothing
 * is changed.
 *
 * @throws RemoraError `NO_MATCH`, `INVALID_ARGUMENT` (an empty selection), and when a place could not be asked: what is
 *   not found there would be taken for gone
 */
export async function planDetach(
  store: Source,
  subject: Descriptor,
  selection: DetachSelection,
  options: PlanDetachOptions = {},
): Promise<DetachPlan> {
  requireSelection(selection);
  const signal = sharedSignal(options.signal);
  const { subjects, own } = await subjectsOf(store, subject, options.index, { signal });
  // The subject itself is asked for by name; for what is below, one list of tags tells which of cosign's exist.
  const snapshot = () => (store.kind === 'registry' ? tagSnapshot(store, { signal }) : undefined);
  let tags = subjects.length > 1 ? snapshot() : undefined;
  const found = await attachedGroups(store, subjects, { signal, tags });

  const blocked: BlockedAttachment[] = [];
  const chosen: Chosen[] = [];
  const decide = (group: Group, wanted: Group['attachments'], parent?: Digest) => {
    const reason = blockedBy(group, wanted, own);
    if (reason === undefined) chosen.push({ group, parent });
    else
      blocked.push(
        ...attachmentsOf(store, { ...group, attachments: wanted }).map((attachment) => ({ ...attachment, ...reason })),
      );
  };
  for (const group of found) {
    const wanted = wantedOf(group, selection);
    if (wanted.length > 0) decide(group, wanted);
  }
  if (chosen.length === 0 && blocked.length === 0) throw nothingFits(store, subject, selection, found);

  // What is meant by itself is no leftover of something else.
  const seen = new Set<Digest>([...own, ...chosen.map(({ group }) => group.manifest.digest)]);
  const leftovers: DetachedAttachment[] = [];
  for (let level: readonly Chosen[] = chosen; level.length > 0; ) {
    const going = level.filter(({ group }) => !own.has(group.manifest.digest)).map(({ group }) => group.manifest);
    const parents = [...new Map(going.map((descriptor) => [descriptor.digest, { descriptor }])).values()];
    if (parents.length > 0) tags ??= snapshot();
    const before = chosen.length;
    for (const group of await attachedGroups(store, parents, { signal, tags })) {
      if (seen.has(group.manifest.digest)) continue;
      if (options.recursive) decide(group, group.attachments, group.subject);
      else leftovers.push(...attachmentsOf(store, group));
    }
    level = chosen.slice(before);
    for (const { group } of level) seen.add(group.manifest.digest);
  }
  return { subject, remove: itemsOf(store, chosen, own), blocked, leftovers };
}
