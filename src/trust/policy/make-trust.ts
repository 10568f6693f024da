import { isRemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { trustKey } from '../keys/trust-key.js';
import { trustNotation } from '../notation/trust-notation.js';
import { trustIdentity } from '../sigstore/trust-identity.js';
import { readTrustedRoot } from '../sigstore/trusted-root.js';
import type { Trust, TrustedRoot } from '../values/trust.js';
import type { ReadPolicy } from './policy-document.js';
import type { TrustDocument } from './policy-schema.js';
import type { Path } from './policy-text.js';

/** Readers of the files that a policy names. */
export interface PolicyFiles {
  /** Reads a file: a key, a trusted root, notation's trust policy. @default a policy that names a file is refused */
  readonly readFile?: ((path: string) => Promise<Uint8Array>) | undefined;
  /** Reads notation's trust store. @default a policy that names a trust store is refused */
  readonly readTrustStore?: ((path: string) => Promise<PolicyTrustStores>) | undefined;
  /** The time at which the certificate of a key must be valid. @default the clock's */
  readonly now?: Date | undefined;
}

/** Certificates by `TYPE:NAME`, like `ca:acme`: PEM or DER. */
export type PolicyTrustStores = Readonly<Record<string, readonly (string | Uint8Array)[]>>;

/**
 * Makes a trust of a policy, with the files that it names.
 *
 * @param root of the whole policy, for identities without one of their own
 * @throws RemoraError `INVALID_ARGUMENT`, which says where in the policy
 */
export async function readTrust(
  policy: ReadPolicy,
  name: string,
  trust: TrustDocument,
  files: PolicyFiles,
  root: TrustedRoot | undefined,
): Promise<Trust> {
  const at: Path = ['trust', name];
  const { key, trustPolicy, trustStore, trustedRoot, ...identity } = trust;
  if (key !== undefined) {
    const path = [...at, 'key'];
    const pem = key.includes('-----BEGIN ') ? key : await fileAt(policy, path, key, files);
    return located(policy, path, () => trustKey(pem, { name, now: files.now }));
  }
  if (trustPolicy !== undefined && trustStore !== undefined) {
    const bytes = await fileAt(policy, [...at, 'trustPolicy'], trustPolicy, files);
    const stores = await storesAt(policy, [...at, 'trustStore'], trustStore, files);
    return located(policy, at, () => trustNotation({ policy: bytes, stores, name }));
  }
  const own = trustedRoot === undefined ? root : await rootAt(policy, [...at, 'trustedRoot'], trustedRoot, files);
  return located(policy, at, () => trustIdentity({ ...identity, trustedRoot: own, name }));
}

/** Reads a trusted root that a policy names. @throws RemoraError `INVALID_ARGUMENT` */
export async function rootAt(policy: ReadPolicy, at: Path, path: string, files: PolicyFiles): Promise<TrustedRoot> {
  const bytes = await fileAt(policy, at, path, files);
  return located(policy, at, () => readTrustedRoot(bytes, path));
}

async function fileAt(policy: ReadPolicy, at: Path, path: string, { readFile }: PolicyFiles): Promise<Uint8Array> {
  if (readFile === undefined) throw policy.fail(at, `file ${quote(path)} cannot be read: no readFile is given`);
  return located(policy, at, () => readFile(path));
}

async function storesAt(policy: ReadPolicy, at: Path, path: string, { readTrustStore }: PolicyFiles) {
  if (readTrustStore === undefined)
    throw policy.fail(at, `trust store ${quote(path)} cannot be read: no readTrustStore is given`);
  return located(policy, at, () => readTrustStore(path));
}

/** Says where in the policy a failure is from. */
async function located<T>(policy: ReadPolicy, at: Path, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isRemoraError(cause)) throw cause;
    const { message, hint, found, expected } = cause;
    throw policy.fail(at, message, { cause, ...given({ hint, found, expected }) });
  }
}
