import { compressionOfName, requireCompression } from '../../io/compress.js';
import { formatPlace } from '../../oci/place.js';
import { layoutEntries } from '../layout/manifests.js';
import type { ArchiveWriter } from '../store.js';
import { type ArchiveTargetOptions, archiveTarget } from './target.js';
import { writeArchive } from './write.js';

/**
 * Looks at where an archive shall be written, and gives what writes it.
 *
 * @throws RemoraError `EXISTS`, `NOT_FOUND` (its directory), `IO`, `UNSUPPORTED` (zstd with an older Node.js)
 */
export async function archiveWriter(path: string, { overwrite }: ArchiveTargetOptions = {}): Promise<ArchiveWriter> {
  requireCompression(compressionOfName(path));
  await archiveTarget(path, { overwrite });
  return {
    format: (selector) => formatPlace({ kind: 'archive', path }, selector),
    write: ({ listed, blobs }, options) =>
      writeArchive(path, { entries: layoutEntries(listed), blobs }, { ...options, overwrite }),
  };
}
