import { RemoraError } from '../../errors.js';
import { checkShape, parseJson } from '../text/json.js';
import { quote } from '../text/quote.js';
import type { Annotations } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';
import { checkDigest, type Digest, digestOf } from '../values/digest.js';
import { given } from '../values/given.js';
import { isIndexType, isManifestType, MediaType } from '../values/media-types.js';
import { type ImageIndex, imageIndexSchema } from './image-index.js';
import {
  type ArtifactManifest,
  artifactManifestSchema,
  type ImageManifest,
  imageManifestSchema,
} from './image-manifest.js';

/** The largest manifest that remora writes: larger ones are not portable (distribution-spec, "Pushing Manifests"). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** The fields that a document may have, where it has those of a manifest and of an index. */
export const EITHER_SHAPE = 'either "manifests" or "config" and "layers"';

/** The largest manifest that remora reads: some tools write a little above the limit. */
export const MAX_READ_BYTES = 2 * MAX_MANIFEST_BYTES;

/**
 * A manifest with its exact bytes. `descriptor` is that of `bytes`, and `content` is the document in them.
 * `kind` tells which of the three shapes `content` has.
 */
export type Manifest = {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
} & (
  | { readonly kind: 'image'; readonly content: ImageManifest }
  | { readonly kind: 'index'; readonly content: ImageIndex }
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
}

/**
 * Verifies and parses the bytes of a manifest or index of any supported type.
 *
 * Size is compared before the digest, the digest before anything is parsed (image-spec descriptor.md, "Verification").
 *
 * @throws RemoraError `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `MALFORMED` or `UNSUPPORTED` (digest algorithm, manifest type)
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
  const value = parseJson(bytes, what);
  const mediaType = typeOf(value, expected, what);
  const descriptor: Descriptor = { mediaType, digest, size: bytes.byteLength };
  if (isIndexType(mediaType)) {
    return { descriptor, bytes, kind: 'index', content: checkShape(imageIndexSchema, value, what) };
  }
  if (mediaType === MediaType.ociArtifactManifest || mediaType === MediaType.orasArtifactManifest) {
    return { descriptor, bytes, kind: 'artifact', content: checkShape(artifactManifestSchema, value, what) };
  }
  return { descriptor, bytes, kind: 'image', content: checkShape(imageManifestSchema, value, what) };
}

function typeOf(value: unknown, expected: ManifestExpectations, what: string): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RemoraError('MALFORMED', `${what} is not a JSON object`);
  }
  // Docker schema 1: its documents have no media type.
  if ('fsLayers' in value && 'schemaVersion' in value && value.schemaVersion === 1) {
    throw new RemoraError('UNSUPPORTED', `${what} is a Docker schema 1 manifest, wanted schema 2`, {
      expected: 2,
      found: 1,
      hint: 'Push the image again with a current tool',
    });
  }
  const isIndex = 'manifests' in value;
  // CVE-2021-41190: different tools read a document that is both in different ways.
  if (isIndex && ('layers' in value || 'config' in value || 'blobs' in value)) {
    throw new RemoraError('MALFORMED', `${what} is a manifest and an index at once`, {
      expected: EITHER_SHAPE,
    });
  }
  const own = 'mediaType' in value ? value.mediaType : undefined;
  if (own !== undefined && typeof own !== 'string')
    throw new RemoraError('MALFORMED', `${what}: mediaType is not a string`);
  const sent = expected.mediaType !== undefined && isManifestType(expected.mediaType) ? expected.mediaType : undefined;
  if (own !== undefined && sent !== undefined && own !== sent && expected.digest === undefined) {
    throw new RemoraError('MALFORMED', `${what} says it is ${quote(own)}, but was sent as ${sent}`, {
      expected: sent,
      found: own,
    });
  }
  const mediaType = own ?? sent ?? (isIndex ? MediaType.imageIndex : MediaType.imageManifest);
  if (!isManifestType(mediaType)) {
    throw new RemoraError('MALFORMED', `${what} has the type ${quote(mediaType)}, wanted a manifest or index`, {
      found: mediaType,
    });
  }
  if (isIndex !== isIndexType(mediaType)) {
    throw new RemoraError(
      'MALFORMED',
      `${what} is called ${mediaType}, but has the fields of ${isIndex ? 'an index' : 'a manifest'}`,
    );
  }
  return mediaType;
}

/** The type of an artifact: `artifactType`, else the config's type (distribution-spec, "Listing Referrers"). */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  if (manifest.content.artifactType) return manifest.content.artifactType;
  return manifest.kind === 'image' ? manifest.content.config.mediaType : undefined;
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
