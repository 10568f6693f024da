import type { Descriptor } from '../values/descriptor.js';
import { isNonDistributable } from '../values/media-types.js';
import { childBlobs } from './children.js';
import { layersOf, type Manifest } from './manifest.js';

/** The blobs that a place needs before the manifest. Non-distributable layers live elsewhere. */
export function neededBlobs(manifest: Manifest): readonly Descriptor[] {
  const config = manifest.kind === 'image' ? [manifest.content.config] : [];
  return [...config, ...layersOf(manifest), ...childBlobs(manifest)].filter(
    ({ mediaType }) => !isNonDistributable(mediaType),
  );
}
