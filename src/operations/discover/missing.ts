import { RemoraError } from '../../errors.js';
import { FORMATS, type Format, KINDS, type Kind } from '../../formats/kinds/kind.js';
import { quote } from '../../oci/text/quote.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { DiscoveredNode, DiscoveredPlatform, DiscoverResult, KindOnIndex, MissingKind } from './schema.js';

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

/** The outcome of requirements, as members of a result. */
export type Gate = Required<Pick<DiscoverResult, 'missing' | 'onIndex'>>;

/**
 * The requirements that are not met, and those that an index meets for a platform. Only direct attachments count: a
 * signature of the SBOM does not sign the image. Signatures are not verified.
 *
 * @param unread indexes whose entries are not known: each stands for platforms
 */
export function gate(
  result: DiscoverResult,
  requirements: readonly Requirement[],
  on: RequireOn = 'any',
  unread: ReadonlySet<Digest> = new Set(),
): Gate {
  const missing: MissingKind[] = [];
  const onIndex: KindOnIndex[] = [];
  const above = indexesAbove(result);
  const subjects = subjectsOf(result, on, unread);
  for (const requirement of requirements) {
    for (const subject of subjects) {
      const { digest } = subject;
      // Attachments of an index whose entries are unknown are not those of its platforms.
      const isUnread = unread.has(digest) && on !== 'index';
      if (!isUnread && has(subject.referrers, requirement)) continue;
      const own = isUnread ? [subject] : [];
      const index =
        on === 'index' ? undefined : [...own, ...above(digest)].find((one) => has(one.referrers, requirement));
      const lacking = { ...requirement, digest, ...given({ platform: subject.platform }) };
      if (index === undefined) missing.push(lacking);
      else if (on === 'any') onIndex.push({ ...lacking, index: index.digest });
      else missing.push({ ...lacking, onIndex: true });
    }
  }
  return { missing, onIndex };
}

/** A manifest with its attachments: the index itself, or an entry of `platforms`. */
type Holder = Pick<DiscoveredPlatform, 'digest' | 'platform' | 'within' | 'referrers'>;

function subjectsOf(result: DiscoverResult, on: RequireOn, unread: ReadonlySet<Digest>): readonly Holder[] {
  const counted = (result.platforms ?? []).filter((one) => one.isPlatform !== false || unread.has(one.digest));
  return on === 'index' || counted.length === 0 ? [result] : counted;
}

/** The indexes that hold a manifest, directly or over others: first the nearest. */
function indexesAbove(result: DiscoverResult): (digest: Digest) => readonly Holder[] {
  if (result.platforms === undefined) return () => [];
  const byDigest = new Map<Digest, Holder>(result.platforms.map((one) => [one.digest, one]));
  return (digest) => {
    const above = new Set<Holder>();
    for (let level = [byDigest.get(digest)]; level.length > 0; ) {
      const next = level.flatMap((one) => one?.within ?? []).map((inner) => byDigest.get(inner));
      level = next.filter((one) => one !== undefined && !above.has(one) && above.add(one).has(one));
    }
    return digest === result.digest ? [] : [...above, result];
  };
}

function has(nodes: readonly DiscoveredNode[], { kind, format }: Requirement): boolean {
  return nodes.some((node) => node.kind === kind && (format === undefined || node.formats?.includes(format)));
}
