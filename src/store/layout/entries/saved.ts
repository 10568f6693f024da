import type { Descriptor } from '../../../oci/values/descriptor.js';
import { referrersTag } from '../../../oci/values/referrers-tag.js';

/** How `cosign save` marks what it writes: one image, and what is attached to it. */
const COSIGN_KIND = 'dev.cosignproject.cosign/';
const COSIGN_ENDS: Readonly<Record<string, string>> = { '.sig': 'sigs', '.att': 'atts', '.sbom': 'sboms' };

/**
 * The entry that stands for one of cosign's tags. Older versions of `cosign save` enter signatures by their kind,
 * without a tag, beside the one image.
 */
export function findSaved(entries: readonly Descriptor[], tag: string): Descriptor | undefined {
  const kindOf = (entry: Descriptor) => entry.annotations?.kind?.replace(COSIGN_KIND, '');
  const [, subject, end = ''] = /^(.*)(\.[a-z]+)$/.exec(tag) ?? [];
  const images = entries.filter((entry) => ['image', 'imageIndex'].includes(kindOf(entry) ?? ''));
  const [image] = images;
  if (image === undefined || images.length > 1 || referrersTag(image.digest) !== subject) return undefined;
  return entries.find((entry) => COSIGN_ENDS[end] !== undefined && kindOf(entry) === COSIGN_ENDS[end]);
}

/** Whether `cosign save` made an entry. */
export function isSaved(entry: Descriptor): boolean {
  return entry.annotations?.kind?.startsWith(COSIGN_KIND) === true;
}

/** Whether an entry of `cosign save` is attached to the image that was saved. */
export function isSavedAttachment(entry: Descriptor): boolean {
  return Object.values(COSIGN_ENDS).some((kind) => entry.annotations?.kind === `${COSIGN_KIND}${kind}`);
}
