import { RemoraError } from '../../errors.js';
import { isRegistryName } from '../../oci/names/registry.js';
import { quote } from '../../oci/text/quote.js';
import { once } from '../async/once.js';
import { helperKeys, matchingKeys, serverName } from './auths-key.js';
import { configPlaces, type Environment } from './config-files.js';
import type { Credential, CredentialSource } from './credential.js';
import { type DockerConfig, entryCredential, helperNames } from './docker-config.js';
import { credentialHelper } from './helper.js';

/** Options of {@link dockerCredentials}. */
export interface DockerCredentialsOptions {
  /** The only file that counts. @default the files of Docker and Podman */
  readonly authFile?: string | undefined;
  /** Called for each answer, with the file, variable or helper that decided it; undefined where none has a credential. */
  readonly onFound?: ((registry: string, from: string | undefined) => void) | undefined;
}

/**
 * The credentials that Docker and Podman keep. If `authFile` is given, only that file counts, else if `REGISTRY_AUTH_FILE` is
 * set, only that one. Else the order is:
 *
 * 1. `DOCKER_AUTH_CONFIG`
 * 2. Podman's `auth.json` in `$XDG_RUNTIME_DIR/containers`, then in `$XDG_CONFIG_HOME/containers`
 * 3. Docker's `config.json` in `$DOCKER_CONFIG` or `~/.docker`
 *
 * In each, `credHelpers` comes before `credsStore` before `auths`. Each file is read once and each helper is asked once
 * for a registry; a failure is asked again.
 *
 * @throws RemoraError (from the source) `NOT_FOUND` (`authFile`), `MALFORMED` or `IO` for a bad file, `UNAUTHORIZED` or `TIMEOUT` for a helper
 */
export function dockerCredentials(
  env: Environment = process.env,
  { authFile, onFound }: DockerCredentialsOptions = {},
): CredentialSource {
  const places = configPlaces(env, authFile);
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
        if (credential === undefined) continue;
        onFound?.(registry, `docker-credential-${name}, which ${place.name} names`);
        return credential;
      }
      for (const key of matchingKeys(config.auths.keys(), registry, repository)) {
        const credential = entryCredential(config.auths.get(key) ?? {}, key, place.name);
        if (credential === undefined) continue;
        onFound?.(registry, place.name);
        return credential;
      }
    }
    onFound?.(registry, undefined);
    return undefined;
  };
}
