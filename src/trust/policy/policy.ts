import type { Format, Kind } from '../../formats/kinds/kind.js';
import type { Trust, TrustedRoot } from '../values/trust.js';

export const POLICY_ON = ['any', 'platforms', 'index'] as const;

/**
 * The manifests that must have what a rule wants. `any`: each platform of an index, or an index above it; `platforms`:
 * each platform itself; `index`: the index alone. A manifest without an index must have it itself.
 */
export type PolicyOn = (typeof POLICY_ON)[number];

/** A rule: what must be attached to the images of its scope, and verified by whom. */
export interface PolicyRule {
  readonly name: string;
  /** Patterns of repositories; the rule is for an image that one of them fits. */
  readonly scope: readonly string[];
  /** At least one of `kind` and `predicateType` is given. */
  readonly kind?: Kind;
  readonly format?: Format;
  /** The whole predicate type of an in-toto statement. */
  readonly predicateType?: string;
  readonly on: PolicyOn;
  /** Names of trusts, of which any counts. */
  readonly by: readonly string[];
  /** How many signers it takes: different keys, identities or subjects of certificates. */
  readonly count: number;
  /** Milliseconds since the proven time. */
  readonly maxAge?: number;
}

/** Named trusts, and rules that name them. Made by `parsePolicy`. */
export interface Policy {
  /** Where it came from, for messages. */
  readonly source: string;
  /** Each name once. */
  readonly trust: readonly Trust[];
  /** The logs and timestamp authorities for signatures by keys. @default the public-good root that remora ships */
  readonly trustedRoot?: TrustedRoot;
  /** A key's signature must be in a transparency log, too. @default false */
  readonly requireLog?: boolean;
  readonly rules: readonly PolicyRule[];
}
