import type { Manifest } from '../../oci/documents/manifest.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Platform } from '../../oci/values/platform.js';
import { platformManifest } from '../attached/platform.js';
import { type AccessOptions, type Location, withSource } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { withHidden } from '../results/hidden.js';

/** Options of {@link readManifest}. */
export interface ReadManifestOptions extends AccessOptions {
  /** Read this child of an index, like `linux/arm64`. @default the manifest itself */
  readonly platform?: string | Platform | undefined;
}

/** A manifest that was read. */
export interface ReadManifestResult {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** The parsed document. */
  readonly manifest: Manifest['content'];
  /** Exactly as they are stored, and verified; not enumerable. */
  readonly bytes: Uint8Array;
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
