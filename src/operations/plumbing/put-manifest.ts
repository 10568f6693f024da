import { RemoraError } from '../../errors.js';
import { layersOf, type Manifest, parseManifest, referrerEntry } from '../../oci/documents/manifest.js';
import { parseJson } from '../../oci/text/json.js';
import { quote } from '../../oci/text/quote.js';
import type { Digest } from '../../oci/values/digest.js';
import { isManifestType, isNonDistributable } from '../../oci/values/media-types.js';
import type { CallOptions, Store, Via, WriteResult } from '../../store/interfaces/store.js';
import { resultFields } from '../results/manifest-fields.js';

/** What is known about a document that shall become a manifest. */
export interface ReadManifestOptions {
  /** Its digest, which it must have. */
  readonly digest?: Digest | undefined;
  /** Its media type, where the document names none. @default told by its fields */
  readonly mediaType?: string | undefined;
}

/**
 * Checks a document that shall be put as a manifest; its bytes stay as they are.
 *
 * @throws RemoraError `DIGEST_MISMATCH`, `MALFORMED`, `INVALID_ARGUMENT` for a media type that is not its own
 */
export function readManifestDocument(bytes: Uint8Array, { digest, mediaType }: ReadManifestOptions = {}): Manifest {
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
      throw new RemoraError('INVALID_ARGUMENT', `manifest says it is ${quote(own)}, and was called ${mediaType}`, {
        expected: own,
        found: mediaType,
        hint: 'Leave out the media type: the document names its own',
      });
    }
  }
  return parseManifest(bytes, { digest, mediaType });
}

/** Options of {@link putManifest}. */
export interface PutManifestDocumentOptions extends CallOptions {
  /** @default none: it is found by its digest */
  readonly tags?: readonly string[] | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
}

/** What was put. */
export interface PutManifestDocumentResult {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** `exists` when it was there already. */
  readonly result: WriteResult;
  /** For a manifest with a subject: where the store lists it. */
  readonly listedBy?: Via;
}

/**
 * Writes a manifest byte for byte. One with a subject is listed as what is attached is.
 *
 * What it names must be there: registries see to that themselves, a layout is looked at here. The children of an index
 * may be missing in a layout (a sparse index, image-spec image-layout.md), and so may any subject.
 *
 * @throws RemoraError `NOT_FOUND` when a layout lacks a blob, and what the store throws
 */
export async function putManifest(
  store: Store,
  manifest: Manifest,
  options: PutManifestDocumentOptions = {},
): Promise<PutManifestDocumentResult> {
  if (store.kind === 'layout') await requireBlobs(store, manifest, options);
  const tags = options.tags ?? [];
  const { result, listedBy } = await store.putManifest(manifest, {
    tags,
    settle: options.settle,
    signal: options.signal,
  });
  return {
    ...resultFields(store, referrerEntry(manifest)),
    ...(manifest.content.annotations === undefined ? {} : { annotations: manifest.content.annotations }),
    tags,
    result,
    ...(listedBy === undefined ? {} : { listedBy }),
  };
}

/** Blobs that must be in the place before the manifest: not those that live elsewhere. */
export function neededBlobs(manifest: Manifest) {
  const config = manifest.kind === 'image' ? [manifest.content.config] : [];
  return [...config, ...layersOf(manifest)].filter(({ mediaType }) => !isNonDistributable(mediaType));
}

async function requireBlobs(store: Store, manifest: Manifest, options: CallOptions): Promise<void> {
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
