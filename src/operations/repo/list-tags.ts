import { RemoraError } from '../../errors.js';
import { formatPlace } from '../../oci/names/place.js';
import { quote } from '../../oci/text/quote.js';
import { isDigestTag } from '../../oci/values/referrers-tag.js';
import { type AccessOptions, type Location, resolveLocation, selectorOf, withSource } from '../places/location.js';
import type { TagsResult } from './schema.js';

/** Options of {@link listTags}. */
export interface ListTagsOptions extends AccessOptions {
  /** List tags that are named after a digest, too: those of referrers and of cosign. @default false */
  readonly all?: boolean | undefined;
}

/**
 * Lists all tags; those of referrers and of cosign only with `all`.
 *
 * @param location `host/repo`, `oci:PATH` or an open store, without a tag
 * @throws RemoraError `INVALID_ARGUMENT` for a tag or digest, `NOT_FOUND` for a repository that does not exist, and as the store
 */
export async function listTags(location: Location, options: ListTagsOptions = {}): Promise<TagsResult> {
  assertRepository(location);
  const { signal, all } = options;
  return withSource(location, options, async (store) => {
    const tags: string[] = [];
    let hidden = 0;
    for await (const tag of store.tags({ signal })) {
      if (!all && isDigestTag(tag)) hidden += 1;
      else tags.push(tag);
    }
    return { reference: store.format({}), tags: tags.sort(), hidden };
  });
}

/** @throws RemoraError `INVALID_ARGUMENT` for a location with a tag or digest */
export function assertRepository(location: Location): void {
  const at = resolveLocation(location);
  const { tag, digest } = selectorOf(at);
  if (tag === undefined && digest === undefined) return;
  const what = tag === undefined ? 'a digest' : 'a tag';
  const place = 'store' in at ? at.store.format({ tag, digest }) : formatPlace(at, { tag, digest });
  const text = typeof location === 'string' ? location : place;
  throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} has ${what}, wanted a repository alone`, {
    found: text,
    hint: `Leave out ${what}, or look at it with inspect`,
  });
}
