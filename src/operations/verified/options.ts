import { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import type { Policy } from '../../trust/policy/policy.js';
import { trustsOf } from '../trusts/given-trusts.js';
import type { TrustOptions } from '../verify/options.js';
import type { TrustToUse } from './policy-trust.js';

/** Options of the verbs that use content: `pull`, `read` and `copy`. */
export interface UseOptions extends TrustOptions {
  /** Use only what `trust` verifies. @default false */
  readonly verify?: boolean | undefined;
  /** With `verify`: rules that the image must keep; then its trusts that rules for the image name count, too. @default none */
  readonly policy?: Policy | undefined;
}

/**
 * The trust that content must satisfy; undefined where none is asked for.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: `verify` without trust, or trust without `verify`, which would verify nothing
 */
export function trustToUse(options: UseOptions): TrustToUse | undefined {
  const trust = trustsOf(options);
  const { verify = false, policy, maxSignatures, now } = options;
  const trustedRoot = options.trustedRoot ?? policy?.trustedRoot;
  const requireLog = options.requireLog || policy?.requireLog;
  if (verify && trust.length === 0 && policy === undefined)
    throw new RemoraError('INVALID_ARGUMENT', 'verify is asked for without trust: nothing can be verified', {
      hint: 'Say who may sign, for example with --key cosign.pub',
    });
  if (verify) return given({ trust, policy, requireLog, trustedRoot, maxSignatures, now });
  if (trust.length > 0 || policy !== undefined || requireLog || trustedRoot !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', 'trust is given without verify: nothing would be verified', {
      hint: 'Give --verify as well, or leave the trust out',
    });
  return undefined;
}
