import type { Descriptor } from '../../oci/values/descriptor.js';
import type { PutManifestOptions } from '../interfaces/store.js';
import { blobSize } from './blobs/blobs.js';
import { entriesWithTag } from './entries/names.js';
import type { LayoutFiles } from './files/files.js';

/** Asks a precondition about what is there; called under the lock, where nobody else changes it. @throws what it throws */
export async function requirePrecondition(
  files: LayoutFiles,
  entries: readonly Descriptor[],
  { precondition }: PutManifestOptions,
): Promise<void> {
  if (precondition === undefined) return;
  const { tag, digest } = precondition.selector;
  const named = entriesWithTag(entries, tag ?? '').map((entry) => entry.digest);
  const isThere = digest !== undefined && (await blobSize(files, digest)) !== undefined;
  precondition.check(new Set(digest === undefined ? named : isThere ? [digest] : []));
}
