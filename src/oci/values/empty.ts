import type { Descriptor } from './descriptor.js';
import { parseDigest } from './digest.js';
import { MediaType } from './media-types.js';

/** The content of the empty descriptor: exactly two bytes (image-spec manifest.md, "Guidance for an Empty Descriptor"). */
export const EMPTY_BYTES: Uint8Array = new TextEncoder().encode('{}');

/** The empty descriptor: the config of artifacts without one, and the layer of artifacts without files. */
export const EMPTY_DESCRIPTOR: Descriptor = Object.freeze({
  mediaType: MediaType.empty,
  digest: parseDigest('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'),
  size: 2,
});

/** True for a descriptor without content. Its media type decides: other tools use the same bytes as a real config. */
export function isEmpty(descriptor: Descriptor): boolean {
  return descriptor.mediaType === MediaType.empty;
}
