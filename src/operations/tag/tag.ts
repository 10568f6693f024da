import { parseTags } from '../../oci/names/target.js';
import type { Store } from '../../store/interfaces/store.js';
import { type AccessOptions, type Location, resolveLocation, withStore } from '../places/location.js';
import type { TagResult } from './schema.js';

/**
 * Points tags at a manifest of the same place; an existing tag is moved. No blob is transferred.
 *
 * @param location the manifest: `host/repo:tag`, `oci:PATH@DIGEST`, a place, or an open store
 * @param tags tags (distribution-spec, "Pulling manifests"); in a layout also names of image-spec annotations.md
 * @returns the descriptor of the manifest, and its new tags, each once
 * @throws RemoraError `INVALID_ARGUMENT` (a tag), `NOT_FOUND`, and as the store
 */
export async function tag(
  location: Location<Store>,
  tags: readonly string[],
  options: AccessOptions = {},
): Promise<TagResult> {
  const at = resolveLocation(location);
  const checked = parseTags('store' in at ? at.store.kind : at.kind, tags);
  const { signal } = options;
  return withStore(at, options, async (store, selector) => {
    const manifest = await store.manifest(selector, { signal });
    await store.tagManifest(manifest, checked, { signal });
    const { mediaType, digest, size } = manifest.descriptor;
    return { reference: store.format({ digest }), mediaType, digest, size, tags: checked };
  });
}
