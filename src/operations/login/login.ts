import { isRemoraError, RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import type { Credential } from '../../io/credentials/credential.js';
import { placesBeforeLogin, storeCredential } from '../../io/credentials/store.js';
import { parseRegistry } from '../../oci/names/registry.js';
import { given } from '../../oci/values/given.js';
import { pingRegistry } from '../../store/open.js';
import type { AccessOptions } from '../places/location.js';
import { withHidden } from '../results/hidden.js';
import type { LoginResult } from './schema.js';

/** Options of {@link login}: `username` with `password`, or an `identityToken` (an OAuth refresh token). */
export type LoginOptions = Omit<AccessOptions, 'credentials'> & {
  /** The file that the credential is written to. @default `REGISTRY_AUTH_FILE`, else Docker's `config.json` */
  readonly authFile?: string | undefined;
} & (
    | { readonly username: string; readonly password: string }
    | { readonly identityToken: string; readonly username?: string | undefined }
  );

/**
 * Verifies a credential with a registry, and stores it where Docker and Podman look for it.
 *
 * The place is the credential helper that Docker's `config.json` names, else that file. `authFile` and
 * `REGISTRY_AUTH_FILE` name another one.
 *
 * @param registry `host[:port]`
 * @returns the place of the credential; `verified` is false when the registry does not ask for credentials
 * @throws RemoraError `INVALID_ARGUMENT`, `UNAUTHORIZED` and `FORBIDDEN` (the credential is not stored then), `MALFORMED`
 *   and `IO` (the file), or a network error
 */
export async function login(registry: string, options: LoginOptions): Promise<LoginResult> {
  const host = parseRegistry(registry);
  const credential = credentialOf(options);
  const verified = await isAccepted(host, credential, options);
  throwIfInterrupted(options.signal);
  const { place, isHelper } = await storeCredential(host, credential, process.env, options.authFile);
  const askedFirst = await placesBeforeLogin(host, process.env, options.authFile);
  const shown = given({ registry: host, username: options.username, stored: place, verified });
  return withHidden(shown, { isHelper, askedFirst });
}

function credentialOf(options: LoginOptions): Credential {
  if ('password' in options) return { username: options.username, password: options.password };
  return given({ identityToken: options.identityToken, username: options.username });
}

/** False when the registry does not ask for credentials. */
async function isAccepted(
  registry: string,
  credential: Credential,
  { connection, signal }: Pick<AccessOptions, 'connection' | 'signal'>,
): Promise<boolean> {
  try {
    const options = given({ ...connection, credentials: async () => credential, signal });
    return (await pingRegistry(registry, options)) === 'accepted';
  } catch (error) {
    if (!isRemoraError(error) || (error.code !== 'UNAUTHORIZED' && error.code !== 'FORBIDDEN')) throw error;
    throw new RemoraError(error.code, error.message, {
      ...given({ status: error.status }),
      cause: error,
      hint: 'Check the name and the password or token; nothing was stored',
    });
  }
}
