import { isDigestTag } from '../../oci/values/referrers-tag.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';

/** Options of {@link listTags}. */
export interface ListTagsOptions extends CallOptions {
  /** Those, too, that stand for a digest: of referrers and of cosign. @default false */
  readonly all?: boolean | undefined;
}

/** The tags of a place. */
export interface TagsResult {
  readonly reference: string;
  /** Sorted. */
  readonly tags: readonly string[];
  /** How many were left out, since they stand for a digest. */
  readonly hidden: number;
}

/**
 * Lists all tags, those of referrers and of cosign only if wanted.
 *
 * @throws RemoraError `NOT_FOUND` for a repository that does not exist, and what the store throws
 */
export async function listTags(store: Source, options: ListTagsOptions = {}): Promise<TagsResult> {
  const tags: string[] = [];
  let hidden = 0;
  for await (const tag of store.tags({ signal: options.signal })) {
    if (!options.all && isDigestTag(tag)) hidden += 1;
    else tags.push(tag);
  }
  return { reference: store.format({}), tags: tags.sort(), hidden };
}
