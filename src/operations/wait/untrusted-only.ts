import { RemoraError, type RemoraErrorOptions } from '../../errors.js';

/** The error for what is attached and signed by others only, or not yet: the signature that is wanted may still come. */
export class UntrustedOnly extends RemoraError {
  constructor(message: string, options?: RemoraErrorOptions) {
    super('NOT_VERIFIED', message, options);
  }
}

interface Judged {
  readonly verdict: string;
  readonly ofTrust?: true | undefined;
}

/** The error for what is not verified; it stands where a wrong signature is one of the given trust. */
export function notVerified(nodes: readonly Judged[], message: string, options?: RemoraErrorOptions): RemoraError {
  if (nodes.some(isOwnWrong)) return new RemoraError('NOT_VERIFIED', message, options);
  return new UntrustedOnly(message, options);
}

/** Whether a signature of the given trust is wrong: waiting does not make it hold. */
export function isOwnWrong({ verdict, ofTrust }: Judged): boolean {
  return verdict === 'wrong' && ofTrust === true;
}
