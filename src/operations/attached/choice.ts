import { Annotation } from '../../oci/values/annotations.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Attachment } from './attachment.js';
import { isWanted, type Selection } from './selection.js';

/** An attachment that matches a selection. */
export type Candidate = Attachment & { readonly platform?: string };

/** The selectors that a verb has beside kind, types and annotations. */
export interface ChoiceOptions {
  readonly format?: boolean;
  readonly platform?: boolean;
  readonly latest?: boolean;
  readonly all?: boolean;
  /** The beginning of a digest is enough. */
  readonly beginning?: boolean;
}

/** The selectors of verbs that look at attachments and take their files. */
export const PULL_CHOICE: ChoiceOptions = { format: true, platform: true, latest: true, all: true, beginning: true };

/** Values of one selector that a hint names. */
const MAX_VALUES = 3;

/** Longer values are not named. */
const MAX_VALUE = 80;

/** The selectors of which one value alone decides, the handiest first. */
const SELECTORS: readonly {
  readonly flag: string;
  readonly values: (candidate: Candidate) => readonly (string | undefined)[];
  /** The selection that a value stands for; undefined for a platform. */
  readonly selection?: (value: string, candidate: Candidate) => Selection;
}[] = [
  {
    flag: '--format',
    values: ({ formats }) => formats,
    selection: (value, { formats }) => ({ format: formats.filter((format) => format === value) }),
  },
  { flag: '--platform', values: ({ platform }) => [platform] },
  { flag: '--kind', values: ({ kind }) => [kind], selection: (_, { kind }) => ({ ...(kind && { kind }) }) },
  {
    flag: '--artifact-type',
    values: ({ descriptor, holder }) =>
      holder === undefined ? [descriptor.artifactType] : [descriptor.mediaType, holder.artifactType],
    selection: (artifactType) => ({ artifactType }),
  },
  {
    flag: '--predicate-type',
    values: ({ predicateType, morePredicateTypes = [] }) => [predicateType, ...morePredicateTypes],
    selection: (predicateType) => ({ predicateType }),
  },
  {
    flag: '--annotation',
    values: ({ descriptor, holder }) =>
      Object.entries({ ...holder?.annotations, ...descriptor.annotations }).flatMap(([key, value]) =>
        key === Annotation.created ? [] : [`${key}=${value}`],
      ),
    selection: (text) => {
      const at = text.indexOf('=');
      return { annotations: [{ key: text.slice(0, at), value: text.slice(at + 1) }] };
    },
  },
];

/** The next step where one of several attachments is wanted: a selector that alone decides, or a digest. */
export function deciding(found: readonly Candidate[], options: ChoiceOptions): string {
  const choices = SELECTORS.filter(
    ({ flag }) => (flag !== '--format' || options.format) && (flag !== '--platform' || options.platform),
  ).map((selector) => decidingValues(selector, found));
  const decided = new Set<Candidate>();
  // The selector that tells most of them apart comes first; others tell the rest.
  const values = choices
    .toSorted((one, other) => other.length - one.length)
    .flat()
    .filter(({ candidate }) => !decided.has(candidate) && decided.add(candidate))
    .slice(0, MAX_VALUES)
    .map(({ flag, value }) => `${flag} ${shellWord(value)}`);
  const [first] = found;
  const takes = [
    ...(options.latest && hasNewest(found) ? [['--latest', 'the newest']] : []),
    ...(first === undefined ? [] : [[`--digest ${named(first.descriptor.digest, found, options)}`, 'the first']]),
    ...(options.all ? [['--all', 'all of them']] : []),
  ].map(([flag, which], index) => `${flag}${index === 0 ? ' takes' : ''} ${which}`);
  return [...(values.length === 0 ? [] : [`${values.join(' or ')} alone decides`]), takes.join(', ')].join('; ');
}

type Selector = (typeof SELECTORS)[number];

/** A value of a selector, and the only candidate that fits it. */
interface Deciding {
  readonly flag: string;
  readonly value: string;
  readonly candidate: Candidate;
}

function decidingValues({ flag, values, selection }: Selector, found: readonly Candidate[]): readonly Deciding[] {
  const counts = new Map<string, readonly Candidate[]>();
  for (const candidate of found)
    for (const value of new Set(values(candidate)))
      if (value !== undefined && value !== '') counts.set(value, [...(counts.get(value) ?? []).slice(0, 1), candidate]);
  const decided = new Set<Candidate>();
  const chosen: Deciding[] = [];
  for (const [value, [candidate, ...others]] of counts) {
    if (chosen.length === MAX_VALUES) break;
    if (candidate === undefined || others.length > 0 || decided.has(candidate) || !isHandy(value)) continue;
    const wanted = selection?.(value, candidate);
    // A type without a version takes all versions.
    if (wanted !== undefined && found.filter((each) => isWanted(each, wanted)).length !== 1) continue;
    decided.add(candidate);
    chosen.push({ flag, value, candidate });
  }
  return chosen;
}

/** Whether dates tell the newest. */
export function hasNewest(found: readonly Candidate[]): boolean {
  const times = found.map(({ created }) => Date.parse(created ?? ''));
  const latest = times.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  return !times.some(Number.isNaN) && times.filter((time) => time === latest).length === 1;
}

/** The digest, or as many of its digits as tell it from others. */
function named(digest: Digest, found: readonly Candidate[], { beginning }: ChoiceOptions): string {
  if (!beginning) return digest;
  const short = digest.slice(digest.indexOf(':') + 1).slice(0, 12);
  const isAlone = found.every(({ descriptor }) => descriptor.digest === digest || !descriptor.digest.includes(short));
  return isAlone ? short : digest;
}

function isHandy(value: string): boolean {
  return value.length <= MAX_VALUE && !/[\p{Cc}\p{Cf}]/u.test(value);
}

/** A word as a shell reads it. */
function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
