import type * as z from 'zod/mini';
import { isRemoraError, RemoraError } from '../../errors.js';
import { checkShape, parseJson } from '../text/json.js';
import { type Annotations, checkAnnotations, sortAnnotations } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';
import { EMPTY_DESCRIPTOR, isEmpty } from '../values/empty.js';
import { given } from '../values/given.js';
import { MediaType, parseMediaType } from '../values/media-types.js';
import type { Platform } from '../values/platform.js';
import type { ImageIndex } from './image-index.js';
import { imageIndexSchema } from './image-index-schema.js';
import type { ImageManifest } from './image-manifest.js';
import { imageManifestSchema } from './image-manifest-schema.js';
import { MAX_MANIFEST_BYTES, type Manifest, parseManifest } from './manifest.js';

/** The parts of a new manifest. */
export interface ManifestParts {
  /** Optional where `config` has a type of its own (image-spec manifest.md, "artifactType"). */
  readonly artifactType?: string | undefined;
  /** @default the empty descriptor */
  readonly config?: Descriptor | undefined;
  /** In this order. @default the empty descriptor: a manifest without layers is not portable */
  readonly layers?: readonly Descriptor[] | undefined;
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}

/**
 * Builds an image manifest: an artifact, or an image when `config` is an image config.
 *
 * Equal parts give equal bytes: the order of fields is fixed, keys of annotations are sorted, white space is left out.
 *
 * @throws RemoraError `INVALID_ARGUMENT` when a part is not well formed or the manifest would be larger than 4 MiB
 */
export function buildManifest(parts: ManifestParts): Manifest {
  const config = parts.config ?? EMPTY_DESCRIPTOR;
  if (parts.artifactType !== undefined) parseMediaType(parts.artifactType, 'artifact type');
  else if (isEmpty(config)) {
    throw new RemoraError('INVALID_ARGUMENT', 'an artifact without a config needs an artifact type', {
      hint: 'Give an artifact type, like application/spdx+json',
    });
  }
  const layers = parts.layers === undefined || parts.layers.length === 0 ? [EMPTY_DESCRIPTOR] : parts.layers;
  return encode(imageManifestSchema, {
    schemaVersion: 2,
    mediaType: MediaType.imageManifest,
    artifactType: parts.artifactType,
    config: descriptorFields(config),
    layers: layers.map(descriptorFields),
    subject: subjectFields(parts.subject),
    annotations: annotationFields(parts.annotations),
  });
}

/** The parts of a new index. */
export interface IndexParts {
  readonly artifactType?: string | undefined;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}

/**
 * Builds an image index. Equal parts give equal bytes, as in {@link buildManifest}.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function buildIndex(parts: IndexParts): Manifest {
  if (parts.artifactType !== undefined) parseMediaType(parts.artifactType, 'artifact type');
  return encode(imageIndexSchema, {
    schemaVersion: 2,
    mediaType: MediaType.imageIndex,
    artifactType: parts.artifactType,
    manifests: parts.manifests.map(descriptorFields),
    subject: subjectFields(parts.subject),
    annotations: annotationFields(parts.annotations),
  });
}

function encode(grammar: z.ZodMiniType<ImageManifest | ImageIndex>, document: object): Manifest {
  const bytes = Buffer.from(JSON.stringify(given(document)));
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `manifest would have ${bytes.length} bytes, registries take ${MAX_MANIFEST_BYTES}`,
      {
        expected: MAX_MANIFEST_BYTES,
        found: bytes.length,
        hint: 'Use fewer or shorter annotations, or put them in a file of their own',
      },
    );
  }
  try {
    checkShape(grammar, parseJson(bytes, 'manifest'), 'manifest');
    return parseManifest(bytes);
  } catch (cause) {
    if (!isRemoraError(cause)) throw cause;
    throw new RemoraError('INVALID_ARGUMENT', cause.message, { cause });
  }
}

function descriptorFields(descriptor: Descriptor): object {
  return given({
    mediaType: parseMediaType(descriptor.mediaType),
    digest: descriptor.digest,
    size: descriptor.size,
    urls: descriptor.urls,
    annotations: annotationFields(descriptor.annotations),
    data: descriptor.data,
    artifactType: descriptor.artifactType || undefined,
    platform: platformFields(descriptor.platform),
  });
}

/** Type, digest and size alone: attaching by tag, by digest or by list entry then gives one digest. */
function subjectFields(subject: Descriptor | undefined): object | undefined {
  if (subject === undefined) return undefined;
  const { mediaType, digest, size } = subject;
  return { mediaType, digest, size };
}

function platformFields(platform: Platform | undefined): object | undefined {
  if (platform === undefined) return undefined;
  const { architecture, os, 'os.version': version, 'os.features': features, variant } = platform;
  return given({ architecture, os, 'os.version': version, 'os.features': features, variant });
}

function annotationFields(annotations: Annotations | undefined): Annotations | undefined {
  if (annotations === undefined || Object.keys(annotations).length === 0) return undefined;
  checkAnnotations(annotations);
  return sortAnnotations(annotations);
}
