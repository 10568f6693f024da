import type { Digest } from '../../oci/values/digest.js';
import { isAttestation } from '../attached/buildkit.js';
import type { Holder } from './holder.js';

/** The reason why an attachment stays, and a way to remove it. */
export interface Reason {
  readonly reason: string;
  readonly hint: string;
}

/**
 * The reason why a manifest cannot be deleted; undefined when it can. An index names its children by digest: without one
 * of them it has another digest, which was not signed or deployed.
 *
 * @param wanted the selected attachments of the manifest
 * @param own the subject and the children of its index
 */
export function blockedBy(holder: Holder, wanted: Holder['attachments'], own: ReadonlySet<Digest>): Reason | undefined {
  const { manifest, via, attachments } = holder;
  if (via.includes('index-child') || isAttestation(manifest)) {
    return {
      reason: 'BuildKit keeps it inside the image index, which would get another digest without it',
      hint: 'Build again with --provenance=false --sbom=false, or push a new index without its entry',
    };
  }
  const isTagOnly = via.every((way) => way === 'cosign-tag');
  if (own.has(manifest.digest) && !isTagOnly) {
    return {
      reason: 'it is a child of the image index, which would name a deleted manifest',
      hint: 'Push a new index without its entry',
    };
  }
  if (wanted.length < attachments.length) {
    return {
      reason: `its manifest ${manifest.digest} holds ${attachments.length} attachments, and ${wanted.length} of them ${wanted.length === 1 ? 'is' : 'are'} selected`,
      hint: `Remove all of them with --digest ${manifest.digest}`,
    };
  }
  return undefined;
}
