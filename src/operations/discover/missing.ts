import { RemoraError } from '../../errors.js';
import { FORMATS, type Format, KINDS, type Kind } from '../../formats/kinds/kind.js';
import { quote } from '../../oci/text/quote.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { DiscoveredNode, KindOnIndex, MissingKind } from './schema.js';

/** A kind that must be attached, in the format if one is given. */
export interface Requirement {
  readonly kind: Kind;
  readonly format?: Format;
}

export const REQUIRE_ON = ['any', 'platforms', 'index'] as const;

/**
 * The subjects that must have a required kind. `any`: each platform of an index, or an index that holds it; `platforms`:
 * each platform itself; `index`: the index alone. A manifest that is not an index must have the kind itself.
 */
export type RequireOn = (typeof REQUIRE_ON)[number];

/**
 * Parses `KIND` or `KIND@FORMAT`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseRequirement(text: string): Requirement {
  const [name = '', suffix, ...rest] = text.split('@');
  const kind = KINDS.find((known) => known === name);
  const format = FORMATS.find((known) => known === suffix);
  if (kind === undefined || rest.length > 0 || (suffix !== undefined && format === undefined)) {
    const [part, known] = kind === undefined ? ['kind', KINDS] : ['format', FORMATS];
    throw new RemoraError('INVALID_ARGUMENT', `requirement ${quote(text)} has an unknown ${part}`, {
      found: text,
      candidates: known,
      hint: `Write KIND or KIND@FORMAT; known are ${known.join(', ')}`,
    });
  }
  return { kind, ...given({ format }) };
}

/** A manifest with its attachments: the subject itself, or an entry of `platforms` or `above`. */
export interface Holder<N> {
  readonly digest: Digest;
  readonly platform?: string;
  readonly isPlatform?: false;
  readonly within?: readonly Digest[];
  readonly referrers: readonly N[];
}

/** A result with attachments of the type `N`. */
export interface Held<N> extends Holder<N> {
  readonly platforms?: readonly Holder<N>[];
  /** The indexes that the subject was chosen from, the nearest first. */
  readonly above?: readonly Holder<N>[];
}

type Lack = Pick<MissingKind, 'digest' | 'platform' | 'onIndex'>;

/** The outcome of requirements, as members of a result. */
export interface Gate<R = Requirement> {
  readonly missing: readonly (R & Lack)[];
  readonly onIndex: readonly (R & Omit<KindOnIndex, 'kind' | 'format'>)[];
}

/** The circumstances of {@link gate}. */
export interface GateOptions<N, R> {
  /** @default 'any' */
  readonly on?: RequireOn | undefined;
  /** Indexes whose entries are not known: each stands for platforms. @default none */
  readonly unread?: ReadonlySet<Digest> | undefined;
  /** Whether an attachment meets a requirement. */
  readonly fits: (node: N, requirement: R) => boolean;
}

/**
 * The requirements that are not met, and those that an index meets for a platform. Only direct attachments count: a
 * signature of the SBOM does not sign the image.
 */
export function gate<N, R extends object>(
  result: Held<N>,
  requirements: readonly R[],
  { on = 'any', unread = new Set(), fits }: GateOptions<N, R>,
): Gate<R> {
  const missing: (R & Lack)[] = [];
  const onIndex: Gate<R>['onIndex'][number][] = [];
  const above = indexesAbove(result);
  const subjects = subjectsOf(result, on, unread);
  for (const requirement of requirements) {
    const has = ({ referrers }: Holder<N>) => referrers.some((node) => fits(node, requirement));
    for (const subject of subjects) {
      const { digest } = subject;
      // Attachments of an index whose entries are unknown are not those of its platforms.
      const isUnread = unread.has(digest) && on !== 'index';
      if (!isUnread && has(subject)) continue;
      const own = isUnread ? [subject] : [];
      const index = on === 'index' ? undefined : [...own, ...above(digest)].find(has);
      const lacking = { ...requirement, digest, ...given({ platform: subject.platform }) };
      if (index === undefined) missing.push(lacking);
      else if (on === 'any') onIndex.push({ ...lacking, index: index.digest });
      else missing.push({ ...lacking, onIndex: true });
    }
  }
  return { missing, onIndex };
}

function subjectsOf<N>(result: Held<N>, on: RequireOn, unread: ReadonlySet<Digest>): readonly Holder<N>[] {
  const counted = (result.platforms ?? []).filter((one) => one.isPlatform !== false || unread.has(one.digest));
  return on === 'index' || counted.length === 0 ? [result] : counted;
}

/** The indexes that hold a manifest, directly or over others: first the nearest. */
export function indexesAbove<N>(result: Held<N>): (digest: Digest) => readonly Holder<N>[] {
  if (result.platforms === undefined) return () => result.above ?? [];
  const byDigest = new Map<Digest, Holder<N>>(result.platforms.map((one) => [one.digest, one]));
  return (digest) => {
    const above = new Set<Holder<N>>();
    for (let level = [byDigest.get(digest)]; level.length > 0; ) {
      const next = level.flatMap((one) => one?.within ?? []).map((inner) => byDigest.get(inner));
      level = next.filter((one) => one !== undefined && !above.has(one) && above.add(one).has(one));
    }
    return digest === result.digest ? [] : [...above, result];
  };
}

/** Whether an attachment is of a kind, and of the format if one is given. Signatures are not verified. */
export function isOfKind(
  { kind, formats }: Pick<DiscoveredNode, 'kind' | 'formats'>,
  wanted: Partial<Requirement>,
): boolean {
  return kind === wanted.kind && (wanted.format === undefined || formats?.includes(wanted.format) === true);
}
