import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source, Via } from '../../store/interfaces/store.js';
import type { Attachment, SelectedAttachment } from '../attached/attachment.js';
import { resultFields } from '../results/manifest-fields.js';
import type { DetachedAttachment } from './schema.js';

/** A manifest, with the attachments of one subject: the manifest itself, or its layers. */
export interface Holder {
  readonly manifest: Descriptor;
  readonly attachments: readonly Attachment[];
  readonly via: readonly Via[];
  readonly subject: Digest;
  readonly platform?: string | undefined;
}

/** Groups attachments by subject and by the manifest that must be deleted for them. */
export function holdersOf(attachments: readonly SelectedAttachment[]): readonly Holder[] {
  const holders = new Map<string, Holder>();
  for (const attachment of attachments) {
    const { subject, platform } = attachment;
    const manifest = attachment.holder ?? attachment.descriptor;
    const key = `${subject} ${manifest.digest}`;
    const known = holders.get(key);
    const via = [...new Set([...(known?.via ?? []), ...attachment.via])];
    holders.set(key, {
      manifest,
      attachments: [...(known?.attachments ?? []), attachment],
      via,
      subject,
      platform,
    });
  }
  return [...holders.values()];
}

/** The attachments of a manifest as members of a result. */
export function reported(
  store: Source,
  { manifest, attachments, subject, platform }: Holder,
): readonly DetachedAttachment[] {
  return attachments.map(({ descriptor, holder, kind, via }) => ({
    ...resultFields(store, descriptor),
    reference: store.format({ digest: manifest.digest }),
    ...given({ kind, manifest: holder?.digest }),
    subject,
    ...given({ platform }),
    via,
  }));
}
