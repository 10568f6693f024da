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
  const bySubject = new Map<Digest, Map<Digest, Holder>>();
  for (const attachment of attachments) {
    const { subject, platform } = attachment;
    const manifest = attachment.holder ?? attachment.descriptor;
    const holders = bySubject.get(subject) ?? new Map<Digest, Holder>();
    bySubject.set(subject, holders);
    const known = holders.get(manifest.digest);
    holders.set(manifest.digest, {
      manifest,
      // A literal takes what it needs: arrays that are spread have room for 16 more.
      attachments: known === undefined ? [attachment] : [...known.attachments, attachment],
      via: known === undefined ? attachment.via : [...new Set([...known.via, ...attachment.via])],
      subject,
      platform,
    });
  }
  return [...bySubject.values()].flatMap((holders) => [...holders.values()]);
}

/** The attachments of a manifest as members of a result. */
export function reported(
  store: Source,
  { manifest, attachments, subject, platform }: Holder,
): readonly DetachedAttachment[] {
  const reference = store.format({ digest: manifest.digest });
  // V8 keeps a description for each object that is put together in parts, and one for all that one call makes.
  return attachments.map(({ descriptor, holder, kind, via }) =>
    given({
      ...resultFields(store, descriptor),
      reference,
      kind,
      manifest: holder?.digest,
      subject,
      platform,
      via,
    }),
  );
}
