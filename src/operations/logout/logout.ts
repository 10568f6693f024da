import { eraseCredential } from '../../io/credentials/erase.js';
import { parseRegistry } from '../../oci/names/registry.js';
import { given } from '../../oci/values/given.js';
import { incompleteOf } from '../results/unasked.js';
import type { LogoutResult } from './schema.js';

/**
 * Removes the credentials of a registry from every file of Docker and Podman, and with every credential helper, that has
 * exactly this host. A place that fails is named in `incomplete`, and the others are asked.
 *
 * @param registry `host[:port]`
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function logout(registry: string): Promise<LogoutResult> {
  const host = parseRegistry(registry);
  const { removed, kept, incomplete } = await eraseCredential(host);
  return given({
    registry: host,
    removed,
    kept: kept.length === 0 ? undefined : kept,
    incomplete: incompleteOf(incomplete),
  });
}
