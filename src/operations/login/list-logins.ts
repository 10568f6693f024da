import { listCredentials } from '../../io/credentials/list.js';
import { given } from '../../oci/values/given.js';
import { incompleteOf } from '../results/unasked.js';
import type { LoginsResult } from './schema.js';

/**
 * Lists the credentials that Docker and Podman keep, without their secrets.
 *
 * @returns credentials in the order in which they are looked for; `incomplete` names each place that failed
 */
export async function listLogins(): Promise<LoginsResult> {
  const { credentials, incomplete } = await listCredentials();
  return given({ credentials: [...credentials], incomplete: incompleteOf(incomplete) });
}
