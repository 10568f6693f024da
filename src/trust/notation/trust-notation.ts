import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import type { NotationTrust } from '../values/trust.js';
import { readTrustPolicy, STORE } from './trust-policy.js';
import { readTrustedCertificates } from './trust-store.js';

/** The parts of a {@link NotationTrust}. */
export interface NotationTrustSource {
  /** Notation's `trustpolicy.oci.json`: its text, or what it says. */
  readonly policy: unknown;
  /** Certificates of authorities by `TYPE:NAME`, like `ca:acme`: PEM, with one or more, or DER. */
  readonly stores: Readonly<Record<string, readonly (string | Uint8Array)[]>>;
  /** For results and messages, such as the path of the policy. @default 'notation' */
  readonly name?: string | undefined;
}

/**
 * Makes a trust of a policy and of trust stores as notation has them. It reads no files.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: the policy is not well formed, verifies nothing (audit, skip), or names a store
 *   that is missing or empty; a certificate is not of an authority, nor signed by itself
 */
export function trustNotation({ policy, stores, name }: NotationTrustSource): NotationTrust {
  const policies = readTrustPolicy(policy, name === undefined ? undefined : quote(name));
  const read = new Map<string, readonly Uint8Array[]>();
  for (const [store, contents] of Object.entries(stores)) {
    if (!STORE.test(store)) {
      throw invalid(`trust store ${quote(store)} is not ca:NAME, signingAuthority:NAME or tsa:NAME`);
    }
    read.set(
      store,
      contents.flatMap((content) => readTrustedCertificates(content, `trust store ${store}`)),
    );
  }
  for (const one of policies) {
    const missing = one.trustStores.find((store) => (read.get(store)?.length ?? 0) === 0);
    if (missing === undefined) continue;
    const message = `policy ${quote(one.name)} names the trust store ${missing}, which has no certificates`;
    throw invalid(
      message,
      `Put the certificate of its authority into x509/${missing.replace(':', '/')} of the trust store`,
    );
  }
  return { type: 'notation', name: name ?? 'notation', policies, stores: read };
}

function invalid(message: string, hint?: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', message, hint === undefined ? {} : { hint });
}
