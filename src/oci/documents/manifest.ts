import { isRemoraError, RemoraError } from '../../errors.js';
import { parseJson } from '../text/json.js';
import { isObject } from '../text/lenient.js';
import { Remarks } from '../text/remarks.js';
import type { Annotations } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';
import { checkDigest, type Digest, digestOf } from '../values/digest.js';
import { given } from '../values/given.js';
import { isIndexType, MediaType } from '../values/media-types.js';
import type { ImageIndex } from './image-index.js';
import type { ArtifactManifest, ImageManifest } from './image-manifest.js';
import { typeOf } from './manifest-type.js';
import { type Members, type ReadIndex, readArtifact, readImage, readIndex, type UnreadEntry } from './read-document.js';

/** The largest manifest that remora writes: larger ones are not portable (distribution-spec, "Pushing Manifests"). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** The largest manifest that remora reads: some tools write a little above the limit. */
export const MAX_READ_BYTES = 2 * MAX_MANIFEST_BYTES;

/**
 * A manifest with its exact bytes. `descriptor` is that of `bytes`, and `content` is the document in them,
 * read leniently: null counts as absent. `kind` tells which of the three shapes `content` has.
 */
export type Manifest = {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  /** Members that no specification allows and that do no harm: they count as absent in `content`. */
  readonly remarks: readonly string[];
} & (
  | { readonly kind: 'image'; readonly content: ImageManifest }
  /** `unread` has the entries that cannot be read, and that `content` lacks. */
  | { readonly kind: 'index'; readonly content: ImageIndex; readonly unread: readonly UnreadEntry[] }
  | { readonly kind: 'artifact'; readonly content: ArtifactManifest }
);

/** The properties of a manifest that are known before it is read. */
export interface ManifestExpectations {
  /** The bytes must have this digest. */
  readonly digest?: Digest | undefined;
  /** Bytes, from a descriptor: the manifest must have this size. */
  readonly size?: number | undefined;
  /** Media type from a descriptor or a `Content-Type`. The document's own must agree, unless `digest` pins it. */
  readonly mediaType?: string | undefined;
  /**
   * The digest is the sender's own, and says only which bytes were meant: a type of another shape is a lie then. The same
   * shape under Docker's name or OCI's is not: some registries send all manifests as Docker's. @default false
   */
  readonly isAnnounced?: boolean | undefined;
}

/**
 * Verifies and parses the bytes of a manifest or index of any supported type.
 *
 * Size is compared before the digest, the digest before anything is parsed (image-spec descriptor.md, "Verification").
 *
 * @throws RemoraError `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `UNSUPPORTED` (digest algorithm), and
 *   {@link UnreadManifest}: `MALFORMED`, `UNSUPPORTED` (Docker schema 1)
 */
export function parseManifest(bytes: Uint8Array, expected: ManifestExpectations = {}): Manifest {
  const what = expected.digest === undefined ? 'manifest' : `manifest ${expected.digest}`;
  if (expected.size !== undefined && expected.size !== bytes.byteLength) {
    throw new RemoraError('SIZE_MISMATCH', `${what} has ${bytes.byteLength} bytes, wanted ${expected.size}`, {
      expected: expected.size,
      found: bytes.byteLength,
    });
  }
  if (bytes.byteLength > MAX_READ_BYTES) {
    throw new RemoraError('MALFORMED', `${what} is larger than ${MAX_READ_BYTES} bytes`, { found: bytes.byteLength });
  }
  const digest = expected.digest ?? digestOf(bytes);
  if (expected.digest !== undefined) checkDigest(bytes, expected.digest, what);
  try {
    return read(bytes, digest, expected, what);
  } catch (error) {
    throw isRemoraError(error) ? new UnreadManifest(error, bytes, digest) : error;
  }
}

