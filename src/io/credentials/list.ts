import { isRemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import { HUB_SERVER, parseAuthKey, preference } from './auths-key.js';
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
  /** False where a credential for the same registry is found before. */
  readonly used: boolean;
}

/** A file or variable that is asked. */
export interface ListedPlace {
  readonly from: string;
  /** Whether there is one. */
  readonly found: boolean;
}

/** All credentials that are kept. */
export interface CredentialList {
  /** In the order in which they are looked for. */
  readonly credentials: readonly ListedCredential[];
  /** The files and variables that are asked, in this order. */
  readonly places: readonly ListedPlace[];
  /** Places that could not be asked. */
  readonly incomplete: readonly UnaskedPlace[];
}

/** Lists the credentials that Docker and Podman keep. A place that fails is named, and the rest is listed. */
export async function listCredentials(env: Environment = process.env, authFile?: string): Promise<CredentialList> {
  const credentials: Ranked[] = [];
  const places: ListedPlace[] = [];
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
  for (const [index, place] of configPlaces(env, authFile).entries()) {
    const config = await attempt(place.name, () => place.read());
    places.push({ from: place.name, found: config !== undefined });
    if (config === undefined) continue;
    const add = (entry: Entry, rank: number) => credentials.push({ ...entry, rank: index * RANKS + rank });
    for (const name of new Set([...config.credHelpers.values(), config.credsStore ?? ''])) {
      if (name === '' || asked.has(name)) continue;
      asked.add(name);
      const from = `docker-credential-${name}`;
      const servers = await attempt(from, () => {
        checkHelperName(name, place.name);
        return credentialHelper(name, { env, configured: place.name }).list();
      });
      for (const [server, username] of servers ?? []) {
        const rank = rankOf(config, name, server);
        if (rank !== undefined) add(helperEntry(server, username, from), rank);
      }
    }
    for (const [key, entry] of config.auths) {
      const credential = await attempt(place.name, () => entryCredential(entry, key, place.name));
      if (credential !== undefined) add(fileEntry(key, credential, place.name), BEHIND_HELPERS - preference(key));
    }
  }
  return { credentials: withUse(credentials), places, incomplete };
}

type Entry = Omit<ListedCredential, 'used'>;

/** The place of an entry among those for its registry: the least is asked first. */
interface Ranked extends Entry {
  readonly rank: number;
}

/** Helpers have the ranks 0 and 1, keys at most the length of a namespace below this one. */
const BEHIND_HELPERS = 1_000_000;
const RANKS = BEHIND_HELPERS + 1;

function withUse(all: readonly Ranked[]): readonly ListedCredential[] {
  const first = new Map<string, Ranked>();
  for (const entry of all) {
    const known = first.get(entry.registry);
    if (known === undefined || entry.rank < known.rank) first.set(entry.registry, entry);
  }
  return all.map((entry) => {
    const { rank: _rank, ...shown } = entry;
    return { ...shown, used: first.get(entry.registry) === entry };
  });
}

/** The helper of a host is asked before that of all. A helper may know hosts that it is not asked for: undefined. */
function rankOf(config: DockerConfig, name: string, server: string): number | undefined {
  const { registry } = parseAuthKey(server);
  const own = [...config.credHelpers].find(([key]) => parseAuthKey(key).registry === registry)?.[1];
  if (own === name) return 0;
  return config.credsStore === name && own !== '' ? 1 : undefined;
}

function helperEntry(server: string, username: string | undefined, from: string): Entry {
  // Others than these are not asked for; they are shown as they are.
  const registry = server === HUB_SERVER ? parseAuthKey(server).registry : server;
  return username === undefined
    ? { registry, kind: 'identity-token', from }
    : { registry, ...named(username), kind: 'password', from };
}

function fileEntry(key: string, credential: Credential, from: string): Entry {
  const { registry: host, namespace } = parseAuthKey(key);
  const registry = namespace === '' ? host : `${host}/${namespace}`;
  if ('registryToken' in credential) return { registry, kind: 'registry-token', from };
  const kind = 'identityToken' in credential ? 'identity-token' : 'password';
  return { registry, ...named(credential.username), kind, from };
}

function named(username: string | undefined): { readonly username?: string } {
  return given({ username: username || undefined });
}
