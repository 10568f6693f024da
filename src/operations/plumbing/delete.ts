import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { type Deleter, isDeleter } from '../../store/interfaces/abilities.js';
import type { CallOptions, Store } from '../../store/interfaces/store.js';

/** Options of {@link deleteManifest}. */
export interface DeleteOptions extends CallOptions {
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
}

/** What became of a manifest, tag or blob that was to be deleted. */
export interface DeleteResult {
  readonly reference: string;
  readonly deleted: boolean;
  /** A referrers tag named it, and does so no longer. */
  readonly listUpdated?: boolean;
  /** After a tag was deleted: the manifest that it pointed at, which stays. */
  readonly remaining?: string;
}

/**
 * Deletes a manifest with all its tags, and its entries in lists of referrers.
 *
 * @throws RemoraError `NOT_FOUND`, `UNSUPPORTED`, and what the store throws
 */
export async function deleteManifest(store: Store, digest: Digest, options: DeleteOptions = {}): Promise<DeleteResult> {
  const reference = store.format({ digest });
  const lists: string[] = [];
  const gone = await deleterOf(store).deleteManifest(digest, {
    ...options,
    onUnlisted: (tag) => void lists.push(tag),
  });
  if (!gone) throw missing('manifest', reference);
  return { reference, deleted: true, ...(lists.length === 0 ? {} : { listUpdated: true }) };
}

/**
 * Deletes a tag and nothing else.
 *
 * @param manifest what the tag points at, as it was resolved
 * @throws RemoraError `NOT_FOUND`, `UNSUPPORTED` when the registry can only delete the manifest with all its tags
 */
export async function deleteTag(
  store: Store,
  tag: string,
  manifest: Descriptor,
  options: CallOptions = {},
): Promise<DeleteResult> {
  const reference = store.format({ tag });
  if (!(await deleterOf(store).deleteTag(tag, options))) throw missing('tag', reference);
  return { reference, deleted: true, remaining: store.format({ digest: manifest.digest }) };
}

/**
 * Deletes a blob, whoever names it.
 *
 * @throws RemoraError `NOT_FOUND`, `UNSUPPORTED`, and what the store throws
 */
export async function deleteBlob(store: Store, digest: Digest, options: CallOptions = {}): Promise<DeleteResult> {
  const reference = store.format({ digest });
  const deleter = deleterOf(store);
  // go-containerregistry answers 500 to the deletion of what is not there.
  const isThere = (await store.blobSize(digest, options)) !== undefined;
  if (!isThere || !(await deleter.deleteBlob(digest, options))) throw missing('blob', reference);
  return { reference, deleted: true };
}

function deleterOf(store: Store): Store & Deleter {
  if (isDeleter(store)) return store;
  throw new RemoraError('UNSUPPORTED', `${store.format({})} cannot delete anything`);
}

function missing(kind: string, reference: string): RemoraError {
  return new RemoraError('NOT_FOUND', `${kind} ${reference} does not exist`, {
    hint: 'Check the place and the digest',
  });
}
