import type { Digest } from '../../oci/values/digest.js';
import { beginsWith, type DigestBeginning } from '../../oci/values/digest-beginning.js';
import type { Attachment } from './attachment.js';
import { ambiguous } from './newest.js';

/**
 * The attachments of which the manifest or the layer has the one digest that begins so; none for no match.
 *
 * @throws RemoraError `AMBIGUOUS` for several digests
 */
export function begunBy<T extends Attachment & { readonly platform?: string }>(
  attachments: readonly T[],
  beginning: DigestBeginning,
): readonly T[] {
  const begun = (digest: Digest | undefined) => digest !== undefined && beginsWith(digest, beginning);
  const fitting = attachments.filter(({ descriptor, holder }) => begun(descriptor.digest) || begun(holder?.digest));
  const digests = fitting.flatMap(({ descriptor, holder }) => [descriptor.digest, holder?.digest]).filter(begun);
  if (new Set(digests).size > 1) throw ambiguous(fitting, moreDigits(beginning));
  return fitting;
}

/** The next step where several digests begin so. */
export function moreDigits({ digits }: DigestBeginning): string {
  return `Write more than ${digits.length} digits of the one that is meant`;
}
