import { listCertificates } from '../../io/certificates/list.js';
import { listCredentials } from '../../io/credentials/list.js';
import { given } from '../../oci/values/given.js';
import { incompleteOf } from '../results/unasked.js';
import type { LoginsResult } from './schema.js';

/** Options of {@link listLogins}. */
export interface ListLoginsOptions {
  /** The only file of credentials. @default the files of Docker and Podman */
  readonly authFile?: string | undefined;
}

/**
 * Lists the credentials that Docker and Podman keep, without their secrets, and the certificates that they keep for hosts.
 *
 * @returns credentials and certificates in the order in which they are looked for; `incomplete` names each place that failed
 */
export async function listLogins({ authFile }: ListLoginsOptions = {}): Promise<LoginsResult> {
  const [logins, certificates] = await Promise.all([listCredentials(process.env, authFile), listCertificates()]);
  return given({
    credentials: [...logins.credentials],
    places: [...logins.places],
    certificates: [...certificates.certificates],
    incomplete: incompleteOf([...logins.incomplete, ...certificates.incomplete]),
  });
}
