import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { CopyPlan } from './plan.js';
import type { CopiedObject, CopyResult } from './schema.js';

/** The result of a plan that was carried out. */
export function copyResult(
  format: Source['format'],
  { items, roots, tags, left, incomplete, proofs, unverified }: CopyPlan,
  objects: readonly CopiedObject[],
  replaced: ReadonlyMap<string, Digest> = new Map(),
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
      .map(([tag, digest]) => ({ tag, digest, ...given({ replaced: replaced.get(tag) }) }))
      .sort((a, b) => (a.tag < b.tag ? -1 : 1)),
    attached: [...items.values()].filter(({ role }) => role === 'attached').length,
    bytes: objects.reduce((sum, { result, size }) => (result === 'copied' ? sum + size : sum), 0),
    objects,
    left,
    incomplete,
    ...given({ unverified }),
  };
}
