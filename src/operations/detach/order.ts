import type { Digest } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import { attachmentsOf, type DetachItem, type Group } from './result.js';

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
export function itemsOf(store: Source, chosen: readonly Chosen[], own: ReadonlySet<Digest>): readonly DetachItem[] {
  const items = new Map<Digest, DetachItem>();
  for (const { group, parent } of chosen) {
    const { digest } = group.manifest;
    const known = items.get(digest);
    items.set(digest, {
      digest,
      attachments: [...(known?.attachments ?? []), ...attachmentsOf(store, group)],
      tags: [...new Set([...(known?.tags ?? []), ...group.attachments.flatMap(({ tags }) => tags ?? [])])],
      byTag: (known?.byTag ?? true) && group.via.every((way) => way === 'cosign-tag'),
      keepsManifest: own.has(digest),
      parent: known?.parent ?? parent,
    });
  }
  return [...items.values()].reverse();
}
