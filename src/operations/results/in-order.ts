import { KINDS, type Kind } from '../../formats/kinds/kind.js';
import type { Digest } from '../../oci/values/digest.js';

/** The facts that order attachments. */
export interface Ordered {
  readonly kind?: Kind;
  readonly created?: string;
  readonly digest: Digest;
}

/**
 * Attachments of one subject in the order in which people look at them: by kind, then the newest first, then by digest.
 * Those without a kind, or a date, come last.
 */
export function inOrder<T extends Ordered>(attachments: readonly T[]): readonly T[] {
  return [...attachments].sort(
    (one, other) =>
      rankOf(one) - rankOf(other) ||
      timeOf(other) - timeOf(one) ||
      (one.digest < other.digest ? -1 : Number(one.digest > other.digest)),
  );
}

function rankOf({ kind }: Ordered): number {
  return kind === undefined ? KINDS.length : KINDS.indexOf(kind);
}

function timeOf({ created = '' }: Ordered): number {
  const time = Date.parse(created);
  return Number.isNaN(time) ? Number.MIN_SAFE_INTEGER : time;
}
