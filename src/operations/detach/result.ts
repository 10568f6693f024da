import type { Kind } from '../../formats/kinds/kind.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Source, Via } from '../../store/interfaces/store.js';
import type { Attachment } from '../attached/attachment.js';
import { resultFields } from '../results/manifest-fields.js';

/** One thing that is, or was, attached. */
export interface DetachedAttachment {
  /** The manifest, also where the thing is one of its layers. */
  readonly reference: string;
  readonly mediaType: string;
  /** Of the thing: of the manifest, or of the layer. */
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly kind?: Kind;
  /** For a layer: the manifest that holds it. */
  readonly manifest?: Digest;
  /** What it is attached to. */
  readonly subject: Digest;
  /** For what is attached to a child of an index: `os/architecture[/variant]`. */
  readonly platform?: string;
  /** How it was found. */
  readonly via: readonly Via[];
}

/** Something that is selected and cannot be detached. */
export interface BlockedAttachment extends DetachedAttachment {
  readonly reason: string;
  /** How to get rid of it all the same. */
  readonly hint: string;
}

/** One manifest that is to go, with all that it holds. */
export interface DetachItem {
  readonly digest: Digest;
  readonly attachments: readonly DetachedAttachment[];
  /** cosign's tags that name it, and go with it. */
  readonly tags: readonly string[];
  /** Whether the tags alone make it attached, so that the manifest may stay where others name it. */
  readonly byTag: boolean;
  /** The manifest is the subject itself, or belongs to it: only the tags may go. */
  readonly keepsManifest: boolean;
  /** What it is attached to, where that goes as well: it comes first then. */
  readonly parent?: Digest | undefined;
}

/** The things of one manifest that were found for one subject. */
export interface Group {
  readonly manifest: Descriptor;
  readonly attachments: readonly Attachment[];
  readonly via: readonly Via[];
  readonly subject: Digest;
  readonly platform?: string | undefined;
}

/** Things by the manifest that has to be deleted for them. */
export function groupAttachments(
  attachments: readonly Attachment[],
  subject: Digest,
  platform: string | undefined,
): readonly Group[] {
  const groups = new Map<Digest, Group>();
  for (const attachment of attachments) {
    const manifest = attachment.holder ?? attachment.descriptor;
    const group = groups.get(manifest.digest);
    const via = [...new Set([...(group?.via ?? []), ...attachment.via])];
    groups.set(manifest.digest, {
      manifest,
      attachments: [...(group?.attachments ?? []), attachment],
      via,
      subject,
      platform,
    });
  }
  return [...groups.values()];
}

/** The things of a group for a report. */
export function attachmentsOf(
  store: Source,
  { manifest, attachments, subject, platform }: Group,
): readonly DetachedAttachment[] {
  return attachments.map(({ descriptor, holder, kind, via }) => ({
    ...resultFields(store, descriptor),
    reference: store.format({ digest: manifest.digest }),
    ...(kind === undefined ? {} : { kind }),
    ...(holder === undefined ? {} : { manifest: holder.digest }),
    subject,
    ...(platform === undefined ? {} : { platform }),
    via,
  }));
}
