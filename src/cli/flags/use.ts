import { boolean, integer } from '@oclif/core/flags';
import { RemoraError } from '../../errors.js';
import type { UseOptions } from '../../operations/verified/options.js';
import { policyFlag, policyFrom, type TrustFlags, trustFlags, trustFrom } from './trust.js';

/** Flags of commands that use only what is verified; {@link useFrom} turns them into options. */
export const useFlags = {
  verify: boolean({ summary: 'Take only what the trust given by other flags verifies', default: false }),
  ...trustFlags,
  ...policyFlag,
  'max-signatures': integer({
    summary: 'Signatures to judge at most [default: 1000]',
    helpValue: 'N',
    min: 1,
    helpGroup: 'TRUST',
  }),
};

/** The values of {@link useFlags}. */
type UseFlags = TrustFlags & {
  readonly verify: boolean;
  readonly policy?: string | undefined;
  readonly 'max-signatures'?: number | undefined;
};

/**
 * Reads the files that the flags name.
 *
 * @returns no options without `--verify`
 * @throws RemoraError `INVALID_ARGUMENT`: `--verify` without trust, trust without `--verify`, and as `trustFrom`
 */
export async function useFrom(flags: UseFlags): Promise<UseOptions> {
  const values: Readonly<Record<string, unknown>> = { ...flags };
  const [given] = [...Object.keys(trustFlags), 'policy'].filter(
    (name) => values[name] !== undefined && values[name] !== false,
  );
  if (!flags.verify && given === undefined) return {};
  if (!flags.verify)
    throw new RemoraError('INVALID_ARGUMENT', `--${given} is given without --verify: nothing would be verified`, {
      hint: `Give --verify as well, or leave --${given} out`,
    });
  const trust = await trustFrom(flags);
  const policy = await policyFrom(flags.policy);
  if (trust.trust?.length || policy) return { verify: true, ...trust, policy, maxSignatures: flags['max-signatures'] };
  throw new RemoraError('INVALID_ARGUMENT', '--verify has no trust: nothing can be verified', {
    hint: 'Say who may sign, for example with --key cosign.pub; remora help trust lists the flags',
  });
}
