import { compressionOfName, requireCompression } from '../../io/compression/compress.js';
import { formatPlace } from '../../oci/names/place.js';
import type { ArchiveWriter } from '../interfaces/store.js';
import { layoutEntries } from '../layout/put-manifest.js';
import { type ArchiveTargetOptions, archiveTarget } from './target-file.js';
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
