import { isRemoraError, RemoraError, type RemoraErrorCode } from '../../errors.js';
import { type Manifest, subjectOf } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { referrersTag } from '../../oci/values/referrers-tag.js';
import type { DeleteManifestOptions } from '../interfaces/abilities.js';
import type { CallOptions } from '../interfaces/store.js';
import type { RegistryClient } from './client/client.js';
import { sendDelete } from './client/delete.js';
import { getManifest, headManifest } from './client/manifests.js';
import type { Capability } from './referrers/capability.js';
import { addToList, removeFromList } from './referrers/tag-entries.js';
import { listedSubjects } from './referrers/tag-subjects.js';

/**
 * Removes a manifest: first its entry in the referrers tag of its subject, then itself (distribution-spec, "Deleting
 * Manifests").
 *
 * A list must never name a manifest that is gone. distribution 3 and go-containerregistry refuse such a list when
 * another writer adds to it, so that nothing could be attached any more. ECR does not delete a manifest that a list
 * names.
 *
 * An interruption in between leaves a manifest without an entry, which can still be read by its digest. A second run
 * finds its subject there, and goes on. A registry that refuses to delete the manifest gets the entry back: otherwise
 * an attached manifest would no longer be found.
 *
 * The tag is looked at beside the Referrers API, too: registries that were upgraded carry both. No list is made. A
 * manifest that is gone does not tell its subject: then all referrers tags are looked through for its entry.
 */
export async function deleteManifest(
  client: RegistryClient,
  digest: Digest,
  { only }: Pick<Capability, 'only'>,
  options: DeleteManifestOptions = {},
): Promise<boolean> {
  client.manifests.forget(digest);
  const manifest = await readable(client, digest, options);
  if (manifest === 'missing') {
    if (only === 'api') return false;
    const subjects = await listedSubjects(client, digest, options);
    for (const subject of subjects) await unlist(client, subject, digest, options);
    return subjects.length > 0;
  }
  const subject = manifest && only !== 'api' ? subjectOf(manifest)?.digest : undefined;
  const entry = subject && (await unlist(client, subject, digest, options));
  client.manifests.forget(digest);
  try {
    const { signal } = options;
    const what = `manifest ${digest}`;
    const gone = await sendDelete(client, what, `manifests/${digest}`, 'manifests', { signal });
    if (!gone && (await headManifest(client, { digest }, { signal })) !== undefined)
      throw kept(client, what, 'Such a registry cannot delete manifests');
    return gone || entry !== undefined;
  } catch (error) {
    if (subject !== undefined && entry !== undefined) throw await relisted(client, subject, entry, error, options);
    throw error;
  }
}

/** A manifest that cannot be read (Docker schema 1, broken JSON) names no subject, and can be deleted all the same. */
async function readable(
  client: RegistryClient,
  digest: Digest,
  options: DeleteManifestOptions,
): Promise<Manifest | 'missing' | undefined> {
  const unreadable: readonly RemoraErrorCode[] = ['MALFORMED', 'UNSUPPORTED', 'DIGEST_MISMATCH'];
  try {
    return (await getManifest(client, { digest }, options))?.manifest ?? 'missing';
  } catch (error) {
    if (!isRemoraError(error) || !unreadable.includes(error.code)) throw error;
    if (error.code === 'DIGEST_MISMATCH') options.onDamaged?.();
    return undefined;
  }
}

/** The entry that was taken out of the list, if one was there. */
export async function unlist(
  client: RegistryClient,
  subject: Digest,
  digest: Digest,
  { settle, signal, onUnlisted }: DeleteManifestOptions,
): Promise<Descriptor | undefined> {
  const entry = await removeFromList(client, subject, digest, { settle, signal });
  if (entry !== undefined) onUnlisted?.(referrersTag(subject));
  return entry;
}

/** Puts the entry back where the registry answered that it does not delete, and gives the error for it. */
async function relisted(
  client: RegistryClient,
  subject: Digest,
  entry: Descriptor,
  error: unknown,
  { settle, signal }: DeleteManifestOptions,
): Promise<unknown> {
  if (!isRemoraError(error) || error.code === 'INTERRUPTED') return error;
  // Without an answer it may be gone.
  const failure =
    error.status === undefined
      ? error
      : await addToList(client, subject, [entry], { settle, signal }).then(
          () => undefined,
          (cause: unknown) => cause,
        );
  if (failure === undefined) return error;
  const why = failure instanceof Error ? failure.message : String(failure);
  return new RemoraError(
    error.code,
    `${entry.digest} may still be there, and is no longer in the list of its subject ${subject}: ${why}`,
    {
      cause: error,
      hint: 'Run the command again: it goes on from there',
      ...given({ status: error.status }),
    },
  );
}

/**
 * Removes a tag alone. A registry that cannot do that is never sent the digest instead: that would remove all other tags
 * of the manifest, too. distribution 2.8 answers 400 for every tag, one that does not exist included.
 */
export async function deleteTag(client: RegistryClient, tag: string, options: CallOptions = {}): Promise<boolean> {
  const what = `tag ${tag}`;
  const gone = await sendDelete(client, what, `manifests/${tag}`, 'tags', options);
  // Older registries know DELETE for digests alone, and say 404 to everything else.
  if (!gone && (await headManifest(client, { tag }, options)) !== undefined) {
    const hint = `Such a registry cannot delete a tag alone; manifest delete REPO@DIGEST removes the manifest with all its tags`;
    throw kept(client, what, hint);
  }
  return gone;
}

function kept({ registry }: RegistryClient, what: string, hint: string): RemoraError {
  const message = `${what}: ${registry} says that it does not exist, and still gives it`;
  return new RemoraError('UNSUPPORTED', message, { status: 404, hint });
}

/** Removes a blob from the repository (distribution-spec, "Deleting Blobs"). */
export function deleteBlob(client: RegistryClient, digest: Digest, options: CallOptions = {}): Promise<boolean> {
  return sendDelete(client, `blob ${digest}`, `blobs/${digest}`, 'blobs', options);
}
