import type { NotationTrustSource } from '../../trust/notation/trust-notation.js';
import type { ParsePolicyOptions } from '../../trust/policy/parse-policy.js';
import type { Policy } from '../../trust/policy/policy.js';
import type { TrustIdentityOptions } from '../../trust/sigstore/trust-identity.js';
import type { IdentityTrust, NotationTrust, TrustedRoot } from '../../trust/values/trust.js';

/**
 * Trusts a Sigstore identity, which a certificate of Fulcio and an entry in Rekor prove. Like all functions here it loads
 * the code that it needs when it is called.
 *
 * @throws RemoraError `INVALID_ARGUMENT` unless identity and issuer are given, each in one of its two forms
 */
export async function trustIdentity(options: TrustIdentityOptions): Promise<IdentityTrust> {
  return (await import('../../trust/sigstore/trust-identity.js')).trustIdentity(options);
}

/**
 * Trusts as notation's trust policy and trust stores say. It reads no files.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: the policy is not well formed, verifies nothing (audit, skip), or names a store
 *   that is missing or empty; a certificate is not of an authority, nor signed by itself
 */
export async function trustNotation(source: NotationTrustSource): Promise<NotationTrust> {
  return (await import('../../trust/notation/trust-notation.js')).trustNotation(source);
}

/**
 * Reads a Sigstore trusted root: the certificate authorities, logs and timestamp authorities that count.
 *
 * @param source where it came from, for messages
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function readTrustedRoot(bytes: Uint8Array, source: string): Promise<TrustedRoot> {
  return (await import('../../trust/sigstore/trusted-root.js')).readTrustedRoot(bytes, source);
}

/**
 * Parses a policy: named trusts, and rules that say what must be attached to which images, verified by whom. It reads no
 * files itself.
 *
 * @param source the text of a policy file, YAML or JSON, or the value that such a file has
 * @throws RemoraError `INVALID_ARGUMENT`: for a text the message names line and column
 */
export async function parsePolicy(source: string | Uint8Array | object, options?: ParsePolicyOptions): Promise<Policy> {
  return (await import('../../trust/policy/parse-policy.js')).parsePolicy(source, options);
}
