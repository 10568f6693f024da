import type { Manifest } from '../../oci/documents/manifest.js';
import type { CallOptions } from '../interfaces/store.js';
import type { RegistryClient } from './client/client.js';
import { sendReferences } from './send-references.js';

/**
 * Sends the same bytes under all tags. A manifest with a subject is listed already: nothing is done about its list. A
 * registry that is sent bytes by tag alone names them by their sha256, also where they are known by their sha512.
 */
export async function tagManifest(
  client: RegistryClient,
  manifest: Manifest,
  tags: readonly string[],
  options: CallOptions = {},
): Promise<void> {
  await sendReferences(client, manifest, tags, options);
}
