import { RemoraError } from '../../errors.js';
import type { Digest } from '../../oci/values/digest.js';
import { type Deleter, isDeleter } from '../../store/interfaces/abilities.js';
import type { Store } from '../../store/interfaces/store.js';
import type { AccessOptions } from '../places/location.js';
import type { DeleteResult } from './deletion-schema.js';

/** A manifest, tag or blob to delete. */
export interface Deletion {
  /** The full reference. */
  readonly reference: string;
  /** For a tag: the manifest that it names, which stays. */
  readonly manifest?: Digest;
}

/** Options of verbs that delete a manifest, tag or blob. */
export interface DeleteOptions extends AccessOptions {
  /** Called before the deletion; `false` declines it. @default no question */
  readonly permit?: ((deletion: Deletion) => Promise<boolean>) | undefined;
}

/** Asks the caller first, then deletes. */
export async function deletePermitted(
  deletion: Deletion,
  { permit }: DeleteOptions,
  deleteNow: () => Promise<DeleteResult>,
): Promise<DeleteResult> {
  if (permit !== undefined && !(await permit(deletion))) return { reference: deletion.reference, deleted: false };
  return deleteNow();
}

/** @throws RemoraError `UNSUPPORTED` */
export function deleterOf(store: Store): Store & Deleter {
  if (isDeleter(store)) return store;
  throw new RemoraError('UNSUPPORTED', `${store.format({})} cannot delete anything`);
}

/** The error for a manifest, tag or blob that does not exist. */
export function missing(kind: string, reference: string): RemoraError {
  return new RemoraError('NOT_FOUND', `${kind} ${reference} does not exist`, {
    hint: 'Check the place and the digest',
  });
}
