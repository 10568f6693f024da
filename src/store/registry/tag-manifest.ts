import type { Manifest } from '../../oci/documents/manifest.js';
import type { CallOptions } from '../interfaces/store.js';
import { sendComplete } from './blobs/send-complete.js';
import type { RegistryClient } from './client/client.js';

/**
 * Sends the same bytes under each tag; as many at a time as the client allows. A manifest with a subject is listed
 * already: nothing is done about its list. A registry that is sent bytes by tag names them by their sha256, also where
 * they are known by their sha512.
 */
export async function tagManifest(
  client: RegistryClient,
  manifest: Manifest,
  tags: readonly string[],
  options: CallOptions = {},
): Promise<void> {
  await Promise.all(tags.map((tag) => sendComplete(client, manifest, tag, { signal: options.signal })));
}
