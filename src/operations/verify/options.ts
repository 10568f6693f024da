import type { Trust, TrustedRoot } from '../../trust/values/trust.js';

/** What may be trusted, and how strictly. `verify`, `verifyBlob`, `pull`, `read` and `copy` take the same. */
export interface TrustOptions {
  /** Keys, identities and notation's policies, from `trustKey`, `trustIdentity` and `trustNotation`. */
  readonly trust?: readonly Trust[] | undefined;
  /** A key's signature must be in a transparency log, too. @default false */
  readonly requireLog?: boolean | undefined;
  /** The logs and timestamp authorities for signatures by keys. @default the public-good root that remora ships */
  readonly trustedRoot?: TrustedRoot | undefined;
  /** The most signatures that are judged; more count as not asked. @default 1000 */
  readonly maxSignatures?: number | undefined;
  /** The time to compare with. @default the clock's */
  readonly now?: Date | undefined;
}
