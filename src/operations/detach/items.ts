import type { Digest } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import { type Holder, reported } from './holder.js';
import type { DetachedAttachment } from './schema.js';

/** A manifest to delete. */
export interface Leaving {
  readonly holder: Holder;
  /** Its subject, if that is deleted, too. */
  readonly parent: Digest | undefined;
}

/** A manifest to delete, once, with all its attachments. */
export interface DetachItem {
  readonly digest: Digest;
  readonly attachments: readonly DetachedAttachment[];
  /** cosign's tags that name it, and are deleted with it. */
  readonly tags: readonly string[];
  /** True when only cosign's tags make it attached: the manifest stays if it has other tags. */
  readonly byTag: boolean;
  /** True for the subject and the children of its index: only the tags are deleted. */
  readonly keepsManifest: boolean;
  /** Its subject, if that is deleted after it. */
  readonly parent?: Digest | undefined;
  /** Where it is, if several places are asked. */
  readonly place?: Source | undefined;
}

/**
 * The manifests to delete, each once, attachments before their subjects. Two platforms can share an image of cosign:
 * equal SBOMs have equal manifests.
 *
 * @param leaving in the order of the walk: from the subject outwards
 */
export function itemsOf(store: Source, leaving: readonly Leaving[], own: ReadonlySet<Digest>): readonly DetachItem[] {
  const items = new Map<string, DetachItem>();
  for (const { holder, parent } of leaving) {
    const { digest } = holder.manifest;
    const { place } = holder;
    const key = `${digest} ${place?.format({}) ?? ''}`;
    const known = items.get(key);
    const attachments = reported(store, holder);
    const tags = holder.attachments.flatMap((attachment) => attachment.tags ?? []);
    items.set(key, {
      digest,
      attachments: known === undefined ? attachments : [...known.attachments, ...attachments],
      tags: [...new Set([...(known?.tags ?? []), ...tags])],
      byTag: (known?.byTag ?? true) && holder.via.every((way) => way === 'cosign-tag'),
      keepsManifest: own.has(digest),
      parent: known?.parent ?? parent,
      place,
    });
  }
  return [...items.values()].reverse();
}
