import type { Trust, TrustedRoot } from './trust.js';

/** Options of each judge. */
export interface JudgeOptions {
  readonly trust: readonly Trust[];
  /** A key's signature must be in a transparency log of `trustedRoot`, too. @default false */
  readonly requireLog?: boolean | undefined;
  /** The logs and timestamp authorities for signatures by keys. @default the root that remora ships */
  readonly trustedRoot?: TrustedRoot | undefined;
  /** The time to compare with. @default the clock's */
  readonly now?: Date | undefined;
}
