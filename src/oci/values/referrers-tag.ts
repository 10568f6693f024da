import { algorithmOf, type Digest, encodedOf } from './digest.js';

/**
 * The tag that lists the referrers of `digest` in a registry without the Referrers API (distribution-spec,
 * "Referrers Tag Schema"). Long digests are cut, and two subjects can share a tag: check the entries.
 */
export function referrersTag(digest: Digest): string {
  const tag = `${algorithmOf(digest).slice(0, 32)}-${encodedOf(digest).slice(0, 64)}`;
  return tag.replace(/[^A-Za-z0-9._-]/g, '-');
}

/** True for a tag in the form of {@link referrersTag}. */
export function isReferrersTag(tag: string): boolean {
  return /^(sha256|sha512|blake3)-[a-f0-9]{64}$/.test(tag);
}

/** True for a tag that is named after a digest: a list of referrers, or cosign's `.sig`, `.att` or `.sbom`. */
export function isDigestTag(tag: string): boolean {
  return isReferrersTag(tag) || /^sha256-[a-f0-9]{64}\.(sig|att|sbom)$/.test(tag);
}
