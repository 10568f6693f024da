import { RemoraError } from '../../errors.js';
import type { Digest } from '../../oci/values/digest.js';
import { type Deleter, isDeleter } from '../../store/interfaces/abilities.js';
import type { Store } from '../../store/interfaces/store.js';
import type { AccessOptions } from '../places/location.js';
import type { DeleteResult } from './deletion-schema.js';

/** A manifest, tag or blob that is about to be deleted. */
export interface Deletion {
  /** As the store writes it. */
  readonly reference: string;
  /** Of a tag: the manifest that it points at, which stays. */
  readonly manifest?: Digest;
}

/** Options of what deletes something. */
export interface DeleteOptions extends AccessOptions {
  /** Called before anything is deleted; `false` leaves all as it is. @default everything is permitted */
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

/** The error for a manifest, tag or blob that is to be deleted and does not exist. */
export function missing(kind: string, reference: string): RemoraError {
  return new RemoraError('NOT_FOUND', `${kind} ${reference} does not exist`, {
    hint: 'Check the place and the digest',
  });
}
