import { isRemoraError, RemoraError } from '../../errors.js';
import { isTag } from '../../oci/names/reference.js';
import { checkTagPatterns, matchesTag } from '../../oci/names/tag-pattern.js';
import { tagRange } from '../../oci/names/tag-range.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { isDigestTag, isReferrersTag } from '../../oci/values/referrers-tag.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import type { CopyDestination } from './locations.js';
import type { CopyRoot } from './plan.js';

/** Selects tags of a repository: those that match any of these. */
export interface CopyNames {
  /** Every tag. @default false */
  readonly all?: boolean | undefined;
  /** Shell patterns like `v1.*`. @default none */
  readonly patterns?: readonly string[] | undefined;
  /** Tags, each of which must exist. @default none */
  readonly listed?: readonly string[] | undefined;
  /** Of these, only versions within this range, like `>=1.2 <2`; alone, all such tags. @default whether versions or not */
  readonly range?: string | undefined;
  /** Of these, not those that match any of these shell patterns. @default none */
  readonly except?: readonly string[] | undefined;
}

/** Options of {@link copyRoots}. */
export interface CopyRootsOptions extends CallOptions {
  /** Copy these names instead of the one in the source's reference. @default none */
  readonly names?: CopyNames | undefined;
  /** Attachments are copied, so the tags that attach them are not roots. @default false */
  readonly recursive?: boolean | undefined;
}

/**
 * The manifests that are copied, with their tags: those of the destination, else those of the source.
 *
 * @throws RemoraError `NOT_FOUND`, `NO_MATCH` (no tag matches), `INVALID_ARGUMENT` (a name that cannot be a tag there),
 *   `CHANGED` (the destination names another digest)
 */
export async function copyRoots(
  source: Source,
  from: ManifestSelector,
  to: CopyDestination,
  options: CopyRootsOptions = {},
): Promise<readonly CopyRoot[]> {
  const { names, signal } = options;
  if (names !== undefined) return namedRoots(source, to, names, options);
  const selector = given({ tag: from.tag, digest: from.digest });
  if (to.tags.length > 0) return [{ selector, tags: to.tags }];
  if (to.digest !== undefined) {
    const { digest } = await source.resolve(selector, { signal });
    if (digest === to.digest) return [{ selector: { digest }, tags: [] }];
    throw new RemoraError(
      'CHANGED',
      `${source.format(selector)} is ${digest}, and the destination wants ${to.digest}`,
      {
        expected: to.digest,
        found: digest,
        hint: 'Leave out the digest of the destination',
      },
    );
  }
  const tags = from.digest !== undefined && from.tag === undefined ? [] : await ownTags(source, from.tag, { signal });
  return [{ selector, tags: tags.map((tag) => tagFor(to, tag)) }];
}

/** The tag in the source's reference; without it, the tags of the source's only root. */
async function ownTags(source: Source, tag: string | undefined, { signal }: CallOptions): Promise<readonly string[]> {
  if (tag !== undefined) return [tag];
  if (source.kind === 'registry') return ['latest'];
  const { digest } = await source.resolve({}, { signal }).catch(async (error: unknown) => {
    throw isRemoraError(error) && error.code === 'AMBIGUOUS' ? await orAllTags(source, error, { signal }) : error;
  });
  const tags: string[] = [];
  for await (const name of source.tags({ signal }))
    if (!isDigestTag(name) && (await source.findTag(name, { signal }))?.digest === digest) tags.push(name);
  return tags;
}

/** The error for a source with several manifests; where tags name them, a copy can take all. */
async function orAllTags(source: Source, error: RemoraError, { signal }: CallOptions): Promise<RemoraError> {
  const { message, candidates = [] } = error;
  const tags = new Set<string>();
  for await (const tag of source.tags({ signal })) tags.add(tag);
  const [first, ...others] = candidates.filter((name) => tags.has(name));
  if (first === undefined || others.length === 0) return error;
  const hint = `Copy all tags with --all-tags, some with --tag, or name one of them, like ${source.format({ tag: first })}`;
  return new RemoraError('AMBIGUOUS', message, { candidates, hint });
}

/** Lists of referrers are not copied: the destination writes its own (distribution-spec, "Referrers Tag Schema"). */
async function namedRoots(
  source: Source,
  to: CopyDestination,
  names: CopyNames,
  { recursive, signal }: CopyRootsOptions,
): Promise<readonly CopyRoot[]> {
  const { patterns = [], listed = [], range, except = [] } = names;
  checkTagPatterns([...patterns, ...except]);
  // A list that is empty selects none.
  const isRangeAlone = names.patterns === undefined && names.listed === undefined && range !== undefined;
  const isInRange = range === undefined ? () => true : await tagRange(range);
  const all = names.all ?? isRangeAlone;
  const there: string[] = [];
  for await (const tag of source.tags({ signal })) if (!isReferrersTag(tag)) there.push(tag);
  // The order of a list of tags is nobody's promise, and the same input gives the same bytes.
  there.sort();
  const missing = listed.find((tag) => !there.includes(tag));
  if (missing !== undefined) {
    throw new RemoraError('NOT_FOUND', `${source.format({})} has no tag ${quote(missing)}`, {
      expected: missing,
      candidates: there.slice(0, 50),
      hint: 'Take it out of the list of tags',
    });
  }
  const chosen = there.filter((tag) => {
    if (!isInRange(shortName(tag)) || except.some((pattern) => matchesTag(pattern, tag))) return false;
    if (listed.includes(tag)) return true;
    // An image under a tag of cosign is copied as an attachment of its subject.
    if (recursive && isDigestTag(tag)) return false;
    return all || patterns.some((pattern) => matchesTag(pattern, tag));
  });
  if (chosen.length === 1) return chosen.map((tag) => ({ selector: { tag }, tags: [tagFor(to, tag)] }));
  if (chosen.length > 1) return chosen.map((tag) => ofSeveral(to, tag));
  throw new RemoraError('NO_MATCH', `${source.format({})} has no tag that fits`, {
    ...given({
      expected: patterns.length === 0 ? range : [...patterns, ...(range === undefined ? [] : [range])].join(', '),
    }),
    candidates: there.slice(0, 50),
    hint: there.length === 0 ? 'It has no tags' : `It has ${there.slice(0, 10).join(', ')}`,
  });
}

/** A root beside others, which a name that cannot be a tag there does not stop. */
function ofSeveral(to: CopyDestination, name: string): CopyRoot {
  const selector = { tag: name };
  try {
    return { selector, tags: [tagFor(to, name)] };
  } catch (refused) {
    if (!isRemoraError(refused) || refused.code !== 'INVALID_ARGUMENT') throw refused;
    return { selector, tags: [], refused };
  }
}

/** The tag in a full reference, which a layout can have as a name; else the name. */
function shortName(name: string): string {
  return /:([^/:]+)$/.exec(name)?.[1] ?? name;
}

/** A layout's names can be full references; in a registry only their tag counts. */
function tagFor({ kind }: CopyDestination, name: string): string {
  if (kind !== 'registry' || isTag(name)) return name;
  const tag = shortName(name);
  if (isTag(tag)) return tag;
  throw new RemoraError('INVALID_ARGUMENT', `${quote(name)} cannot be a tag in a registry`, {
    found: name,
    hint: 'Give the destination a tag: host/repo:TAG',
  });
}
