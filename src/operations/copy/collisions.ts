import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import type { Digest } from '../../oci/values/digest.js';

/** A tag in the destination, and where it comes from. */
export interface NamedTag {
  readonly tag: string;
  /** Undefined for a manifest that cannot be read. */
  readonly digest: Digest | undefined;
  /** The name in the source. */
  readonly name: string;
}

/**
 * Checks that no tag would stand for two manifests. Several names of one manifest may become one tag.
 *
 * @throws RemoraError `AMBIGUOUS`
 */
export function assertDistinct(tags: readonly NamedTag[]): void {
  const known = new Map<string, NamedTag>();
  for (const named of tags) {
    const other = known.get(named.tag) ?? named;
    known.set(named.tag, other);
    if (other === named || other.name === named.name) continue;
    if (other.digest !== undefined && other.digest === named.digest) continue;
    throw new RemoraError('AMBIGUOUS', `${other.name} and ${named.name} would both become tag ${quote(named.tag)}`, {
      candidates: tags.filter(({ tag }) => tag === named.tag).map(({ name }) => name),
      hint: 'Copy them one by one, each with a tag of its own at the destination',
    });
  }
}
