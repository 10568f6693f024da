import { RemoraError } from '../../../errors.js';
import { discard } from '../../../io/http/response.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from './client.js';

/** The messages for manifests, tags and blobs that cannot be deleted. */
const REFUSED = {
  manifests: {
    message: 'does not let manifests be deleted',
    hint: 'The operator of the registry can allow it; distribution wants storage.delete.enabled',
  },
  blobs: {
    message: 'does not let blobs be deleted',
    hint: 'Registries remove blobs that no manifest names by themselves, when they collect garbage',
  },
  tags: {
    message: 'cannot delete a tag alone',
    hint: 'manifest delete REPO@DIGEST removes the manifest with all its tags; a tag can also be moved with tag',
  },
} as const;

/**
 * Sends a DELETE; false when there was nothing. A 404 for a repeated request does not count: the first may have been
 * carried out and its answer lost.
 *
 * @throws RemoraError `UNSUPPORTED` when the registry does not do it, else by status
 */
export async function sendDelete(
  client: RegistryClient,
  what: string,
  target: string,
  kind: keyof typeof REFUSED,
  { signal }: CallOptions,
): Promise<boolean> {
  const response = await client.send({ method: 'DELETE', target, signal });
  const { status } = response;
  if ([200, 202, 204].includes(status)) {
    await discard(response);
    return true;
  }
  if (status === 404) {
    await discard(response);
    return response.attempt > 1;
  }
  const error = await client.error(response, what);
  // distribution 2.8 says DIGEST_INVALID to a tag; a digest with that answer is another mistake.
  const refused =
    [405, 501].includes(status) || (status === 400 && (kind === 'tags' || error.codes?.includes('UNSUPPORTED')));
  if (!refused) throw error;
  const { message, hint } = REFUSED[kind];
  throw new RemoraError('UNSUPPORTED', `${what}: ${client.registry} ${message}`, { cause: error, status, hint });
}
