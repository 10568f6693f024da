import { eraseCredential } from '../../io/credentials/erase.js';
import { parseRegistry } from '../../oci/names/registry.js';
import { given } from '../../oci/values/given.js';
import { incompleteOf } from '../results/unasked.js';
import type { LogoutResult } from './schema.js';

/** Options of {@link logout}. */
export interface LogoutOptions {
  /** The only file that is changed. @default the files of Docker and Podman */
  readonly authFile?: string | undefined;
}

/**
 * Removes the credentials for exactly this host from all files and credential helpers of Docker and Podman.
 *
 * @param registry `host[:port]`
 * @returns the places that had credentials; `incomplete` names each place that failed
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function logout(registry: string, { authFile }: LogoutOptions = {}): Promise<LogoutResult> {
  const host = parseRegistry(registry);
  const { removed, kept, incomplete } = await eraseCredential(host, process.env, authFile);
  return given({
    registry: host,
    removed,
    kept: kept.length === 0 ? undefined : kept,
    incomplete: incompleteOf(incomplete),
  });
}
