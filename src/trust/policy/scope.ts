import { matchesTag } from '../../oci/names/tag-pattern.js';

/**
 * Whether a pattern fits a repository like `ghcr.io/acme/app`. `*` is any text without a `/`, `?` a character, and a part
 * `**` stands for any number of parts, at least one. The pattern `**` alone also fits what has no repository, such as
 * an image in a layout.
 */
export function fitsScope(pattern: string, repository: string | undefined): boolean {
  if (pattern === EVERYTHING) return true;
  return repository !== undefined && fitsParts(pattern.split('/'), repository.split('/'));
}

/** The scope of all images. */
export const EVERYTHING = '**';

/** Each pair of a part of the pattern and a part of the name is looked at once. */
function fitsParts(pattern: readonly string[], parts: readonly string[]): boolean {
  // The numbers of parts that the pattern so far fits.
  let ends: ReadonlySet<number> = new Set([0]);
  for (const one of pattern) {
    const next = new Set<number>();
    if (one === '**') for (let end = Math.min(...ends) + 1; end <= parts.length; end++) next.add(end);
    else for (const end of ends) if (matches(one, parts[end])) next.add(end + 1);
    ends = next;
  }
  return ends.has(parts.length);
}

function matches(pattern: string, part: string | undefined): boolean {
  return part !== undefined && matchesTag(pattern, part);
}
