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
  /** Where it is, if several places are asked: a manifest that is in two of them has two holders. */
  readonly place?: Source | undefined;
}

/** Groups attachments by subject and by the manifest that must be deleted for them. */
export function holdersOf(attachments: readonly SelectedAttachment[]): readonly Holder[] {
  const bySubject = new Map<Digest, Map<string, Holder>>();
  for (const attachment of attachments.flatMap(inEachPlace)) {
    const { subject, platform, place } = attachment;
    const manifest = attachment.holder ?? attachment.descriptor;
    const holders = bySubject.get(subject) ?? new Map<string, Holder>();
    bySubject.set(subject, holders);
    const key = `${manifest.digest} ${place?.format({}) ?? ''}`;
    const known = holders.get(key);
    holders.set(key, {
      manifest,
      // A literal takes what it needs: arrays that are spread have room for 16 more.
      attachments: known === undefined ? [attachment] : [...known.attachments, attachment],
      via: known === undefined ? attachment.via : [...new Set([...known.via, ...attachment.via])],
      subject,
      platform,
      place,
    });
  }
  return [...bySubject.values()].flatMap((holders) => [...holders.values()]);
}

type PlacedAttachment = SelectedAttachment & { readonly place?: Source };

function inEachPlace({ places, ...attachment }: SelectedAttachment): readonly PlacedAttachment[] {
  if (places === undefined) return [attachment];
  // Another place may name it in other ways, and by none of cosign's tags.
  return places.map(({ place, via, tags }) => given({ ...attachment, place, via, tags }));
}

/** The attachments of a manifest as members of a result. */
export function reported(
  source: Source,
  { manifest, attachments, subject, platform, place }: Holder,
): readonly DetachedAttachment[] {
  const store = place ?? source;
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
      place: place?.format({}),
    }),
  );
}
