import { RemoraError } from '../../errors.js';
import type { Trust } from '../../trust/values/trust.js';
import type { TrustOptions } from './verify.js';

/** Files and values that give trust, as the flags of `verify` name them. */
export interface TrustFiles {
  /** Files with a public key or a certificate, PEM. */
  readonly keys?: readonly string[] | undefined;
  readonly identity?: { readonly identity: string | RegExp; readonly issuer: string | RegExp } | undefined;
  /** A Sigstore trusted root, JSON. @default the one that remora ships */
  readonly trustedRoot?: string | undefined;
  /** The trust policy and the trust store of notation: a file and a directory. */
  readonly notation?: { readonly policy: string; readonly store: string } | undefined;
  readonly requireLog?: boolean | undefined;
}

/**
 * Reads the files.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, which names the file
 */
export async function readTrust(files: TrustFiles): Promise<TrustOptions> {
  const trust: readonly Trust[] = [];
  if (files.keys !== undefined || files.identity !== undefined || files.notation !== undefined)
    throw new RemoraError('UNSUPPORTED', 'trust is to be built');
  return { trust, requireLog: files.requireLog };
}
