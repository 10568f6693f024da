import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { CopyPlan } from './plan.js';
import type { CopiedObject, CopyResult, KeptTag } from './schema.js';

/** The tags as they were found at the write. */
interface WrittenTags {
  /** The digests that moved tags named before. */
  readonly replaced?: ReadonlyMap<string, Digest>;
  /** Tags that others set meanwhile, and that stay. */
  readonly taken?: readonly KeptTag[];
}

/** The result of a plan that was carried out. */
export function copyResult(
  format: Source['format'],
  { items, roots, tags, left, kept, incomplete, proofs, unverified }: CopyPlan,
  objects: readonly CopiedObject[],
  { replaced = new Map(), taken = [] }: WrittenTags = {},
): CopyResult {
  const named = new Map(roots.map(({ descriptor }) => [descriptor.digest, descriptor]));
  return {
    roots: [...named.values()].map(({ mediaType, digest, size }) => ({
      reference: format({ digest }),
      mediaType,
      digest,
      size,
      ...given({ verified: proofs.get(digest) }),
    })),
    tags: [...tags]
      .filter(([tag]) => !taken.some((one) => one.tag === tag))
      .map(([tag, digest]) => ({ tag, digest, ...given({ replaced: replaced.get(tag) }) }))
      .sort((a, b) => (a.tag < b.tag ? -1 : 1)),
    ...given({ kept: kept && [...kept, ...taken].sort((a, b) => (a.tag < b.tag ? -1 : 1)) }),
    attached: [...items.values()].filter(({ role }) => role === 'attached').length,
    bytes: objects.reduce((sum, { result, size }) => (result === 'copied' ? sum + size : sum), 0),
    objects,
    left,
    incomplete,
    ...given({ unverified }),
  };
}
