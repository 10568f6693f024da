import { algorithmOf, type Digest, encodedOf } from './digest.js';

/**
 * The tag that lists the referrers of `digest` in a registry without the Referrers API (distribution-spec,
 * "Referrers Tag Schema"). Long digests are cut, so two subjects can share one tag: entries must be checked.
 */
export function referrersTag(digest: Digest): string {
  const tag = `${algorithmOf(digest).slice(0, 32)}-${encodedOf(digest).slice(0, 64)}`;
  return tag.replace(/[^A-Za-z0-9._-]/g, '-');
}

/** True for tags that look like {@link referrersTag} made them. */
export function isReferrersTag(tag: string): boolean {
  return /^(sha256|sha512|blake3)-[a-f0-9]{64}$/.test(tag);
}

/** True for tags that stand for a digest and not for a version: of referrers, and cosign's `.sig`, `.att` and `.sbom`. */
export function isDigestTag(tag: string): boolean {
  return isReferrersTag(tag) || /^sha256-[a-f0-9]{64}\.(sig|att|sbom)$/.test(tag);
}
