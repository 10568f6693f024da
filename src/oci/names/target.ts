import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { isRefName } from '../values/annotations.js';
import type { Digest } from '../values/digest.js';
import { given } from '../values/given.js';
import { withoutLogin } from './mistaken.js';
import { type Place, parsePlace } from './place.js';
import { isTag, parseTag } from './reference.js';

/** A place for new content, and its tags there. */
export interface Target {
  readonly place: Place;
  readonly tags: readonly string[];
}

/** A target for content that is known, and may be named by its digest. */
export interface PinnedTarget extends Target {
  readonly digest?: Digest | undefined;
}

/**
 * Parses a place with any number of tags, `host/repo:v1,v1.0,latest`. An artifact without a tag is found by its digest.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, also for a digest, which only the content decides
 */
export function parseTarget(text: string): Target {
  const { digest, ...target } = parsePinnedTarget(text);
  if (digest === undefined) return target;
  throw new RemoraError('INVALID_ARGUMENT', `target ${quote(text)} has a digest, which only the content can decide`, {
    found: text,
    hint: 'Leave out the digest, or write a tag instead',
  });
}

/**
 * Parses a place with any number of tags, or with a digest.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parsePinnedTarget(text: string): PinnedTarget {
  // Text without a `:` behind `oci:`, and all text behind `dir:`, is a path, which may hold a comma.
  const match = /^(?!dir:|oci(?:-archive)?:[^:]*$)(.*:)([^/:@]*,[^/:@]*)$/s.exec(text);
  const [first = '', ...more] = match?.[2]?.split(',') ?? [];
  const place = parsePlace(match === null ? text : `${match[1]}${first}`);
  const bad = more.find((tag) => !isTagOf(place, tag));
  if (bad !== undefined || (match !== null && place.tag !== first)) {
    throw new RemoraError('INVALID_ARGUMENT', `target ${quote(text)} has the malformed tag ${quote(bad ?? first)}`, {
      found: bad ?? first,
      hint: 'Write several tags like app:v1,v1.0,latest',
    });
  }
  const tags = [...new Set([...(place.tag === undefined ? [] : [place.tag]), ...more])];
  return { place, tags, ...given({ digest: place.digest }) };
}

/**
 * Checks tags for a kind of place, and drops repeated ones. A registry has the grammar of tags; other places have that
 * of `org.opencontainers.image.ref.name`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseTags(kind: Place['kind'], tags: readonly string[]): readonly string[] {
  // Text with a login is the name of an image, and a layout would keep the password as a tag.
  const bad = tags.find((tag) => !isTagOf({ kind }, tag) || withoutLogin(tag) !== tag);
  if (bad === undefined) return [...new Set(tags)];
  const shown = withoutLogin(bad);
  if (kind === 'registry' && shown === bad && !bad.includes('/')) parseTag(bad);
  throw new RemoraError('INVALID_ARGUMENT', `tag ${quote(shown)} is not well formed`, {
    found: shown,
    hint: 'Write the tag alone, like v1.0, without the place before it',
  });
}

function isTagOf({ kind }: Pick<Place, 'kind'>, tag: string): boolean {
  return kind === 'registry' ? isTag(tag) : isRefName(tag);
}
