import type { Digest } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import { type Holder, reported } from './holder.js';
import type { DetachedAttachment } from './schema.js';

/** A manifest that goes, in the order in which they were found: from the subject outwards. */
export interface Leaving {
  readonly holder: Holder;
  /** Its subject, where that goes as well. */
  readonly parent: Digest | undefined;
}

/** A manifest that is to go, with all its attachments. */
export interface DetachItem {
  readonly digest: Digest;
  readonly attachments: readonly DetachedAttachment[];
  /** cosign's tags that name it, and go with it. */
  readonly tags: readonly string[];
  /** Whether the tags alone make it attached, so that the manifest may stay where others name it. */
  readonly byTag: boolean;
  /** The manifest is the subject itself, or belongs to it: only the tags may go. */
  readonly keepsManifest: boolean;
  /** Its subject, where that goes as well: after this one. */
  readonly parent?: Digest | undefined;
}

/**
 * The manifests to delete, each once, the outermost first. Two platforms can share an image of cosign: their signatures
 * differ, their SBOMs need not.
 */
export function itemsOf(store: Source, leaving: readonly Leaving[], own: ReadonlySet<Digest>): readonly DetachItem[] {
  const items = new Map<Digest, DetachItem>();
  for (const { holder, parent } of leaving) {
    const { digest } = holder.manifest;
    const known = items.get(digest);
    items.set(digest, {
      digest,
      attachments: [...(known?.attachments ?? []), ...reported(store, holder)],
      tags: [...new Set([...(known?.tags ?? []), ...holder.attachments.flatMap(({ tags }) => tags ?? [])])],
      byTag: (known?.byTag ?? true) && holder.via.every((way) => way === 'cosign-tag'),
      keepsManifest: own.has(digest),
      parent: known?.parent ?? parent,
    });
  }
  return [...items.values()].reverse();
}
