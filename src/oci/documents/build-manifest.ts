import { isRemoraError, RemoraError } from '../../errors.js';
import { type Annotations, checkAnnotations, sortAnnotations } from '../values/annotations.js';
import type { Descriptor } from '../values/descriptor.js';
import { EMPTY_DESCRIPTOR, isEmpty } from '../values/empty.js';
import { MediaType, parseMediaType } from '../values/media-types.js';
import type { Platform } from '../values/platform.js';
import { MAX_MANIFEST_BYTES, type Manifest, parseManifest } from './manifest.js';

/** The parts of a manifest that is about to be written. */
export interface ManifestParts {
  /** Required unless `config` has a type of its own (image-spec manifest.md, "artifactType"). */
  readonly artifactType?: string | undefined;
  /** @default the empty descriptor */
  readonly config?: Descriptor | undefined;
  /** Written in this order. @default one empty descriptor, since a manifest without layers is not portable */
  readonly layers?: readonly Descriptor[] | undefined;
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}

/**
 * Builds an image manifest: an artifact, or an image when `config` is an image config.
 *
 * Equal parts give equal bytes: fields in a fixed order, annotations sorted by key, no white space.
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
  return encode({
    schemaVersion: 2,
    mediaType: MediaType.imageManifest,
    ...(parts.artifactType === undefined ? {} : { artifactType: parts.artifactType }),
    config: descriptorFields(config),
    layers: layers.map(descriptorFields),
    ...(parts.subject === undefined ? {} : { subject: subjectFields(parts.subject) }),
    ...annotationFields(parts.annotations),
  });
}

/** The parts of an index that is about to be written. */
export interface IndexParts {
  readonly artifactType?: string | undefined;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor | undefined;
  readonly annotations?: Annotations | undefined;
}

/**
 * Builds an image index; the same promises as {@link buildManifest}.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function buildIndex(parts: IndexParts): Manifest {
  if (parts.artifactType !== undefined) parseMediaType(parts.artifactType, 'artifact type');
  return encode({
    schemaVersion: 2,
    mediaType: MediaType.imageIndex,
    ...(parts.artifactType === undefined ? {} : { artifactType: parts.artifactType }),
    manifests: parts.manifests.map(descriptorFields),
    ...(parts.subject === undefined ? {} : { subject: subjectFields(parts.subject) }),
    ...annotationFields(parts.annotations),
  });
}

function encode(document: object): Manifest {
  const bytes = Buffer.from(JSON.stringify(document));
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
    return parseManifest(bytes);
  } catch (cause) {
    if (!isRemoraError(cause)) throw cause;
    throw new RemoraError('INVALID_ARGUMENT', cause.message, { cause });
  }
}

function descriptorFields(descriptor: Descriptor): object {
  return {
    mediaType: parseMediaType(descriptor.mediaType),
    digest: descriptor.digest,
    size: descriptor.size,
    ...(descriptor.urls === undefined ? {} : { urls: descriptor.urls }),
    ...annotationFields(descriptor.annotations),
    ...(descriptor.data === undefined ? {} : { data: descriptor.data }),
    ...(descriptor.artifactType ? { artifactType: descriptor.artifactType } : {}),
    ...(descriptor.platform === undefined ? {} : { platform: platformFields(descriptor.platform) }),
  };
}

/** A subject is named by type, digest and size alone, so that attaching by tag, digest or list entry gives one digest. */
function subjectFields({ mediaType, digest, size }: Descriptor): object {
  return { mediaType, digest, size };
}

function platformFields(platform: Platform): object {
  return {
    architecture: platform.architecture,
    os: platform.os,
    ...(platform['os.version'] === undefined ? {} : { 'os.version': platform['os.version'] }),
    ...(platform['os.features'] === undefined ? {} : { 'os.features': platform['os.features'] }),
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
  };
}

function annotationFields(annotations: Annotations | undefined): object {
  if (annotations === undefined || Object.keys(annotations).length === 0) return {};
  checkAnnotations(annotations);
  return { annotations: sortAnnotations(annotations) };
}
