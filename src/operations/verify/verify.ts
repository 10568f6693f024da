import { RemoraError } from '../../errors.js';
import type { Platform } from '../../oci/values/platform.js';
import type { Trust, TrustedRoot } from '../../trust/values/trust.js';
import type { Requirement, RequireOn } from '../discover/missing.js';
import type { AccessOptions, Location } from '../places/location.js';
import type { VerifiedNode, VerifyResult } from './schema.js';

export type { VerifiedNode, VerifiedPlatform, VerifyResult } from './schema.js';

/** What may be trusted, and how strictly. `pull`, `read` and `copy` take the same. */
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

/** Options of {@link verify}. */
export interface VerifyOptions extends AccessOptions, TrustOptions {
  /** Take this child of an index: `os/architecture[/variant]`. @default the index, with all its children */
  readonly platform?: string | Platform | undefined;
  /** Kinds that must be verified, like `sbom` or `sbom@spdx`. @default a signature or an attestation of the subject itself */
  readonly require?: readonly (string | Requirement)[] | undefined;
  /** For an index: the subjects that must have the required kinds. @default 'any' */
  readonly requireOn?: RequireOn | undefined;
  /** A signature that is wrong fails, even beside one that is verified. @default false */
  readonly noWrong?: boolean | undefined;
  /** Return the result instead of throwing where it is not `verified`. @default false */
  readonly partial?: boolean | undefined;
}

/** A {@link VerifyResult} that iterates over all attachments: the subject's, then each platform's, each followed by its own. */
export type Verification = VerifyResult & Iterable<VerifiedNode>;

/**
 * Verifies all attachments of a subject.
 *
 * @throws RemoraError `NOT_VERIFIED` (there, and not by the given trust), `NO_MATCH` (not there), `INCOMPLETE` (a place
 *   could not be asked), each unless `partial`; `INVALID_ARGUMENT`, `NOT_FOUND`, `INTERRUPTED`
 */
export async function verify(_location: Location, _options: VerifyOptions = {}): Promise<Verification> {
  throw new RemoraError('UNSUPPORTED', 'verify is to be built');
}
