import { given } from '../../oci/values/given.js';
import type { Claimed } from '../values/claimed.js';
import type { Signed, SignedForm } from '../values/signed.js';
import { claimsOfBundle } from './bundle.js';
import { claimsOfAnnotations, claimsOfEnvelope } from './cosign.js';
import { claimsOfNotation } from './notation.js';

const READERS: Readonly<Record<SignedForm, (signed: Signed) => Claimed>> = {
  cosign: ({ annotations }) => claimsOfAnnotations(annotations),
  dsse: ({ content, annotations }) => claimsOfEnvelope(content, annotations),
  bundle: ({ content }) => claimsOfBundle(content),
  notation: ({ content }) => claimsOfNotation(content),
};

/**
 * The maker and times that a signature claims to have; nothing of it is verified. Odd content gives no claim, and never an
 * error.
 *
 * @returns undefined where the signature names neither
 */
export function claimsOf(signed: Signed): Claimed | undefined {
  const { signer, times = [], logIndex } = READERS[signed.form](signed);
  const claimed = given({ signer, times: times.length === 0 ? undefined : times, logIndex });
  return Object.keys(claimed).length === 0 ? undefined : claimed;
}
