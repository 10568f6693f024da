import { dockerCredentials } from '../../io/credentials/lookup.js';
import { HttpClient } from '../../io/http/client.js';
import { discard } from '../../io/http/response.js';
import type { CallOptions } from '../interfaces/store.js';
import { RegistryClient, registryUrl } from './client/client.js';
import type { OpenRegistryOptions } from './store.js';

/**
 * Asks a registry whether it takes the credentials (distribution-spec, "Determining Support").
 *
 * @returns 'accepted', or 'open' when it asks nobody for credentials
 * @throws RemoraError `UNAUTHORIZED`, `FORBIDDEN`, `NOT_FOUND` (not a registry), or a network error
 */
export async function pingRegistry(
  registry: string,
  options: OpenRegistryOptions & CallOptions = {},
): Promise<'accepted' | 'open'> {
  const http = new HttpClient({ ...options, registry: registryUrl(registry, options.plainHttp) });
  let asked = false;
  const credentials = options.credentials ?? dockerCredentials();
  const client = new RegistryClient({
    ...options,
    http,
    registry,
    repository: '',
    actions: [],
    credentials: (...who) => {
      asked = true;
      return credentials(...who);
    },
  });
  try {
    await discard(
      await client.expect([200], `registry ${registry}`, { method: 'GET', target: '', signal: options.signal }),
    );
    return asked ? 'accepted' : 'open';
  } finally {
    await http.close();
  }
}
