import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import type { Source, WriteResult } from '../../store/interfaces/store.js';

/** The first members of every result that describes a manifest, in the order that `--json` promises. */
export function resultFields(store: Source, { mediaType, digest, size, artifactType }: Descriptor) {
  return given({
    reference: store.format({ digest }),
    mediaType,
    digest,
    size,
    artifactType: artifactType || undefined,
  });
}

/** A blob that was mounted from another repository did not exist before: it counts as written. */
export function writtenOrExists(result: WriteResult): 'written' | 'exists' {
  return result === 'exists' ? 'exists' : 'written';
}
