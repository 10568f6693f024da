import { RemoraError } from '../../errors.js';
import { layersOf, type Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { isEmpty } from '../../oci/values/empty.js';
import { formatPlatform } from '../../oci/values/platform.js';
import type { Source } from '../../store/interfaces/store.js';

/**
 * The layers of an artifact that are files.
 *
 * @throws RemoraError `AMBIGUOUS` for an index
 */
export function filesOf(source: Source, manifest: Manifest): readonly Descriptor[] {
  if (manifest.kind !== 'index') return layersOf(manifest).filter((layer) => !isEmpty(layer));
  const reference = source.format({ digest: manifest.descriptor.digest });
  throw new RemoraError('AMBIGUOUS', `${reference} is an index, wanted one artifact`, {
    candidates: manifest.content.manifests.map(({ platform, digest }) =>
      platform ? formatPlatform(platform) : digest,
    ),
    hint: 'Choose with --platform or a digest; for its attachments give --artifact-type or --all',
  });
}
