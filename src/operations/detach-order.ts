import type { Digest } from '../oci/digest.js';
import { referrersTag } from '../oci/referrers-tag.js';
import type { CallOptions, Source } from '../store/store.js';
import { type DetachItem, type Group, thingsOf } from './detach-item.js';
import { COSIGN_TAGS } from './find-attached.js';
import { runAll } from './run-all.js';

/** A group that goes, in the order in which they were found: from the subject outwards. */
export interface Chosen {
  readonly group: Group;
  /** What it is attached to, where that goes as well. */
  readonly parent: Digest | undefined;
}

/**
 * What has to be deleted, each manifest once, the outermost first. One image of cosign can be that of two platforms:
 * their signatures differ, their SBOMs need not.
 */
export async function itemsOf(
  store: Source,
  chosen: readonly Chosen[],
  own: ReadonlySet<Digest>,
  options: CallOptions,
): Promise<readonly DetachItem[]> {
  const items = new Map<Digest, DetachItem>();
  const tagged = await runAll(chosen, ({ group }, signal) => cosignTagsOf(store, group, { signal }), {
    ...options,
    concurrency: 16,
  });
  for (const [index, { group, parent }] of chosen.entries()) {
    const { digest } = group.manifest;
    const known = items.get(digest);
    items.set(digest, {
      digest,
      things: [...(known?.things ?? []), ...thingsOf(store, group)],
      tags: [...(known?.tags ?? []), ...(tagged[index] ?? [])],
      byTag: (known?.byTag ?? true) && group.via.every((way) => way === 'cosign-tag'),
      keepsManifest: own.has(digest),
      parent: known?.parent ?? parent,
    });
  }
  return [...items.values()].reverse();
}

/** cosign's tags beside a subject that stand for this manifest. */
async function cosignTagsOf(store: Source, group: Group, options: CallOptions): Promise<readonly string[]> {
  if (!group.via.includes('cosign-tag')) return [];
  const names = COSIGN_TAGS.map((end) => `${referrersTag(group.subject)}${end}`);
  const found = await Promise.all(names.map((tag) => store.findTag(tag, options)));
  return names.filter((_, index) => found[index]?.digest === group.manifest.digest);
}
