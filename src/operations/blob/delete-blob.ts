import type { Store } from '../../store/interfaces/store.js';
import { type Location, withStore } from '../places/location.js';
import { type DeleteOptions, deletePermitted, deleterOf, missing } from '../results/deletion.js';
import type { DeleteResult } from '../results/deletion-schema.js';
import { blobDigest } from './blob-digest.js';

/**
 * Deletes a blob, even if manifests name it.
 *
 * @param location `host/repo@digest` or `oci:PATH@DIGEST`
 * @throws RemoraError `INVALID_ARGUMENT` without a digest or with a tag, `NOT_FOUND`, `UNSUPPORTED`, and as the store
 */
export async function deleteBlob(location: Location<Store>, options: DeleteOptions = {}): Promise<DeleteResult> {
  const digest = blobDigest(location);
  return withStore(location, { ...options, access: 'delete' }, async (store) => {
    const reference = store.format({ digest });
    return deletePermitted({ reference }, options, async () => {
      const { signal } = options;
      const deleter = deleterOf(store);
      // go-containerregistry answers 500 to the deletion of a missing blob.
      const isThere = (await store.blobSize(digest, { signal })) !== undefined;
      if (!isThere || !(await deleter.deleteBlob(digest, { signal }))) throw missing('blob', reference);
      return { reference, deleted: true };
    });
  });
}
