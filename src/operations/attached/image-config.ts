import { buffer } from 'node:stream/consumers';
import { orUndefined } from '../../io/async/or-undefined.js';
import { type ImageConfig, readImageConfig } from '../../oci/documents/image-config.js';
import { configOf, type Manifest } from '../../oci/documents/manifest.js';
import { given } from '../../oci/values/given.js';
import { isImageConfig } from '../../oci/values/media-types.js';
import type { Platform } from '../../oci/values/platform.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';

/** Bytes of the largest image config that is read. */
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

/**
 * Reads the config of an image leniently. Undefined for what is not an image: older tools gave the config's type to
 * artifacts, with `{}` or other content.
 *
 * @throws RemoraError as the store, where the config cannot be read
 */
export async function imageConfigOf(
  store: Source,
  manifest: Manifest,
  options: CallOptions = {},
): Promise<ImageConfig | undefined> {
  const config = configOf(manifest);
  if (config === undefined || !isImageConfig(config.mediaType) || config.size > MAX_CONFIG_BYTES) return undefined;
  const bytes = await buffer(await store.openBlob(config, options));
  const parse = async () => readImageConfig(bytes);
  return orUndefined(parse(), 'MALFORMED');
}

/** The platform that the config of an image names (image-spec config.md); undefined where it lacks one of its parts. */
export function platformOfConfig(config: ImageConfig): Platform | undefined {
  const { os, architecture, variant, 'os.version': version, 'os.features': features } = config;
  if (!os || !architecture) return undefined;
  return given({
    architecture,
    os,
    'os.version': typeof version === 'string' && version !== '' ? version : undefined,
    'os.features': isTexts(features) ? features : undefined,
    variant: variant || undefined,
  });
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}