/** The error for content that has the right digest, and that cannot be read as a manifest; it carries the content. */
export class UnreadManifest extends RemoraError {
  constructor(
    { code, message, ...fields }: RemoraError,
    readonly bytes: Uint8Array,
    readonly digest: Digest,
  ) {
    super(code, message, fields);
    // Logs and results show the other fields alone.
    for (const name of ['bytes', 'digest']) Object.defineProperty(this, name, { enumerable: false });
  }
}

function read(bytes: Uint8Array, digest: Digest, expected: ManifestExpectations, what: string): Manifest {
  const value = documentIn(bytes, what);
  const pin = expected.digest === undefined ? undefined : expected.isAnnounced ? 'announced' : 'named';
  const mediaType = typeOf(value, expected.mediaType, pin, what);
  const remarks = new Remarks(what);
  const descriptor = { mediaType, digest, size: bytes.byteLength };
  if (isIndexType(mediaType)) {
    const { content, unread } = readIndex(value, remarks);
    return { descriptor, bytes, kind: 'index', content, unread, remarks: remarks.all };
  }
  if (isArtifactType(mediaType)) {
    const content = readArtifact(value, mediaType, remarks);
    return { descriptor, bytes, kind: 'artifact', content, remarks: remarks.all };
  }
  return { descriptor, bytes, kind: 'image', content: readImage(value, remarks), remarks: remarks.all };
}

/** An index, the document that it was read from, and remarks as in {@link Manifest}. */
export interface ParsedIndex extends ReadIndex {
  readonly document: Members;
  readonly remarks: readonly string[];
}

/**
 * Parses an index that no digest names, like `index.json` or a page of the Referrers API.
 *
 * @throws RemoraError `MALFORMED`, `UNSUPPORTED`
 */
export function parseIndex(bytes: Uint8Array, what: string): ParsedIndex {
  const document = documentIn(bytes, what);
  const mediaType = typeOf(document, undefined, undefined, what);
  if (!isIndexType(mediaType)) {
    throw new RemoraError('MALFORMED', `${what} is not an image index`, { expected: 'manifests', found: mediaType });
  }
  const remarks = new Remarks(what);
  return { ...readIndex(document, remarks), document, remarks: remarks.all };
}

function documentIn(bytes: Uint8Array, what: string): Members {
  const value = parseJson(bytes, what);
  if (isObject(value)) return value;
  throw new RemoraError('MALFORMED', `${what} is not a JSON object`);
}

function isArtifactType(mediaType: string): boolean {
  return mediaType === MediaType.ociArtifactManifest || mediaType === MediaType.orasArtifactManifest;
}

/** The type of an artifact: `artifactType`, else the config's type (distribution-spec, "Listing Referrers"). */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  if (manifest.content.artifactType) return manifest.content.artifactType;
  return configOf(manifest)?.mediaType;
}

/** The config of an image manifest; undefined where it lacks one, and for the other shapes. */
export function configOf(manifest: Manifest): Descriptor | undefined {
  return manifest.kind === 'image' ? manifest.content.config : undefined;
}

/** The files of a manifest: layers, or the blobs of a withdrawn artifact manifest. An index has none. */
export function layersOf(manifest: Manifest): readonly Descriptor[] {
  if (manifest.kind === 'image') return manifest.content.layers;
  return manifest.kind === 'artifact' ? manifest.content.blobs : [];
}

export function subjectOf(manifest: Manifest): Descriptor | undefined {
  return manifest.content.subject;
}

export function annotationsOf(manifest: Manifest): Annotations {
  return manifest.content.annotations ?? {};
}

/** The entry for a manifest in a list of referrers (distribution-spec, "Listing Referrers"). */
export function referrerEntry(manifest: Manifest): Descriptor {
  const { mediaType, digest, size } = manifest.descriptor;
  const annotations = annotationsOf(manifest);
  return given({
    mediaType,
    digest,
    size,
    artifactType: artifactTypeOf(manifest),
    annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
  });
}
