import type { HttpResponse } from '../../io/http/response.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { CallOptions } from '../interfaces/store.js';
import { sendComplete } from './blobs/send-complete.js';
import type { RegistryClient } from './client/client.js';
import { sendManifest } from './client/manifests.js';
import { tagsOf } from './client/several-tags.js';

/** Tags in one request: so many a registry has to take, and its address stays short. */
const MOST_TAGS = 10;

/**
 * Sends a manifest under tags, its digest or both: several tags in one request where the registry confirms them with
 * `OCI-Tag` (distribution-spec, "Pushing Manifests"), the rest one by one.
 *
 * @returns the answers of the requests that were accepted
 */
export async function sendReferences(
  client: RegistryClient,
  manifest: Manifest,
  references: readonly string[],
  { signal }: CallOptions = {},
): Promise<readonly HttpResponse[]> {
  const { digest } = manifest.descriptor;
  const left = new Set(references);
  const tags = [...left].filter((reference) => reference !== digest);
  const answers: HttpResponse[] = [];
  for (let from = 0; left.size > 1 && from < tags.length; from += MOST_TAGS) {
    const some = tags.slice(from, from + MOST_TAGS);
    // A failure here is not the last word: the rest is sent anew below, and tells its reason there.
    const send = () => sendManifest(client, manifest, digest, { tags: some, signal, retry: 'limited' });
    const answer = await client.severalTags.attempt(some, send);
    if (answer === undefined) break;
    answers.push(answer);
    for (const done of [digest, ...tagsOf(answer)]) left.delete(done);
  }
  const rest = await Promise.all([...left].map((reference) => sendComplete(client, manifest, reference, { signal })));
  return [...answers, ...rest];
}
