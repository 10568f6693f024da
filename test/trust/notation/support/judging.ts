import { judge } from '../../../../src/trust/judge.js';
import { trustNotation } from '../../../../src/trust/notation/trust-notation.js';
import type { Judgement } from '../../../../src/trust/values/judgement.js';
import type { Signed } from '../../../../src/trust/values/signed.js';
import type { NotationTrust } from '../../../../src/trust/values/trust.js';
import type { Issued } from './certificates.js';
import { IMAGE } from './envelopes.js';

const HOUR = 60 * 60 * 1000;

export const inHours = (hours: number) => new Date(Date.now() + hours * HOUR);

/** A policy as notation writes it: strict, for all repositories and identities. */
export function policyOf(statement: object) {
  const one = {
    name: 'all',
    registryScopes: ['*'],
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:acme'],
    trustedIdentities: ['*'],
    ...statement,
  };
  return { version: '1.0', trustPolicies: [one] };
}

/** A trust in authorities, by such a policy. */
export function trusting(stores: Readonly<Record<string, readonly Issued[]>>, statement: object = {}): NotationTrust {
  const ders = Object.entries(stores).map(([store, issued]) => [store, issued.map(({ raw }) => raw)]);
  const policy = policyOf({ trustStores: Object.keys(stores), ...statement });
  return trustNotation({ policy, stores: Object.fromEntries(ders) });
}

/** Judges an envelope as one of {@link IMAGE}. */
export function judging(signed: Signed, trust: NotationTrust, now?: Date): Promise<Judgement> {
  return judge(signed, { digest: IMAGE }, { trust: [trust], now });
}
