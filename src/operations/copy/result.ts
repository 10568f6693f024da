import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import type { CopyPlan } from './plan.js';

/** What became of one blob or manifest. */
export interface CopiedObject {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  /** `skipped`: not looked at, since what needs it is trusted to be whole. */
  readonly result: 'copied' | 'mounted' | 'exists' | 'skipped';
}

/** A tag in the destination. */
export interface CopiedTag {
  readonly tag: string;
  readonly digest: Digest;
  /** What it stood for before, where that was something else. */
  readonly replaced?: Digest;
}

/** What was copied. */
export interface CopyResult {
  /** What was asked for, in the destination. */
  readonly roots: readonly (Descriptor & { readonly reference: string })[];
  /** Tags in the destination, by name. */
  readonly tags: readonly CopiedTag[];
  /** How many manifests came along since they are attached. */
  readonly attached: number;
  /** Bytes that were moved; what was mounted or there already was not. */
  readonly bytes: number;
  readonly objects: readonly CopiedObject[];
  /** Attached by way of an index that was not copied, so that it stayed behind. */
  readonly left: readonly Descriptor[];
  /** Nothing was written. */
  readonly dryRun?: true;
}

/** The result of a plan that was carried out. */
export function copyResult(
  format: Source['format'],
  { items, roots, tags, left }: CopyPlan,
  objects: readonly CopiedObject[],
  replaced: ReadonlyMap<string, Digest> = new Map(),
): CopyResult {
  return {
    roots: roots.map(({ mediaType, digest, size }) => ({ reference: format({ digest }), mediaType, digest, size })),
    tags: [...tags]
      .map(([tag, digest]) => tagOf(tag, digest, replaced.get(tag)))
      .sort((a, b) => (a.tag < b.tag ? -1 : 1)),
    attached: [...items.values()].filter(({ role }) => role === 'attached').length,
    bytes: objects.reduce((sum, { result, size }) => (result === 'copied' ? sum + size : sum), 0),
    objects,
    left,
  };
}

function tagOf(tag: string, digest: Digest, replaced: Digest | undefined): CopiedTag {
  return replaced === undefined ? { tag, digest } : { tag, digest, replaced };
}
