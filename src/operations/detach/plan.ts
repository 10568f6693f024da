import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { AskedWays } from '../attached/asked-ways.js';
import { gone } from '../attached/find.js';
import { ItemLimit } from '../attached/item-limit.js';
import { platformSubjects, type Subject } from '../attached/subject.js';
import { AttachedWalk } from '../attached/walk.js';
import { blockedBy } from './blocked.js';
import { deeperThan } from './deeper.js';
import { type Holder, holdersOf, reported } from './holder.js';
import { type DetachItem, itemsOf, type Leaving } from './items.js';
import type { BlockedAttachment, DeeperAttachments, DetachedAttachment, DetachResult } from './schema.js';
import { checkSelection, type DetachSelection, nothingFits, wantedOf } from './selection.js';

/** Options of {@link planDetach}. */
export interface PlanDetachOptions extends CallOptions {
  /** Also remove the attachments of removed attachments. @default false: they stay, and are in `orphans` */
  readonly recursive?: boolean | undefined;
  /** The limit of the walk. @default one of its own */
  readonly limit?: ItemLimit | undefined;
}

/** The manifests to delete, and those that stay. {@link planDetach} makes it, `carryOut` carries it out. */
export interface DetachPlan {
  readonly subject: Subject;
  /** In the order of deletion: an attachment comes before its subject. */
  readonly items: readonly DetachItem[];
  /** Selected attachments that stay. */
  readonly blocked: readonly BlockedAttachment[];
  /** Attachments that stay without their subject. */
  readonly leftovers: readonly DetachedAttachment[];
  /** Attachments of what stays that fit as well. */
  readonly deeper?: DeeperAttachments | undefined;
}

/**
 * Plans to detach a selection from a subject and, if that is an index, from all manifests below it. It only reads.
 *
 * @throws RemoraError `NO_MATCH`, `INVALID_ARGUMENT` (an empty selection), `INCOMPLETE` where a way could not be asked: its
 *   attachments would stay unnoticed
 */
export async function planDetach(
  store: Source,
  subject: Subject,
  selection: DetachSelection,
  options: PlanDetachOptions = {},
): Promise<DetachPlan> {
  checkSelection(selection);
  const { leaving, own, ...staying } = await decided(store, subject, selection, options);
  return { subject, items: itemsOf(store, leaving, own), ...staying };
}

/** The part of a plan that needs the walk; its memory is free again afterwards. */
interface Decided extends Pick<DetachPlan, 'blocked' | 'leftovers' | 'deeper'> {
  readonly leaving: readonly Leaving[];
  /** The subject and the children of its index. */
  readonly own: ReadonlySet<Digest>;
}

async function decided(
  store: Source,
  subject: Subject,
  selection: DetachSelection,
  options: PlanDetachOptions,
): Promise<Decided> {
  const { signal, limit = new ItemLimit() } = options;
  const { digest } = subject.descriptor;
  const account = new AskedWays();
  const deeperAccount = new AskedWays();
  let asking = account;
  const onUnasked = (way: string, error: unknown) => asking.failed(way, error);
  const children = await platformSubjects(store, subject.descriptor, { signal, limit, onUnasked });
  const subjects = [subject, ...(children?.platforms ?? [])];
  const own = new Set([digest, ...(children?.children ?? subject.siblings ?? [])]);
  const missing: Digest[] = [];
  // It has gone already, and is in the way only where it may have been all that was meant.
  const onGone = (entry: Descriptor) => void missing.push(entry.digest);
  const predicateTypes = selection.predicateType !== undefined;
  const ask = { signal, limit, onUnasked, onGone, predicateTypes, concurrency: 16 };
  const walk = new AttachedWalk(store, undefined, ask);
  const found = holdersOf(await walk.level(subjects));
  account.checkComplete();

  const blocked: BlockedAttachment[] = [];
  const leaving: Leaving[] = [];
  const decide = (holder: Holder, wanted: Holder['attachments'], parent?: Digest) => {
    const reason = blockedBy(holder, wanted, own);
    if (reason === undefined) leaving.push({ holder, parent });
    else
      blocked.push(
        ...reported(store, { ...holder, attachments: wanted }).map((attachment) => ({ ...attachment, ...reason })),
      );
  };
  for (const holder of found) {
    const wanted = wantedOf(holder, selection);
    if (wanted.length > 0) decide(holder, wanted);
  }
  if (leaving.length === 0 && blocked.length === 0) {
    for (const lost of missing) account.failed(`manifest ${store.format({ digest: lost })}`, gone(store, lost));
    account.checkComplete();
    throw nothingFits(store.format({ digest }), selection, found);
  }

  // A selected attachment is not a leftover of another attachment.
  const seen = new Set<Digest>([...own, ...leaving.map(({ holder }) => holder.manifest.digest)]);
  const leftovers: DetachedAttachment[] = [];
  for (let level: readonly Leaving[] = leaving; level.length > 0; ) {
    const going = level.map(({ holder }) => holder.manifest).filter((manifest) => !own.has(manifest.digest));
    const parents = [...new Map(going.map((descriptor) => [descriptor.digest, { descriptor }])).values()];
    const before = leaving.length;
    for (const holder of holdersOf(await walk.level(parents))) {
      if (seen.has(holder.manifest.digest)) continue;
      if (options.recursive) decide(holder, holder.attachments, holder.subject);
      else leftovers.push(...reported(store, holder));
    }
    level = leaving.slice(before);
    for (const { holder } of level) seen.add(holder.manifest.digest);
  }
  account.checkComplete();
  asking = deeperAccount;
  const known = new Set([...seen, ...leftovers.map(({ manifest, digest }) => manifest ?? digest)]);
  // The attachment of a digest is one, and was found.
  const staying = selection.digest === undefined ? found : [];
  const deeper = await deeperThan(store, walk, staying, selection, deeperAccount, known);
  return { leaving, own, blocked, leftovers, deeper };
}

/** The result that a plan would have. */
export function plannedResult(store: Source, plan: DetachPlan): DetachResult {
  return {
    reference: store.format({ digest: plan.subject.descriptor.digest }),
    removed: plan.items.flatMap(({ attachments }) => attachments),
    orphans: plan.leftovers,
    ...given({ deeper: plan.deeper }),
    blocked: plan.blocked,
    incomplete: [],
  };
}
