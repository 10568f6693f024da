import type { Descriptor } from '../values/descriptor.js';
import { isNonDistributable } from '../values/media-types.js';
import { childBlobs } from './children.js';
import { configOf, layersOf, type Manifest } from './manifest.js';

/** The blobs that a place needs before the manifest. Non-distributable layers live elsewhere. */
export function neededBlobs(manifest: Manifest): readonly Descriptor[] {
  return [configOf(manifest) ?? [], layersOf(manifest), childBlobs(manifest)]
    .flat()
    .filter(({ mediaType }) => !isNonDistributable(mediaType));
}
