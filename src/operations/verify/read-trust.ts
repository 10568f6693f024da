import { readArgumentFile, readKeyArgument } from '../../io/files/argument-file.js';
import type { TrustIdentityOptions } from '../../trust/sigstore/trust-identity.js';
import type { Trust, TrustedRoot } from '../../trust/values/trust.js';
import type { TrustOptions } from './verify.js';

/** Files and values that give trust, as the flags of `verify` name them. */
export interface TrustFiles {
  /** Files with a public key or a certificate, PEM. */
  readonly keys?: readonly string[] | undefined;
  readonly identity?: Omit<TrustIdentityOptions, 'trustedRoot'> | undefined;
  /** A Sigstore trusted root, JSON. @default the one that remora ships */
  readonly trustedRoot?: string | undefined;
  /** The trust policy and the trust store of notation: a file and a directory. */
  readonly notation?: { readonly policy: string; readonly store: string } | undefined;
  readonly requireLog?: boolean | undefined;
}

const MAX_ROOT_BYTES = 4 * 1024 * 1024;

/**
 * Reads the files.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, which names the file
 */
export async function readTrust(files: TrustFiles): Promise<TrustOptions> {
  const { keys = [], identity, notation, requireLog } = files;
  const trustedRoot = files.trustedRoot === undefined ? undefined : await readRoot(files.trustedRoot);
  const trust = await Promise.all([
    ...keys.map(readKey),
    ...(identity === undefined ? [] : [readIdentity(identity, trustedRoot)]),
    ...(notation === undefined ? [] : [readNotation(notation)]),
  ]);
  return { trust, trustedRoot, requireLog };
}

async function readRoot(path: string): Promise<TrustedRoot> {
  const [bytes, { readTrustedRoot }] = await Promise.all([
    readArgumentFile(path, MAX_ROOT_BYTES),
    import('../../trust/sigstore/trusted-root.js'),
  ]);
  return readTrustedRoot(bytes, path);
}

async function readIdentity(
  identity: NonNullable<TrustFiles['identity']>,
  trustedRoot: TrustedRoot | undefined,
): Promise<Trust> {
  const { trustIdentity } = await import('../../trust/sigstore/trust-identity.js');
  return trustIdentity({ ...identity, trustedRoot });
}

async function readKey(path: string): Promise<Trust> {
  const [pem, { trustKey }] = await Promise.all([
    readKeyArgument(path, 'public key', process.env),
    import('../../trust/keys/trust-key.js'),
  ]);
  return trustKey(pem, { name: path });
}

/** Notation's own policies have some kilobytes. */
const MAX_POLICY_BYTES = 1024 * 1024;

async function readNotation({ policy, store }: Exclude<TrustFiles['notation'], undefined>): Promise<Trust> {
  const [bytes, stores, { trustNotation }] = await Promise.all([
    readArgumentFile(policy, MAX_POLICY_BYTES),
    import('./trust-store.js').then(({ readTrustStore }) => readTrustStore(store)),
    import('../../trust/notation/trust-notation.js'),
  ]);
  return trustNotation({ policy: bytes, stores, name: policy });
}
