import { isKeyOf } from './auths-key.js';
import type { AuthEntry, DockerConfig } from './docker-config.js';
import type { AuthChanges } from './edit-config.js';

/** The changes that remove every entry of a registry as a whole. */
export function removal(auths: ReadonlyMap<string, AuthEntry>, registry: string): AuthChanges {
  return new Map([...auths.keys()].filter((key) => isKeyOf(key, registry)).map((key) => [key, undefined]));
}

/** True when `auths` has a credential for the registry as a whole. */
export function hasEntry(config: DockerConfig, registry: string): boolean {
  return [...config.auths].some(([key, entry]) => isKeyOf(key, registry) && hasContent(entry));
}

/** False for the empty entry that Docker writes where a helper has the credential. */
export function hasContent(entry: AuthEntry): boolean {
  return [entry.auth, entry.password, entry.identitytoken, entry.registrytoken].some((value) => value);
}
