import { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import type { Store } from '../../store/interfaces/store.js';
import { type Location, withStore } from '../places/location.js';
import { type DeleteOptions, deletePermitted, deleterOf, missing } from '../results/deletion.js';
import type { DeleteResult } from '../results/deletion-schema.js';

/** Options of {@link deleteManifest}. */
export interface DeleteManifestOptions extends DeleteOptions {
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
}

/**
 * Deletes a manifest with all its tags, and its entries in lists of referrers.
 *
 * @param location `host/repo@digest` or `oci:PATH@DIGEST`
 * @throws RemoraError `INVALID_ARGUMENT` without a digest or with a tag, `NOT_FOUND`, `UNSUPPORTED`, and as the store
 */
export function deleteManifest(location: Location<Store>, options: DeleteManifestOptions = {}): Promise<DeleteResult> {
  return withStore(location, { ...options, access: 'delete' }, async (store, { tag, digest }) => {
    if (digest === undefined || tag !== undefined) throw notAlone(store.format(given({ tag, digest })), 'a digest');
    const reference = store.format({ digest });
    return deletePermitted({ reference }, options, async () => {
      const lists: string[] = [];
      const { signal, settle } = options;
      const isDeleted = await deleterOf(store).deleteManifest(digest, {
        signal,
        settle,
        onUnlisted: (list) => void lists.push(list),
      });
      if (!isDeleted) throw missing('manifest', reference);
      return given({ reference, deleted: true, listUpdated: lists.length > 0 || undefined });
    });
  });
}

/**
 * Deletes a tag, and keeps its manifest.
 *
 * @param location `host/repo:tag` or `oci:PATH:TAG`
 * @throws RemoraError `INVALID_ARGUMENT` without a tag or with a digest, `NOT_FOUND`, `UNSUPPORTED` when the registry can
 * only delete the manifest with all its tags, and as the store
 */
export function deleteTag(location: Location<Store>, options: DeleteOptions = {}): Promise<DeleteResult> {
  return withStore(location, { ...options, access: 'delete' }, async (store, { tag, digest }) => {
    if (tag === undefined || digest !== undefined) throw notAlone(store.format(given({ tag, digest })), 'a tag');
    const { signal } = options;
    // The manifest itself may be damaged or missing.
    const manifest = (await store.findTag(tag, { signal })) ?? (await store.resolve({ tag }, { signal }));
    const reference = store.format({ tag });
    return deletePermitted({ reference, manifest: manifest.digest }, options, async () => {
      if (!(await deleterOf(store).deleteTag(tag, { signal }))) throw missing('tag', reference);
      return { reference, deleted: true, remaining: store.format({ digest: manifest.digest }) };
    });
  });
}

function notAlone(reference: string, wanted: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `${reference} is to be deleted by ${wanted} alone`, {
    found: reference,
    hint: 'A digest deletes the manifest with all its tags, a tag deletes the tag alone',
  });
}
