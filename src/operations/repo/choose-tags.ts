import { RemoraError } from '../../errors.js';
import { checkTagPatterns, matchesTag } from '../../oci/names/tag-pattern.js';
import { newestFirst, tagRange } from '../../oci/names/tag-range.js';
import { quote } from '../../oci/text/quote.js';
import type { TagOrder } from './tag-orders.js';

/** Selects tags of a place. Without patterns and range every tag fits. */
export interface TagChoice {
  /** Shell patterns like `v1.*`; a tag that matches one of them fits. @default none */
  readonly match?: readonly string[] | undefined;
  /** A range of versions as npm writes it, such as `^1.2`. Tags that are not versions do not fit. @default none */
  readonly semver?: string | undefined;
  /** The most tags of the list. Without `sort` they are the first that the place names. @default all */
  readonly limit?: number | undefined;
  /** @default 'name' */
  readonly sort?: TagOrder | undefined;
}

/**
 * The test that a choice of tags makes.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for text that is not a range or a pattern, and a limit that is not a number of tags
 */
export async function tagTest({ match = [], semver, limit }: TagChoice): Promise<(tag: string) => boolean> {
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0))
    throw new RemoraError('INVALID_ARGUMENT', `limit is ${limit}, wanted a whole number from 1 on`, { found: limit });
  checkTagPatterns(match);
  const isWithin = semver === undefined ? undefined : await tagRange(semver);
  return (tag) =>
    (match.length === 0 || match.some((pattern) => matchesTag(pattern, tag))) && (isWithin?.(tag) ?? true);
}

/** Puts tags in an order. */
export async function inTagOrder(tags: readonly string[], order: TagOrder = 'name'): Promise<readonly string[]> {
  const byName = tags.toSorted();
  if (order === 'semver') return byName.sort(await newestFirst());
  return order === 'natural' ? byName.sort(new Intl.Collator('en', { numeric: true }).compare) : byName;
}

/**
 * The error for a choice that no tag fits.
 *
 * @param tags the tags that are there
 * @param hidden number of tags named after a digest, which were not looked at
 */
export function noTagFits(
  place: string,
  { match = [], semver }: TagChoice,
  tags: readonly string[],
  hidden: number,
): RemoraError {
  const wanted = [...match, ...(semver === undefined ? [] : [semver])];
  const seen = tags.length === 0 ? 'It has no tags' : `It has ${tags.slice(0, 10).join(', ')}`;
  return new RemoraError('NO_MATCH', `${place} has no tag that fits ${wanted.map(quote).join(', ')}`, {
    expected: wanted.join(', '),
    candidates: tags.slice(0, 50),
    hint: `${seen}${tags.length > 10 ? ', …' : ''}${hidden === 0 ? '' : `, and tags named after a digest (${hidden}), which --all takes in`}`,
  });
}
