import { parseJson } from '../text/json.js';
import type { Descriptor } from '../values/descriptor.js';
import { MediaType } from '../values/media-types.js';
import type { Manifest } from './manifest.js';

/**
 * The bytes of an index with other members; every other field of `index`, known or not, stays as it is. Without one it
 * is a new index.
 */
export function indexBytes(index: Manifest | undefined, manifests: readonly Descriptor[]): Buffer {
  const document = index === undefined ? undefined : parseJson(index.bytes, 'image index');
  const kept =
    typeof document === 'object' && document !== null
      ? document
      : { schemaVersion: 2, mediaType: MediaType.imageIndex };
  return Buffer.from(JSON.stringify({ ...kept, manifests }));
}
