import { isRemoraError, RemoraError } from '../../../errors.js';
import { throwIfInterrupted } from '../../../io/async/interrupt.js';
import { orUndefined } from '../../../io/async/or-undefined.js';
import { MAX_READ_BYTES, type Manifest, parseManifest } from '../../../oci/documents/manifest.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { LayoutFiles } from '../files/files.js';
import { blobName } from '../files/paths.js';

/** A manifest to read, with as much of its descriptor as is known. */
export type ManifestEntry = Pick<Descriptor, 'digest'> & Partial<Descriptor>;

/**
 * Reads and verifies a manifest's file.
 *
 * @throws RemoraError `NOT_FOUND`, `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `MALFORMED`
 */
export async function readManifest(
  files: LayoutFiles,
  wanted: ManifestEntry,
  options: CallOptions = {},
): Promise<Manifest> {
  throwIfInterrupted(options.signal);
  const name = blobName(wanted.digest);
  let bytes: Buffer | undefined;
  try {
    bytes = await files.read(name, MAX_READ_BYTES);
  } catch (error) {
    const size = isRemoraError(error) && error.code === 'MALFORMED' ? ((await files.size(name)) ?? 0) : 0;
    if (size <= MAX_READ_BYTES) throw error;
    throw new RemoraError('MALFORMED', `${wanted.digest} has ${size} bytes: it is not a manifest`, { found: size });
  }
  if (bytes === undefined) {
    const path = files.describe(name);
    throw new RemoraError('NOT_FOUND', `manifest ${wanted.digest} is missing: ${path} does not exist`);
  }
  return parseManifest(bytes, wanted);
}

/** Reads a manifest's file as {@link readManifest} does; undefined where it is missing, damaged, or not a manifest. */
export function readableManifest(files: LayoutFiles, wanted: ManifestEntry): Promise<Manifest | undefined> {
  const manifest = readManifest(files, wanted);
  return orUndefined(manifest, 'NOT_FOUND', 'SIZE_MISMATCH', 'DIGEST_MISMATCH', 'MALFORMED', 'UNSUPPORTED', 'IO');
}
