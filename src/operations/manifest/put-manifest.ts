import { RemoraError } from '../../errors.js';
import {
  MAX_READ_BYTES,
  type Manifest,
  type ManifestExpectations,
  parseManifest,
  referrerEntry,
} from '../../oci/documents/manifest.js';
import { neededBlobs } from '../../oci/documents/needed-blobs.js';
import { parseJson } from '../../oci/text/json.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { isManifestType } from '../../oci/values/media-types.js';
import type { CallOptions, Store } from '../../store/interfaces/store.js';
import { type ContentInput, openContent, readAll } from '../pack/content.js';
import { type AccessOptions, type Location, withStore } from '../places/location.js';
import { pinnedTarget } from '../places/target-location.js';
import { resultFields, writtenOrExists } from '../results/manifest-fields.js';
import type { PutManifestResult } from './schema.js';

/** Options of {@link putManifest}. */
export interface PutManifestOptions extends AccessOptions {
  /** Tags in addition to those of the location. @default none; a manifest without tags is found by its digest */
  readonly tags?: readonly string[] | undefined;
  /** The media type of a document without `mediaType`. @default derived from its fields */
  readonly mediaType?: string | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
}

/**
 * Writes a manifest byte for byte. A manifest with a subject is listed like an attachment.
 *
 * Its blobs must exist: registries check that themselves, layouts are checked here. A layout may lack the children of an
 * index (a sparse index, image-spec image-layout.md) and subjects. A missing layout is created if no blob is needed.
 *
 * @param location `host/repo` or `oci:PATH`, with tags (`:v1,latest`) or the digest that the content must have
 * @param document the path of a file, bytes, or a stream
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND` (the file, or a blob that a layout lacks), `DIGEST_MISMATCH`,
 *   `MALFORMED`, and as the store
 */
export async function putManifest(
  location: Location<Store>,
  document: ContentInput,
  options: PutManifestOptions = {},
): Promise<PutManifestResult> {
  const { at, tags: named, digest } = pinnedTarget(location);
  const tags = [...new Set([...named, ...(options.tags ?? [])])];
  const { mediaType, settle, signal } = options;
  const bytes = await readAll(await openContent(document), MAX_READ_BYTES, signal);
  const manifest = parseDocument(bytes, { digest, mediaType });
  // A new layout lacks the blobs that the manifest needs, so it would stay empty.
  const create = neededBlobs(manifest).length === 0;
  return withStore(at, { ...options, create }, async (store) => {
    if (store.kind === 'layout') await checkBlobs(store, manifest, { signal });
    const { result, listedBy } = await store.putManifest(manifest, { tags, settle, signal, complete: true });
    return given({
      ...resultFields(store, referrerEntry(manifest)),
      annotations: manifest.content.annotations,
      tags,
      result: writtenOrExists(result),
      listedBy,
    });
  });
}

/**
 * Parses a document as a manifest; its bytes stay unchanged.
 *
 * @throws RemoraError `DIGEST_MISMATCH`, `MALFORMED`, `INVALID_ARGUMENT` for another media type than its own
 */
export function parseDocument(
  bytes: Uint8Array,
  { digest, mediaType }: Pick<ManifestExpectations, 'digest' | 'mediaType'> = {},
): Manifest {
  if (mediaType !== undefined) {
    if (!isManifestType(mediaType)) {
      throw new RemoraError('INVALID_ARGUMENT', `${quote(mediaType)} is not the type of a manifest or index`, {
        found: mediaType,
        hint: 'Write one like application/vnd.oci.image.manifest.v1+json',
      });
    }
    const value = parseJson(bytes, 'manifest');
    const own = typeof value === 'object' && value !== null && 'mediaType' in value ? value.mediaType : undefined;
    if (typeof own === 'string' && own !== mediaType) {
      throw new RemoraError('INVALID_ARGUMENT', `manifest says it is ${quote(own)}, wanted ${mediaType}`, {
        expected: own,
        found: mediaType,
        hint: 'Leave out the media type: the document names its own',
      });
    }
  }
  const manifest = parseManifest(bytes, { digest, mediaType });
  const [unread] = manifest.kind === 'index' ? manifest.unread : [];
  if (unread !== undefined) throw unread.error;
  return manifest;
}

async function checkBlobs(store: Store, manifest: Manifest, options: CallOptions): Promise<void> {
  const needed = neededBlobs(manifest);
  const present = await Promise.all(needed.map((descriptor) => store.hasBlob(descriptor, options)));
  const missing = needed.filter((_, index) => !present[index]);
  const [first] = missing;
  if (first === undefined) return;
  const more = missing.length === 1 ? '' : `, and ${missing.length - 1} more`;
  throw new RemoraError(
    'NOT_FOUND',
    `${store.format({})} lacks a blob that the manifest names: ${first.digest} of ${first.size} bytes${more}`,
    { expected: first.digest, hint: 'Put the blobs first: remora blob put PLACE FILE' },
  );
}
