import type { CallOptions, Source } from '../../store/interfaces/store.js';

/** A repository with more tags than this is asked for each tag by name. */
const MAX_TAGS = 5_000;

/** The tags of a repository at one moment. */
export interface TagSnapshot {
  /** Undefined where they could not be listed, or are too many: then each is asked for. */
  readonly names: Promise<ReadonlySet<string> | undefined>;
}

/**
 * Lists the tags once, so that what is attached to what is attached need not be looked for under four tags each, most of
 * which do not exist. A list that cannot be had is no answer; the tags are asked for one by one then.
 */
export function tagSnapshot(store: Source, options: CallOptions = {}): TagSnapshot {
  const list = async () => {
    const names = new Set<string>();
    for await (const tag of store.tags(options)) {
      names.add(tag);
      if (names.size > MAX_TAGS) return undefined;
    }
    return names;
  };
  return { names: list().catch(() => undefined) };
}
