/** `remora/oci`: the values of the specifications, without effects. */
export { isRemoraError, RemoraError, type RemoraErrorCode } from '../errors.js';
export { buildIndex, buildManifest, type IndexParts, type ManifestParts } from './documents/build-manifest.js';
export { type ImageConfig, parseImageConfig } from './documents/image-config.js';
export type { ImageIndex } from './documents/image-index.js';
export type { ArtifactManifest, ImageManifest } from './documents/image-manifest.js';
export {
  annotationsOf,
  artifactTypeOf,
  layersOf,
  type Manifest,
  type ManifestExpectations,
  parseManifest,
  referrerEntry,
  subjectOf,
} from './documents/manifest.js';
export { type CatalogPlace, parseCatalogPlace } from './names/catalog.js';
export { formatPlace, type PathPlace, type Place, parsePlace } from './names/place.js';
export { formatReference, isRepository, isTag, parseReference, type Reference } from './names/reference.js';
export { type PinnedTarget, parsePinnedTarget, parseTags, parseTarget, type Target } from './names/target.js';
export { Annotation, type Annotations, isDateTime, isRefName } from './values/annotations.js';
export { type Descriptor, describe } from './values/descriptor.js';
export { parseDescriptor } from './values/descriptor-schema.js';
export {
  algorithmOf,
  type Digest,
  digestOf,
  encodedOf,
  isDigest,
  parseDigest,
  type VerifiableAlgorithm,
} from './values/digest.js';
export { EMPTY_BYTES, EMPTY_DESCRIPTOR, isEmpty } from './values/empty.js';
export { isMediaType, MediaType, parseMediaType } from './values/media-types.js';
export { formatPlatform, matchesPlatform, type Platform, parsePlatform } from './values/platform.js';
export { isDigestTag, isReferrersTag, referrersTag } from './values/referrers-tag.js';
