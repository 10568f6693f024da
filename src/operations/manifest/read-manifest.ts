import { isRemoraError } from '../../errors.js';
import { UnreadManifest } from '../../oci/documents/manifest.js';
import { parseJson } from '../../oci/text/json.js';
import { isObject } from '../../oci/text/lenient.js';
import { given } from '../../oci/values/given.js';
import { MediaType } from '../../oci/values/media-types.js';
import type { Platform } from '../../oci/values/platform.js';
import { ItemLimit } from '../attached/item-limit.js';
import { platformManifest } from '../attached/platform.js';
import { type LookOptions, wholeSelector } from '../looked/whole-digest.js';
import { type AccessOptions, type Location, withSource } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { withHidden } from '../results/hidden.js';
import type { ReadManifestResult } from './schema.js';

/** Options of {@link readManifest}. */
export interface ReadManifestOptions extends AccessOptions, LookOptions {
  /** Read this child of an index, like `linux/arm64`. @default the manifest itself */
  readonly platform?: string | Platform | undefined;
}

/**
 * Reads a manifest or index, byte for byte; also one that cannot be read as such, when its digest is right.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `NO_MATCH` (platform), `AMBIGUOUS` (`digestBeginning`), and as the store
 */
export async function readManifest(location: Location, options: ReadManifestOptions = {}): Promise<ReadManifestResult> {
  const platform = platformOf(options.platform);
  const { signal, maxItems } = options;
  const limit = new ItemLimit(maxItems);
  return withSource(location, options, async (store, named) => {
    const selector = await wholeSelector(store, named, options);
    const { mediaType, digest, bytes } = await platformManifest(store, selector, platform, { signal, limit }).then(
      (manifest) => ({ ...manifest.descriptor, bytes: manifest.bytes }),
      (error: unknown) => {
        if (platform !== undefined || !(error instanceof UnreadManifest)) throw error;
        return { mediaType: undefined, digest: error.digest, bytes: error.bytes };
      },
    );
    const manifest = documentOf(bytes);
    return withHidden(
      given({
        reference: store.format({ digest }),
        mediaType: mediaType ?? typeOf(manifest) ?? MediaType.octetStream,
        digest,
        size: bytes.byteLength,
        manifest,
      }),
      { bytes },
    );
  });
}

/** The parsed document; undefined for content that is not a JSON object. */
export function documentOf(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJson(bytes, 'document');
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (isRemoraError(error) && error.code === 'MALFORMED') return undefined;
    throw error;
  }
}

function typeOf(document: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return typeof document?.mediaType === 'string' && document.mediaType !== '' ? document.mediaType : undefined;
}
