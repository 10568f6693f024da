import { RemoraError } from '../../errors.js';
import { configOf } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR } from '../../oci/values/empty.js';
import { given } from '../../oci/values/given.js';
import { formatPlatform } from '../../oci/values/platform.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { ItemLimit } from '../attached/item-limit.js';
import { platformManifest } from '../attached/platform.js';
import { wholeSelector } from '../looked/whole-digest.js';
import { type Location, withSource } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { layerBytes } from '../pull/layer-bytes.js';
import { withHidden } from '../results/hidden.js';
import { documentOf, type ReadManifestOptions } from './read-manifest.js';
import type { ReadConfigResult } from './schema.js';

/** The most bytes of a config; those of images have some KB. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads the config that a manifest names, byte for byte.
 *
 * @throws RemoraError `AMBIGUOUS` (an index without a platform), `NO_MATCH` (platform, or a manifest without a config),
 *   `SIZE_MISMATCH` (a config of more than 64 MiB), `INVALID_ARGUMENT`, `NOT_FOUND`, and as the store
 */
export async function readConfig(location: Location, options: ReadManifestOptions = {}): Promise<ReadConfigResult> {
  const platform = platformOf(options.platform);
  const { signal, maxItems } = options;
  return withSource(location, options, async (source, named) => {
    const selector = await wholeSelector(source, named, options);
    const manifest = await platformManifest(source, selector, platform, { signal, limit: new ItemLimit(maxItems) });
    const reference = source.format({ digest: manifest.descriptor.digest });
    if (manifest.kind === 'index') {
      const entries = manifest.content.manifests;
      throw new RemoraError('AMBIGUOUS', `${reference} is an index, which has no config: wanted one manifest`, {
        candidates: entries.map((entry) => (entry.platform && formatPlatform(entry.platform)) || entry.digest),
        hint: 'Choose with --platform or a digest',
      });
    }
    const config = configOf(manifest);
    if (config === undefined) throw new RemoraError('NO_MATCH', `${reference} has no config`);
    const bytes = await bytesOf(source, config, { signal });
    const { mediaType, digest, size } = config;
    return withHidden(given({ reference, mediaType, digest, size, config: documentOf(bytes) }), { bytes });
  });
}

/** Some tools do not store the two bytes of the empty config, which its digest tells. */
async function bytesOf(source: Source, config: Descriptor, options: CallOptions): Promise<Uint8Array> {
  if (config.digest === EMPTY_DESCRIPTOR.digest) return Buffer.from(EMPTY_BYTES);
  return layerBytes(source, config, { ...options, maxBytes: MAX_BYTES });
}
