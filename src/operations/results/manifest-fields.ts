import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import type { Source, WriteResult } from '../../store/interfaces/store.js';

/** What every result that is a manifest begins with, in the order that `--json` promises. */
export function resultFields(store: Source, { mediaType, digest, size, artifactType }: Descriptor) {
  return given({
    reference: store.format({ digest }),
    mediaType,
    digest,
    size,
    artifactType: artifactType || undefined,
  });
}

/** What was mounted from another repository was not there before. */
export function writtenOrExists(result: WriteResult): 'written' | 'exists' {
  return result === 'exists' ? 'exists' : 'written';
}
