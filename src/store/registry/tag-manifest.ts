import { RemoraError } from '../../errors.js';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Digest } from '../../oci/values/digest.js';
import type { CallOptions, TagManifestOptions } from '../interfaces/store.js';
import { sendComplete } from './blobs/send-complete.js';
import type { RegistryClient } from './client/client.js';
import { findManifest } from './client/manifests.js';
import { sendReferences } from './send-references.js';

const PRECONDITION_FAILED = 412;

/**
 * Sends the same bytes under all tags. A manifest with a subject is listed already: nothing is done about its list. A
 * registry that is sent bytes by tag alone names them by their sha256, also where they are known by their sha512.
 *
 * @throws RemoraError `CHANGED` where a tag that was to stay is gone
 */
export async function tagManifest(
  client: RegistryClient,
  manifest: Manifest,
  tags: readonly string[],
  { signal, onKept }: TagManifestOptions = {},
): Promise<void> {
  if (onKept === undefined) {
    await sendReferences(client, manifest, tags, { signal });
    return;
  }
  await Promise.all(
    tags.map(async (tag) => {
      const found = await sendUnlessThere(client, manifest, tag, { signal });
      if (found !== undefined && found !== manifest.descriptor.digest) onKept(tag, found);
    }),
  );
}

/** Sets a tag that is not there, else gives its digest. A request that is sent again may meet what it set before. */
async function sendUnlessThere(
  client: RegistryClient,
  manifest: Manifest,
  tag: string,
  options: CallOptions,
): Promise<Digest | undefined> {
  const there = await findManifest(client, { tag }, options);
  if (there !== undefined) return there.digest;
  const condition = { headers: { 'if-none-match': '*' }, accepted: [PRECONDITION_FAILED] };
  const answer = await sendComplete(client, manifest, tag, { ...options, ...condition });
  if (answer.status !== PRECONDITION_FAILED) return undefined;
  const set = await findManifest(client, { tag }, options);
  if (set !== undefined) return set.digest;
  throw new RemoraError('CHANGED', `tag ${tag} was set and removed by others meanwhile`, {
    hint: 'Run the command again',
  });
}
