import type { Descriptor } from '../values/descriptor.js';
import { isManifestType } from '../values/media-types.js';
import type { Manifest } from './manifest.js';

/** The entries of an index that are manifests or indexes, in their order; none for any other manifest. */
export function childManifests(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'index' ? manifest.content.manifests.filter(isManifestEntry) : [];
}

/** The entries of an index that are blobs: BuildKit's caches are indexes of layers and a config. */
export function childBlobs(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'index' ? manifest.content.manifests.filter((entry) => !isManifestEntry(entry)) : [];
}

/** Whether an entry is a manifest by its media type; true for one without a type (image-spec image-index.md). */
export function isManifestEntry({ mediaType }: Descriptor): boolean {
  return mediaType === '' || isManifestType(mediaType);
}
