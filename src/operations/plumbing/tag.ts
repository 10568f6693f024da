import { parseTags } from '../../oci/names/target.js';
import type { CallOptions, ManifestSelector, Store } from '../../store/interfaces/store.js';

/** What was tagged. */
export interface TagResult {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  /** The tags that point at it now, each once. */
  readonly tags: readonly string[];
}

/**
 * Points tags at a manifest of the same store; blobs are not moved.
 *
 * @throws RemoraError `INVALID_ARGUMENT` (a tag), `NOT_FOUND`, and what the store throws
 */
export async function tag(
  store: Store,
  selector: ManifestSelector,
  tags: readonly string[],
  options: CallOptions = {},
): Promise<TagResult> {
  const checked = parseTags(store.kind, tags);
  const manifest = await store.manifest(selector, options);
  await store.tagManifest(manifest, checked, options);
  const { mediaType, digest, size } = manifest.descriptor;
  return { reference: store.format({ digest }), mediaType, digest, size, tags: checked };
}
