import { isRemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import { HUB_SERVER, parseAuthKey } from './auths-key.js';
import { configPlaces, type Environment } from './config-files.js';
import type { Credential } from './credential.js';
import { checkHelperName, type DockerConfig, entryCredential } from './docker-config.js';
import type { UnaskedPlace } from './erase.js';
import { credentialHelper } from './helper.js';

/** A credential without its secret. */
export interface ListedCredential {
  /** As in references, with a namespace behind it if it is for that alone. */
  readonly registry: string;
  readonly username?: string;
  readonly kind: 'password' | 'identity-token' | 'registry-token';
  /** The path of a file, the name of a variable or the name of a credential helper. */
  readonly from: string;
}

/** All credentials that are kept. */
export interface CredentialList {
  /** In the order in which they are looked for. */
  readonly credentials: readonly ListedCredential[];
  /** Places that could not be asked. */
  readonly incomplete: readonly UnaskedPlace[];
}

/** Lists the credentials that Docker and Podman keep. A place that fails is named, and the rest is listed. */
export async function listCredentials(env: Environment = process.env): Promise<CredentialList> {
  const credentials: ListedCredential[] = [];
  const incomplete: UnaskedPlace[] = [];
  const attempt = async <T>(place: string, action: () => Promise<T> | T): Promise<T | undefined> => {
    try {
      return await action();
    } catch (error) {
      if (!isRemoraError(error)) throw error;
      incomplete.push({ place, error });
      return undefined;
    }
  };
  const asked = new Set<string>();
  for (const place of configPlaces(env)) {
    const config = await attempt(place.name, () => place.read());
    if (config === undefined) continue;
    for (const name of new Set([...config.credHelpers.values(), config.credsStore ?? ''])) {
      if (name === '' || asked.has(name)) continue;
      asked.add(name);
      const from = `docker-credential-${name}`;
      const servers = await attempt(from, () => {
        checkHelperName(name, place.name);
        return credentialHelper(name, { env, configured: place.name }).list();
      });
      for (const [server, username] of servers ?? []) {
        if (isAsked(config, name, server)) credentials.push(helperEntry(server, username, from));
      }
    }
    for (const [key, entry] of config.auths) {
      const credential = await attempt(place.name, () => entryCredential(entry, key, place.name));
      if (credential !== undefined) credentials.push(fileEntry(key, credential, place.name));
    }
  }
  return { credentials, incomplete };
}

/** A helper of single hosts may know more of them than it is asked for here. */
function isAsked(config: DockerConfig, name: string, server: string): boolean {
  if (config.credsStore === name) return true;
  const { registry } = parseAuthKey(server);
  return [...config.credHelpers].some(([key, helper]) => helper === name && parseAuthKey(key).registry === registry);
}

function helperEntry(server: string, username: string | undefined, from: string): ListedCredential {
  // Others than these are not asked for; they are shown as they are.
  const registry = server === HUB_SERVER ? parseAuthKey(server).registry : server;
  return username === undefined
    ? { registry, kind: 'identity-token', from }
    : { registry, ...named(username), kind: 'password', from };
}

function fileEntry(key: string, credential: Credential, from: string): ListedCredential {
  const { registry: host, namespace } = parseAuthKey(key);
  const registry = namespace === '' ? host : `${host}/${namespace}`;
  if ('registryToken' in credential) return { registry, kind: 'registry-token', from };
  const kind = 'identityToken' in credential ? 'identity-token' : 'password';
  return { registry, ...named(credential.username), kind, from };
}

function named(username: string | undefined): { readonly username?: string } {
  return given({ username: username || undefined });
}
