import { isRemoraError } from '../../errors.js';
import { hasContent, hasEntry, removal } from './auths-entries.js';
import { helperKeys, isKeyOf, serverName } from './auths-key.js';
import { type ConfigPlace, configPlaces, type Environment } from './config-files.js';
import { type DockerConfig, helperNames } from './docker-config.js';
import { changeAuths } from './edit-config.js';
import { credentialHelper } from './helper.js';

/** Where credentials were removed. */
export interface Erased {
  /** Paths of files and names of credential helpers; empty when there were none. */
  readonly removed: readonly string[];
  /** Variables that have them and cannot be changed from here. */
  readonly kept: readonly string[];
  /** Places that could not be asked or changed. */
  readonly incomplete: readonly UnaskedPlace[];
}

/** A place whose answer is missing. */
export interface UnaskedPlace {
  readonly place: string;
  readonly error: unknown;
}

/**
 * Removes the credentials of a registry from every file and helper that has exactly this host. After a failure the
 * other places are still asked.
 *
 * @param authFile the only file that is asked
 */
export async function eraseCredential(
  registry: string,
  env: Environment = process.env,
  authFile?: string,
): Promise<Erased> {
  const removed = new Set<string>();
  const kept: string[] = [];
  const incomplete: UnaskedPlace[] = [];
  const attempt = async (place: string, action: () => Promise<boolean>) => {
    try {
      if (await action()) removed.add(place);
    } catch (error) {
      if (!isRemoraError(error)) throw error;
      incomplete.push({ place, error });
    }
  };
  const asked = new Set<string>();
  for (const place of configPlaces(env, authFile)) {
    let config: DockerConfig | undefined;
    await attempt(place.name, async () => {
      config = await place.read();
      if (config !== undefined && place.isFile) return eraseEntries(place.name, config, registry);
      if (config !== undefined && hasEntry(config, registry)) kept.push(place.name);
      return false;
    });
    for (const name of config === undefined ? [] : configuredHelpers(place, config, registry, incomplete)) {
      if (asked.has(name)) continue;
      asked.add(name);
      const helper = credentialHelper(name, { env, configured: place.name });
      await attempt(helper.program, async () => {
        // Helpers differ in what they say when there is nothing to erase.
        if ((await helper.get(serverName(registry))) === undefined) return false;
        await helper.erase(serverName(registry));
        return true;
      });
    }
  }
  return { removed: [...removed], kept, incomplete };
}

function configuredHelpers(
  place: ConfigPlace,
  config: DockerConfig,
  registry: string,
  incomplete: UnaskedPlace[],
): readonly string[] {
  try {
    return helperNames(config, helperKeys(registry), place.name);
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    incomplete.push({ place: place.name, error });
    return [];
  }
}

/** True when there was something to remove; an empty entry, which means a helper, goes without a word. */
async function eraseEntries(path: string, config: DockerConfig, registry: string): Promise<boolean> {
  const entries = [...config.auths].filter(([key]) => isKeyOf(key, registry));
  if (entries.length > 0) await changeAuths(path, ({ auths }) => removal(auths, registry));
  return entries.some(([, entry]) => hasContent(entry));
}
