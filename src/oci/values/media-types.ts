import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';

/** Media types of the OCI image specification and the Docker types that registries still hold. */
export const MediaType = {
  imageManifest: 'application/vnd.oci.image.manifest.v1+json',
  imageIndex: 'application/vnd.oci.image.index.v1+json',
  imageConfig: 'application/vnd.oci.image.config.v1+json',
  imageLayer: 'application/vnd.oci.image.layer.v1.tar',
  imageLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  empty: 'application/vnd.oci.empty.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerImageConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  /** Withdrawn before image-spec 1.1: remora reads it and never writes it. */
  ociArtifactManifest: 'application/vnd.oci.artifact.manifest.v1+json',
  /** ORAS's own, which is older: remora reads it and never writes it. */
  orasArtifactManifest: 'application/vnd.cncf.oras.artifact.manifest.v1+json',
  /** The type of an artifact without a known type (oras uses the same). */
  unknownArtifact: 'application/vnd.unknown.artifact.v1',
  octetStream: 'application/octet-stream',
} as const;

/** The manifests that remora reads, by preference, for the `Accept` header (distribution-spec, "Pulling manifests"). */
export const MANIFEST_TYPES: readonly string[] = [
  MediaType.imageManifest,
  MediaType.imageIndex,
  MediaType.dockerManifest,
  MediaType.dockerManifestList,
  MediaType.ociArtifactManifest,
  MediaType.orasArtifactManifest,
];

/** The types that decide how a document is read. */
const DECISIVE: ReadonlyMap<string, string> = new Map(
  [...MANIFEST_TYPES, MediaType.imageConfig, MediaType.dockerImageConfig, MediaType.empty].map((type) => [type, type]),
);

/**
 * The media type as it is compared: that of a manifest or config without parameters and in lower case (RFC 6838 §4.2),
 * any other as it is.
 */
export function plainType(mediaType: string): string {
  // The constant itself: a list of 100,000 keeps the text once.
  const known = DECISIVE.get(mediaType);
  return known ?? DECISIVE.get(mediaType.replace(/;.*$/s, '').trim().toLowerCase()) ?? mediaType;
}

export function isManifestType(mediaType: string): boolean {
  return MANIFEST_TYPES.includes(plainType(mediaType));
}

export function isIndexType(mediaType: string): boolean {
  const plain = plainType(mediaType);
  return plain === MediaType.imageIndex || plain === MediaType.dockerManifestList;
}

/** True for the types of Docker's schema 1, whose documents name no types and are not read. */
export function isSchema1Type(mediaType: string): boolean {
  return /^application\/vnd\.docker\.distribution\.manifest\.v1\+(json|prettyjws)\s*(;|$)/i.test(mediaType);
}

/** True for layers that a registry need not have (image-spec layer.md, deprecated). */
export function isNonDistributable(mediaType: string): boolean {
  return (
    mediaType.startsWith('application/vnd.oci.image.layer.nondistributable.') ||
    mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.')
  );
}

const GRAMMAR = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/;

/** True for a type and subtype of RFC 6838 §4.2, without parameters, in upper or lower case. */
export function isMediaType(text: string): boolean {
  return GRAMMAR.test(text);
}

/**
 * Parses a media type.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseMediaType(text: string, what = 'media type'): string {
  if (isMediaType(text)) return text;
  const why = /[; ]/.test(text) ? 'parameters and spaces are not allowed' : 'it must be type/subtype (RFC 6838)';
  throw new RemoraError('INVALID_ARGUMENT', `${what} ${quote(text)} is not well formed: ${why}`, {
    found: text,
    hint: 'Write it like application/spdx+json',
  });
}

/** Whether the type is that of an image's config; other configs are opaque (image-spec manifest.md, "config"). */
export function isImageConfig(mediaType: string): boolean {
  return mediaType === MediaType.imageConfig || mediaType === MediaType.dockerImageConfig;
}
