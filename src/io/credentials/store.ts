import { RemoraError } from '../../errors.js';
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
  /** False: anybody who can read the file can read the credential. */
  readonly isHelper: boolean;
}

/**
 * Stores the credential of a registry where Docker and Podman find it: with the credential helper of the file that
 * login writes to, else in that file.
 *
 * @throws RemoraError `MALFORMED` (the file, which is left as it is), `IO`, `UNAUTHORIZED` (the helper failed),
 * `INVALID_ARGUMENT` (a user name with a colon)
 */
export async function storeCredential(
  registry: string,
  credential: Credential,
  env: Environment = process.env,
): Promise<Stored> {
  const path = loginPath(env);
  const entry = toEntry(credential);
  const config = parseDockerConfig((await readConfigFile(path)) ?? new Uint8Array(), path);
  const [name] = helperNames(config, helperKeys(registry), path);
  if (name === undefined) {
    await changeAuths(path, ({ auths }) => replacement(auths, registry, entry));
    return { place: path, isHelper: false };
  }
  const helper = credentialHelper(name, { env, configured: path });
  await helper.store(serverName(registry), credential);
  // What an earlier login wrote in plain text is of no use any more.
  if (hasEntry(config, registry)) await changeAuths(path, ({ auths }) => replacement(auths, registry, undefined));
  return { place: helper.program, isHelper: true };
}

/**
 * The places that have a credential for a registry, or a helper of its own, and are asked before the one that login
 * writes to. No helper is asked.
 */
export async function placesBeforeLogin(registry: string, env: Environment = process.env): Promise<readonly string[]> {
  const found: string[] = [];
  for (const place of configPlaces(env)) {
    if (place.name === loginPath(env)) break;
    const config = await orUndefined(place.read(), 'MALFORMED', 'NOT_FOUND', 'IO');
    if (config === undefined) continue;
    if (hasEntry(config, registry) || helperKeys(registry).some((key) => config.credHelpers.get(key)))
      found.push(place.name);
  }
  return found;
}

/** One entry under Docker's own key, with the fields of the old one that hold no credential; older forms go. */
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
    // Neither the header of Basic authentication (RFC 7617) nor the files can tell where such a name ends.
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
