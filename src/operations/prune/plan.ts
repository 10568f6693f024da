import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import type { Attachment } from '../attached/attachment.js';
import type { ItemLimit } from '../attached/item-limit.js';
import { isWanted } from '../attached/selection.js';
import { type Holder, reported } from '../detach/holder.js';
import { type DetachItem, itemsOf, type Leaving } from '../detach/items.js';
import { type Census, takeCensus } from './census.js';
import { duplicatesOf } from './duplicates.js';
import { requireHome } from './home.js';
import { type ListPlan, planLists } from './lists.js';
import { namedElsewhere } from './named-place.js';
import { Protection } from './protection.js';
import { type Chosen, choiceByDate, type PruneRules, type PruneSelection, type Spared } from './rules.js';
import type { KeptAttachment, PrunedAttachment, PruneRule } from './schema.js';
import { type Survey, surveyOf } from './survey.js';

/** Options of {@link planPrune}. */
export interface PlanPruneOptions extends CallOptions {
  readonly rules: PruneRules;
  readonly selection: PruneSelection;
  /** Other places where subjects may be; undefined where nobody named any. */
  readonly elsewhere: readonly Source[] | undefined;
  readonly limit: ItemLimit;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A manifest that goes, and the reasons. */
export interface Going {
  readonly holder: Holder;
  readonly rules: ReadonlySet<PruneRule>;
  /** Manifests that must still be there when it goes. */
  readonly survivors: ReadonlySet<Digest>;
  /** The subjects that it is taken from. */
  readonly subjects: ReadonlySet<Digest>;
  /** The manifest that it is attached to, if that goes, too. */
  readonly parent: Digest | undefined;
}

/** The manifests that go, the attachments that stay, and the lists that change. {@link planPrune} makes it. */
export interface PrunePlan {
  /** In the order of removal: an attachment comes before its subject. */
  readonly items: readonly DetachItem[];
  readonly going: ReadonlyMap<Digest, Going>;
  readonly planned: readonly PrunedAttachment[];
  readonly stays: readonly KeptAttachment[];
  readonly lists: readonly ListPlan[];
  /** Manifests that other subjects have as well, and lose only a tag. */
  readonly shared: ReadonlyMap<Digest, Digest>;
  /** The manifests with a tag of which the plan knows what they name. */
  readonly tagged: Census['tagged'];
  /** As {@link Survey} has it. */
  readonly lacksApi: boolean;
}

/**
 * Plans the removal that the rules ask for. It only reads.
 *
 * @throws RemoraError `INCOMPLETE` where something could not be asked, `INVALID_ARGUMENT` where subjects may be elsewhere,
 *   `NOT_FOUND`, `INTERRUPTED`
 */
export async function planPrune(source: Source, options: PlanPruneOptions): Promise<PrunePlan> {
  const { rules, selection, elsewhere, limit, signal } = options;
  const census = await takeCensus(source, { signal, limit, elsewhere: elsewhere ?? [] });
  const survey = await surveyOf(source, census, {
    ...{ signal, limit },
    predicateTypes: selection.predicateType !== undefined,
  });
  if (rules.orphans && elsewhere === undefined) await requireHome(source, census, survey, { signal });
  const protection = new Protection(source, census, survey);
  const { chosen, spared } = await choose(source, census, survey, options);
  const stays = spared.map(({ holder, attachment, rule, reason, message }) => ({
    ...shown(source, holder, attachment, [rule]),
    reason,
    message,
  }));
  const going = new Map<Digest, Going>();
  for (const [holder, all] of byHolder(chosen)) {
    const wanted = [...new Set(all.map(({ attachment }) => attachment))];
    const kept =
      wanted.length < holder.attachments.length
        ? ({ reason: 'shared', message: `its manifest holds ${holder.attachments.length} attachments` } as const)
        : protection.of(holder);
    if (kept === undefined) addGoing(going, holder, all, survey);
    else
      for (const attachment of wanted) {
        const rules = all.filter((one) => one.attachment === attachment).flatMap((one) => one.rules);
        stays.push({ ...shown(source, holder, attachment, [...new Set(rules)]), ...kept });
      }
  }
  const items = itemsOf(source, inOrder(going), new Set());
  const planned = items.flatMap(({ digest }) => plannedOf(source, going.get(digest)));
  const lists = rules.orphans ? planLists(census, survey, new Set(going.keys()), selection) : [];
  // Some are spared by their own rule, and go along with another.
  const left = stays.filter(({ manifest, digest }) => !going.has(manifest ?? digest));
  const shared = new Map<Digest, Digest>();
  for (const [digest, { subjects }] of going)
    for (const subject of protection.subjectsOf(digest)) if (!subjects.has(subject)) shared.set(digest, subject);
  const { tagged } = census;
  return { items, going, planned, stays: left, lists, shared, tagged, lacksApi: survey.lacksApi };
}

async function choose(
  source: Source,
  census: Census,
  survey: Survey,
  { rules, selection, elsewhere, signal, now }: PlanPruneOptions,
): Promise<{ readonly chosen: readonly Chosen[]; readonly spared: readonly Spared[] }> {
  const chosen: Chosen[] = [];
  const spared: Spared[] = [];
  for (const [subject, holders] of survey.bySubject) {
    if (rules.orphans && census.gone.has(subject))
      for (const holder of holders)
        for (const attachment of holder.attachments)
          if (isWanted(attachment, selection)) chosen.push({ holder, attachment, rules: ['orphans'], survivors: [] });
    const isTagged = (digest: Digest) => census.tagged.has(digest);
    const isSigned = (digest: Digest) => (survey.bySubject.get(digest) ?? []).length > 0;
    const copies = rules.duplicates
      ? await duplicatesOf(source, holders, selection, { signal, isTagged, isSigned })
      : { chosen: [], spared: [] };
    const gone = new Set(copies.chosen.map(({ holder }) => holder));
    const dated = choiceByDate(holders, rules, selection, now, (holder) => gone.has(holder));
    chosen.push(...copies.chosen, ...dated.chosen);
    spared.push(...copies.spared, ...dated.spared);
  }
  const orphans = chosen.filter(({ rules }) => rules.includes('orphans'));
  const subjects = new Set(orphans.map(({ holder }) => holder.subject));
  const named = await namedElsewhere(source, subjects, survey, elsewhere, { signal });
  const isNamed = ({ holder, rules }: Chosen) => rules.includes('orphans') && named.has(holder.subject);
  for (const { holder, attachment } of chosen.filter(isNamed)) {
    const message = `${named.get(holder.subject)} is named as the place of its subject: --subjects-in asks there`;
    spared.push({ holder, attachment, rule: 'orphans', reason: 'names-elsewhere', message });
  }
  return settled(
    chosen.filter((one) => !isNamed(one)),
    spared,
  );
}

/** Another rule may have chosen an attachment that one of them spares. */
function settled(chosen: readonly Chosen[], spared: readonly Spared[]) {
  const wanted = new Set(chosen.map(({ attachment }) => attachment));
  const told = new Set<Attachment>();
  const isNew = ({ attachment }: Spared) => !wanted.has(attachment) && !told.has(attachment) && told.add(attachment);
  return { chosen, spared: spared.filter(isNew) };
}

function byHolder(chosen: readonly Chosen[]): ReadonlyMap<Holder, readonly Chosen[]> {
  const all = new Map<Holder, Chosen[]>();
  for (const one of chosen) {
    const known = all.get(one.holder);
    if (known === undefined) all.set(one.holder, [one]);
    else known.push(one);
  }
  return all;
}

/** Adds a manifest, and all that is attached to it. */
function addGoing(
  going: Map<Digest, Going>,
  holder: Holder,
  chosen: readonly Chosen[],
  survey: Survey,
  parent?: Digest,
): void {
  const { digest } = holder.manifest;
  const known = going.get(digest);
  going.set(digest, {
    holder: known === undefined || known.holder.subject === holder.subject ? holder : together(known.holder, holder),
    rules: new Set([...(known?.rules ?? []), ...chosen.flatMap(({ rules }) => rules)]),
    survivors: new Set([...(known?.survivors ?? []), ...chosen.flatMap(({ survivors }) => survivors)]),
    subjects: new Set([...(known?.subjects ?? []), holder.subject]),
    parent: known?.parent ?? parent,
  });
  if (known === undefined)
    for (const below of survey.bySubject.get(digest) ?? []) addGoing(going, below, [], survey, digest);
}

/** A manifest under the tags of two subjects. */
function together(one: Holder, other: Holder): Holder {
  return { ...one, attachments: [...one.attachments, ...other.attachments] };
}

/** From the subject outwards: the order is turned round when the items are made. */
function inOrder(going: ReadonlyMap<Digest, Going>): readonly Leaving[] {
  const outwards: Leaving[] = [];
  const seen = new Set<Digest>();
  const byParent = new Map<Digest, Going[]>();
  for (const one of going.values()) {
    const { subject } = one.holder;
    byParent.set(subject, [...(byParent.get(subject) ?? []), one]);
  }
  const visit = ({ holder, parent }: Going) => {
    const { digest } = holder.manifest;
    if (seen.has(digest)) return;
    seen.add(digest);
    for (const below of byParent.get(digest) ?? []) visit(below);
    outwards.push({ holder, parent: parent ?? (going.has(holder.subject) ? holder.subject : undefined) });
  };
  for (const one of going.values()) visit(one);
  return outwards.reverse();
}

/** The attachments of a manifest that goes, as members of a result. */
export function plannedOf(source: Source, going: Going | undefined): readonly PrunedAttachment[] {
  if (going === undefined) return [];
  const { holder, rules } = going;
  return holder.attachments.map((attachment) => shown(source, holder, attachment, [...rules]));
}

function shown(source: Source, holder: Holder, attachment: Attachment, rules: readonly PruneRule[]): PrunedAttachment {
  const [one] = reported(source, { ...holder, attachments: [attachment] });
  if (one === undefined) throw new Error('an attachment is one member');
  return { ...one, rules, ...given({ created: attachment.created }) };
}
