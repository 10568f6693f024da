import { given } from '../../oci/values/given.js';
import type { Trust, TrustedRoot } from '../../trust/values/trust.js';

/** The given trust, and how strictly it is judged. `verify`, `verifyBlob`, `pull`, `read` and `copy` take the same. */
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

/** Sigstore's root that decides, as results name it. */
export async function rootOf(options: TrustOptions): Promise<Omit<TrustedRoot, 'bytes'> | undefined> {
  const { trust = [], trustedRoot, requireLog } = options;
  const shipped = async () => (await import('../../trust/sigstore/trusted-root.js')).shippedRoot();
  const named = trustedRoot ?? trust.find((one) => one.type === 'identity')?.root;
  const root = named ?? (requireLog ? await shipped() : undefined);
  return root && given({ source: root.source, date: root.date });
}
