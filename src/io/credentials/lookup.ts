import { RemoraError } from '../../errors.js';
import { isRegistryName } from '../../oci/names/registry.js';
import { quote } from '../../oci/text/quote.js';
import { once } from '../async/once.js';
import { helperKeys, matchingKeys, serverName } from './auths-key.js';
import { configPlaces, type Environment } from './config-files.js';
import type { Credential, CredentialSource } from './credential.js';
import { type DockerConfig, entryCredential, helperNames } from './docker-config.js';
import { credentialHelper } from './helper.js';

/**
 * The credentials that Docker and Podman keep. If `REGISTRY_AUTH_FILE` is set, only that file counts. Else the order is:
 *
 * 1. `DOCKER_AUTH_CONFIG`
 * 2. Podman's `auth.json` in `$XDG_RUNTIME_DIR/containers`, then in `$XDG_CONFIG_HOME/containers`
 * 3. Docker's `config.json` in `$DOCKER_CONFIG` or `~/.docker`
 *
 * In each, `credHelpers` comes before `credsStore` before `auths`. Each file is read once and each helper is asked once
 * for a registry; a failure is asked again.
 *
 * @throws RemoraError (from the source) `MALFORMED` or `IO` for a bad file, `UNAUTHORIZED` or `TIMEOUT` for a helper
 */
export function dockerCredentials(env: Environment = process.env): CredentialSource {
  const places = configPlaces(env);
  const configs = new Map<string, Promise<DockerConfig | undefined>>();
  const answers = new Map<string, Promise<Credential | undefined>>();
  const ask = (name: string, configured: string, registry: string) =>
    once(answers, `${name} ${registry}`, async () => {
      // It goes to a program that may take a line for more than a name.
      if (!isRegistryName(registry))
        throw new RemoraError('INVALID_ARGUMENT', `registry ${quote(registry)} is not a host`, { found: registry });
      return credentialHelper(name, { env, configured }).get(serverName(registry));
    });
  return async (registry, repository) => {
    for (const place of places) {
      const config = await once(configs, place.name, () => place.read());
      if (config === undefined) continue;
      for (const name of helperNames(config, helperKeys(registry), place.name)) {
        const credential = await ask(name, place.name, registry);
        if (credential !== undefined) return credential;
      }
      for (const key of matchingKeys(config.auths.keys(), registry, repository)) {
        const credential = entryCredential(config.auths.get(key) ?? {}, key, place.name);
        if (credential !== undefined) return credential;
      }
    }
    return undefined;
  };
}
