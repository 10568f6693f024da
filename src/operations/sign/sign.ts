import type { Store } from '../../store/interfaces/store.js';
import { signatureStatement } from '../../trust/sign/statement.js';
import type { Location } from '../places/location.js';
import type { SignDryRunResult, SignResult } from './schema.js';
import { type MaybeSignOptions, type SignOptions, signSubjects } from './sign-subjects.js';

/**
 * Signs a manifest with a private key, as cosign 3 does: a Sigstore bundle, version 0.3, whose statement (in-toto v1) names
 * the manifest's digest. It is attached to the manifest. No transparency log gets an entry.
 *
 * Signing again adds nothing where this key has signed the same statement.
 *
 * @param location the subject: `host/repo:tag`, `oci:PATH:TAG`, a place, or an open store; a tag is resolved once
 * @returns the manifest that holds the signature, its subject, and the key's fingerprint
 * @throws RemoraError `INVALID_ARGUMENT` (not a private key, a wrong passphrase), `NOT_FOUND`, `NO_MATCH` (platform), and as
 *   the store
 */
export async function sign(
  location: Location<Store>,
  options: MaybeSignOptions & { readonly dryRun: true },
): Promise<SignDryRunResult>;
export async function sign(location: Location<Store>, options: SignOptions): Promise<SignResult>;
export async function sign(
  location: Location<Store>,
  options: MaybeSignOptions,
): Promise<SignResult | SignDryRunResult>;
export async function sign(
  location: Location<Store>,
  options: MaybeSignOptions,
): Promise<SignResult | SignDryRunResult> {
  return signSubjects(location, signatureStatement, options);
}
