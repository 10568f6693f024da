import type { Platform } from '../../oci/values/platform.js';
import { platformManifest } from '../attached/platform.js';
import { type AccessOptions, type Location, withSource } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { withHidden } from '../results/hidden.js';
import type { ReadManifestResult } from './schema.js';

/** Options of {@link readManifest}. */
export interface ReadManifestOptions extends AccessOptions {
  /** Read this child of an index, like `linux/arm64`. @default the manifest itself */
  readonly platform?: string | Platform | undefined;
}

/**
 * Reads a manifest or index, byte for byte.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `NO_MATCH` (platform), and as the store
 */
export async function readManifest(location: Location, options: ReadManifestOptions = {}): Promise<ReadManifestResult> {
  const platform = platformOf(options.platform);
  const { signal } = options;
  return withSource(location, options, async (store, selector) => {
    const { descriptor, bytes, content } = await platformManifest(store, selector, platform, { signal });
    const { mediaType, digest, size } = descriptor;
    return withHidden({ reference: store.format({ digest }), mediaType, digest, size, manifest: content }, { bytes });
  });
}
