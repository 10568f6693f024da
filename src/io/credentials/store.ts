import { isRemoraError, RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { orUndefined } from '../async/or-undefined.js';
import { hasEntry, removal } from './auths-entries.js';
import { helperKeys, serverName } from './auths-key.js';
import { configPlaces, type Environment, loginPath, readConfigFile } from './config-files.js';
import type { Credential } from './credential.js';
import { type AuthEntry, helperNames, parseDockerConfig } from './docker-config.js';
import { type AuthChanges, changeAuths } from './edit-config.js';
import { credentialHelper } from './helper.js';

/** Where a credential was stored. */
export interface Stored {
  /** The path of the file, or the name of the credential helper. */
  readonly place: string;
  /** False: every reader of the file can read the credential. */
  readonly isHelper: boolean;
}

/**
 * Stores the credential of a registry where Docker and Podman find it. The file that login writes to may name a
 * credential helper, which then gets it; else the file does.
 *
 * @param authFile the file that login writes to
 * @throws RemoraError `MALFORMED` (the file stays as it is), `IO`, `UNAUTHORIZED` (the helper failed),
 * `INVALID_ARGUMENT` (a user name with a colon)
 */
export async function storeCredential(
  registry: string,
  credential: Credential,
  env: Environment = process.env,
  authFile?: string,
): Promise<Stored> {
  const path = loginPath(env, authFile);
  const entry = toEntry(credential);
  const config = parseDockerConfig((await readConfigFile(path)) ?? new Uint8Array(), path);
  const [name] = helperNames(config, helperKeys(registry), path);
  if (name === undefined) {
    await changeAuths(path, ({ auths }) => replacement(auths, registry, entry)).catch(tellElsewhere);
    return { place: path, isHelper: false };
  }
  const helper = credentialHelper(name, { env, configured: path });
  await helper.store(serverName(registry), credential);
  // The plain text of an earlier login is not needed any more.
  if (hasEntry(config, registry)) await changeAuths(path, ({ auths }) => replacement(auths, registry, undefined));
  return { place: helper.program, isHelper: true };
}

/** A container may have no home, or one that cannot be written. */
function tellElsewhere(error: unknown): never {
  const isOfPlace =
    isRemoraError(error) && (error.code === 'EXISTS' || (error.code === 'IO' && error.hint === undefined));
  if (!isOfPlace) throw error;
  const hint = 'Name a file that can be written: --auth-file FILE, or REGISTRY_AUTH_FILE';
  throw new RemoraError('IO', error.message, { cause: error, hint });
}

/**
 * The places that are asked before the place that login writes to, and have a credential or a helper for the registry.
 * Helpers are not asked.
 */
export async function placesBeforeLogin(
  registry: string,
  env: Environment = process.env,
  authFile?: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const place of configPlaces(env, authFile)) {
    if (place.name === loginPath(env, authFile)) break;
    const config = await orUndefined(place.read(), 'MALFORMED', 'NOT_FOUND', 'IO');
    if (config === undefined) continue;
    if (hasEntry(config, registry) || helperKeys(registry).some((key) => config.credHelpers.get(key)))
      found.push(place.name);
  }
  return found;
}

/** Sets the entry under Docker's own key and keeps its fields without credentials; older forms go. */
function replacement(
  auths: ReadonlyMap<string, AuthEntry>,
  registry: string,
  entry: AuthEntry | undefined,
): AuthChanges {
  const key = serverName(registry);
  const { auth, username, password, identitytoken, registrytoken, ...rest } = auths.get(key) ?? {};
  return new Map<string, AuthEntry | undefined>([...removal(auths, registry), [key, { ...rest, ...entry }]]);
}

function toEntry(credential: Credential): AuthEntry {
  if ('registryToken' in credential) return { registrytoken: credential.registryToken };
  const { username } = credential;
  if (username?.includes(':')) {
    // The header of Basic authentication (RFC 7617) and the files end a name at its first colon.
    throw new RemoraError('INVALID_ARGUMENT', `user name ${quote(username)} has a colon`, { found: username });
  }
  if ('identityToken' in credential)
    return {
      ...given({ auth: username === undefined ? undefined : encode(username, '') }),
      identitytoken: credential.identityToken,
    };
  return { auth: encode(credential.username, credential.password) };
}

function encode(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
