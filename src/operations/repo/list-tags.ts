import { RemoraError } from '../../errors.js';
import { formatPlace } from '../../oci/names/place.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { isDigestTag } from '../../oci/values/referrers-tag.js';
import type { Source } from '../../store/interfaces/store.js';
import { type AccessOptions, type Location, resolveLocation, selectorOf, withSource } from '../places/location.js';
import { inTagOrder, noTagFits, type TagChoice, tagTest } from './choose-tags.js';
import type { TagsResult } from './schema.js';
import { taggedManifests } from './tagged-manifests.js';

/** Options of {@link listTags}. */
export interface ListTagsOptions extends AccessOptions, TagChoice {
  /** List tags that are named after a digest, too: those of referrers and of cosign. @default false */
  readonly all?: boolean | undefined;
  /** Give the manifest of each tag as well: a request per tag in a registry. @default false */
  readonly full?: boolean | undefined;
}

/**
 * Lists tags: all of them, or those that fit. Tags of referrers and of cosign come only with `all`.
 *
 * With a limit and without `sort`, no further page of a registry is asked for once there are enough.
 *
 * @param location `host/repo`, `oci:PATH` or an open store, without a tag
 * @throws RemoraError `INVALID_ARGUMENT` for a tag or digest, and for a range that is not one; `NOT_FOUND` for a repository
 *   that does not exist, `NO_MATCH` where no tag fits, and as the store
 */
export async function listTags(location: Location, options: ListTagsOptions = {}): Promise<TagsResult> {
  assertRepository(location);
  const { signal, sort, full } = options;
  const fits = await tagTest(options);
  return withSource(location, options, async (store) => {
    const met = await meetTags(store, fits, options);
    const reference = store.format({});
    const isChoosy = options.semver !== undefined || (options.match ?? []).length > 0;
    if (isChoosy && met.fitting.length === 0) throw noTagFits(reference, options, met.others.sort(), met.hidden);
    const tags = (await inTagOrder(met.fitting, sort)).slice(0, options.limit);
    const limited = met.isCut || tags.length < met.fitting.length ? (true as const) : undefined;
    const manifests = full ? await taggedManifests(store, tags, { signal }) : undefined;
    return { reference, tags, hidden: met.hidden, ...given({ limited, manifests }) };
  });
}

/** The tags of a place, as far as they were asked for. */
interface MetTags {
  readonly fitting: string[];
  readonly others: string[];
  readonly hidden: number;
  /** The place was not asked for the rest. */
  readonly isCut: boolean;
}

async function meetTags(
  store: Source,
  fits: (tag: string) => boolean,
  { all, limit, sort, signal }: ListTagsOptions,
): Promise<MetTags> {
  const met = { fitting: [] as string[], others: [] as string[], hidden: 0, isCut: false };
  // The order of a layout's tags is that of their writing: the first by name are known at its end.
  const enough = sort === undefined && store.kind === 'registry' ? limit : undefined;
  for await (const tag of store.tags({ signal })) {
    // Another tag behind the last one tells that the limit has cut the list.
    if (met.fitting.length === enough) return { ...met, isCut: true };
    if (!all && isDigestTag(tag)) met.hidden += 1;
    else if (fits(tag)) met.fitting.push(tag);
    else met.others.push(tag);
  }
  return met;
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
