import { parseJson } from '../text/json.js';
import type { Descriptor } from '../values/descriptor.js';
import { MediaType } from '../values/media-types.js';
import type { Manifest } from './manifest.js';

/**
 * The bytes of an index with other `manifests`. Every other field of `index` stays, known or not.
 *
 * Without `index` the bytes are those of a new index.
 */
export function indexBytes(index: Manifest | undefined, manifests: readonly Descriptor[]): Buffer {
  const document = index === undefined ? undefined : parseJson(index.bytes, 'image index');
  const kept =
    typeof document === 'object' && document !== null
      ? document
      : { schemaVersion: 2, mediaType: MediaType.imageIndex };
  return Buffer.from(JSON.stringify({ ...kept, manifests }));
}
