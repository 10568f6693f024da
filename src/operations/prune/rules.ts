import { RemoraError } from '../../errors.js';
import type { Kind } from '../../formats/kinds/kind.js';
import { isDateTime } from '../../oci/values/annotations.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Attachment } from '../attached/attachment.js';
import { typeName } from '../attached/newest.js';
import { isWanted, type Selection } from '../attached/selection.js';
import type { Holder } from '../detach/holder.js';
import type { KeepReason, PruneRule } from './schema.js';

/** The rules of {@link prune}; an attachment goes if one of them chooses it. */
export interface PruneRules {
  /** Attachments of manifests that are gone. @default false */
  readonly orphans?: boolean | undefined;
  /** Attachments behind the newest so many of each subject and kind, by `org.opencontainers.image.created`. @default no limit */
  readonly keepLatest?: number | undefined;
  /** Attachments that were created more than so many milliseconds ago. @default no limit */
  readonly olderThan?: number | undefined;
  /** Attachments with the same content as another; the newest stays. @default false */
  readonly duplicates?: boolean | undefined;
}

/** Narrows every rule to attachments that match. */
export type PruneSelection = Omit<Selection, 'latest' | 'all'>;

/** An attachment that rules chose. */
export interface Chosen {
  readonly holder: Holder;
  readonly attachment: Attachment;
  readonly rules: readonly PruneRule[];
  /** Manifests that stay, and without which a rule would not have chosen it. */
  readonly survivors: readonly Digest[];
}

/** An attachment that a rule would have chosen, if it did not have to stay. */
export interface Spared {
  readonly holder: Holder;
  readonly attachment: Attachment;
  readonly rule: PruneRule;
  readonly reason: KeepReason;
  readonly message: string;
}

/** @throws RemoraError `INVALID_ARGUMENT` without a rule, and for a limit that is not positive */
export function checkRules({ orphans, keepLatest, olderThan, duplicates }: PruneRules): void {
  if (!orphans && keepLatest === undefined && olderThan === undefined && !duplicates) {
    throw new RemoraError('INVALID_ARGUMENT', 'prune needs a rule that says what goes', {
      hint: 'Give --orphans, --duplicates, --keep-latest 3 --kind scan or --older-than 90d, with --dry-run first',
    });
  }
  if (keepLatest !== undefined && !(Number.isSafeInteger(keepLatest) && keepLatest >= 1))
    throw limit('keepLatest', keepLatest, 'a whole number from 1');
  if (olderThan !== undefined && !(Number.isFinite(olderThan) && olderThan > 0))
    throw limit('olderThan', olderThan, 'a time in milliseconds');
}

function limit(name: string, found: number, wanted: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `${name} is ${found}, wanted ${wanted}`, { found });
}

/** An attachment in the group of those that `keepLatest` counts together. */
interface Dated {
  readonly holder: Holder;
  readonly attachment: Attachment;
  /** As {@link timeOf} has it. */
  readonly time: number | undefined;
}

/** The attachments of one subject that rules chose, and those that they spared. */
export interface Choice {
  readonly chosen: readonly Chosen[];
  readonly spared: readonly Spared[];
}

/**
 * Applies the rules by date to the attachments of one subject. An attachment without a date may be the newest, and stays.
 * So does a signature that no selector asks for: the signatures of two signers are not versions of each other.
 *
 * Of equal dates the smaller digest counts as newer, so that another run chooses the same.
 *
 * @param isGone an attachment that another rule has chosen; it does not count among the newest
 */
export function choiceByDate(
  holders: readonly Holder[],
  { keepLatest, olderThan }: PruneRules,
  selection: PruneSelection,
  now: number,
  isGone: (holder: Holder) => boolean,
): Choice {
  const chosen: Chosen[] = [];
  const spared: Spared[] = [];
  const dated = holders.flatMap((holder): readonly Dated[] =>
    isGone(holder)
      ? []
      : holder.attachments
          .filter((attachment) => isWanted(attachment, selection))
          .map((attachment) => ({ holder, attachment, time: timeOf(attachment) })),
  );
  const choose = ({ holder, attachment, time }: Dated, rule: PruneRule, survivors: readonly Digest[] = []) => {
    const spare = (reason: KeepReason, message: string) =>
      void spared.push({ holder, attachment, rule, reason, message });
    if (time === undefined) spare('undated', 'it has no date of creation, and may be the newest');
    else if (isUnasked(attachment.kind, selection))
      spare('signature', 'rules by date take signatures only with --kind signature');
    else chosen.push({ holder, attachment, rules: [rule], survivors });
  };
  if (keepLatest !== undefined) {
    for (const group of groupsOf(dated)) {
      if (group.length <= keepLatest) continue;
      const sorted = group.filter(({ time }) => time !== undefined).sort(newestFirst);
      const survivors = sorted.slice(0, keepLatest).map(({ holder }) => holder.manifest.digest);
      for (const one of sorted.slice(keepLatest)) choose(one, 'keep-latest', survivors);
      for (const one of group) if (one.time === undefined) choose(one, 'keep-latest');
    }
  }
  if (olderThan !== undefined)
    for (const one of dated) if (one.time === undefined || one.time < now - olderThan) choose(one, 'older-than');
  return { chosen, spared };
}

/** Milliseconds since 1970; undefined for all that is not RFC 3339, which other tools read as another date. */
export function timeOf({ created = '' }: Attachment): number | undefined {
  const time = isDateTime(created) ? Date.parse(created) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The newest first; of equal dates the smaller digest, and those without a date last. */
export function newestFirst(one: Dated, other: Dated): number {
  const [a, b] = [one.time ?? Number.NEGATIVE_INFINITY, other.time ?? Number.NEGATIVE_INFINITY];
  if (a !== b) return a > b ? -1 : 1;
  const [digest, others] = [keyOf(one), keyOf(other)];
  return digest < others ? -1 : digest > others ? 1 : 0;
}

function keyOf({ holder, attachment }: Dated): string {
  return `${holder.manifest.digest} ${attachment.descriptor.digest}`;
}

/** Attestations of different predicate types are not versions of each other, and neither are those of unknown kinds. */
function groupsOf(dated: readonly Dated[]): readonly (readonly Dated[])[] {
  const groups = new Map<string, Dated[]>();
  for (const one of dated) {
    const { kind, predicateType } = one.attachment;
    const key =
      kind === undefined
        ? `type ${typeName(one.attachment)}`
        : kind === 'attestation'
          ? `${kind} ${predicateType ?? ''}`
          : kind;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

function isUnasked(kind: Kind | undefined, selection: PruneSelection): boolean {
  const { kind: kinds, artifactType, predicateType, digest, annotations } = selection;
  const isNamed = [kinds, artifactType, predicateType, digest].some((selector) => selector !== undefined);
  return kind === 'signature' && !isNamed && (annotations ?? []).length === 0;
}
