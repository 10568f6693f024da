import { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import { trustsOf } from '../trusts/given-trusts.js';
import type { TrustOptions } from '../verify/options.js';

/** Options of the verbs that use content: `pull`, `read` and `copy`. */
export interface UseOptions extends TrustOptions {
  /** Use only what `trust` verifies. @default false */
  readonly verify?: boolean | undefined;
}

/**
 * The trust that content must satisfy; undefined where none is asked for.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: `verify` without trust, or trust without `verify`, which would verify nothing
 */
export function trustToUse(options: UseOptions): TrustOptions | undefined {
  const trust = trustsOf(options);
  const { verify = false, requireLog, trustedRoot, maxSignatures, now } = options;
  if (verify && trust.length === 0)
    throw new RemoraError('INVALID_ARGUMENT', 'verify is asked for without trust: nothing can be verified', {
      hint: 'Say who may sign, for example with --key cosign.pub',
    });
  if (verify) return given({ trust, requireLog, trustedRoot, maxSignatures, now });
  if (trust.length > 0 || requireLog || trustedRoot !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', 'trust is given without verify: nothing would be verified', {
      hint: 'Give --verify as well, or leave the trust out',
    });
  return undefined;
}
