/**
 * remora's library: everything that the command line does, for JavaScript.
 *
 * Values are plain objects, stores hold artifacts, operations are functions over stores. Nothing here prints or exits;
 * every failure is a {@link RemoraError} with a stable `code`.
 */
export { isRemoraError, RemoraError, type RemoraErrorCode, type RemoraErrorOptions } from './errors.js';
export type { ConnectionOptions, HostWait, RequestTrace } from './io/connection.js';
export type { Credential, CredentialSource, PasswordCredential } from './io/credential.js';
export { dockerCredentials } from './io/credentials.js';
export { type PackedDirectory, packDirectory } from './io/pack-directory.js';
export { Annotation, type Annotations, isDateTime, isRefName } from './oci/annotations.js';
export { buildIndex, buildManifest, type IndexParts, type ManifestParts } from './oci/build-manifest.js';
export { type CatalogPlace, parseCatalogPlace } from './oci/catalog-place.js';
export { type Descriptor, describe, parseDescriptor } from './oci/descriptor.js';
export {
  algorithmOf,
  type Digest,
  digestOf,
  encodedOf,
  isDigest,
  parseDigest,
  type VerifiableAlgorithm,
} from './oci/digest.js';
export { EMPTY_BYTES, EMPTY_DESCRIPTOR, isEmpty } from './oci/empty.js';
export { type ImageConfig, parseImageConfig } from './oci/image-config.js';
export type { ImageIndex } from './oci/image-index.js';
export type { ArtifactManifest, ImageManifest } from './oci/image-manifest.js';
export { FORMATS, type Format, KINDS, type Kind, type KindRow, type Where } from './oci/kinds/kind.js';
export { type KindFacts, type KindResult, kindOf } from './oci/kinds/kind-of.js';
export { KIND_TABLE } from './oci/kinds/table.js';
export {
  annotationsOf,
  artifactTypeOf,
  layersOf,
  type Manifest,
  type ManifestExpectations,
  parseManifest,
  referrerEntry,
  subjectOf,
} from './oci/manifest.js';
export { isMediaType, MediaType, parseMediaType } from './oci/media-types.js';
export { formatPlace, type PathPlace, type Place, parsePlace } from './oci/place.js';
export { formatPlatform, matchesPlatform, type Platform, parsePlatform } from './oci/platform.js';
export { type Recognised, type RecogniseOptions, recognise } from './oci/recognise.js';
export { formatReference, isRepository, isTag, parseReference, type Reference } from './oci/reference.js';
export { isDigestTag, isReferrersTag, referrersTag } from './oci/referrers-tag.js';
export { type PinnedTarget, parsePinnedTarget, parseTags, parseTarget, type Target } from './oci/target.js';
export { type AttachOptions, type AttachResult, attach } from './operations/attach.js';
export type { AttachedThing } from './operations/attached-thing.js';
export {
  type BlobSource,
  type FetchedBlob,
  fetchBlob,
  type PutBlobOptions,
  type PutBlobResult,
  putBlob,
} from './operations/blob.js';
export { repair, repairable } from './operations/check/repair.js';
export {
  type Checked,
  type CheckOptions,
  type CheckResult,
  type Checkup,
  check,
  FINDINGS,
  type Finding,
  type FindingCode,
  type Severity,
} from './operations/check.js';
export { choose, type Selection } from './operations/choose.js';
export { type CopyOptions, copy } from './operations/copy.js';
export { CopyAhead, type CopyAheadOptions } from './operations/copy-ahead.js';
export { type CopyToArchiveOptions, copyToArchive } from './operations/copy-archive.js';
export { type CopyItem, type CopyPlan, type CopyRoot, type PlanCopyOptions, planCopy } from './operations/copy-plan.js';
export { plannedCopy } from './operations/copy-planned.js';
export type { CopiedObject, CopiedTag, CopyResult } from './operations/copy-result.js';
export type { CopySelection } from './operations/copy-selection.js';
export {
  type Detachment,
  type DetachOptions,
  type DetachResult,
  detach,
  type FailedThing,
} from './operations/detach.js';
export type { BlockedThing, DetachedThing, DetachItem } from './operations/detach-item.js';
export { type DetachPlan, type PlanDetachOptions, planDetach } from './operations/detach-plan.js';
export type { DetachSelection } from './operations/detach-selection.js';
export {
  type AskedWay,
  type DiscoveredNode,
  type DiscoveredPlatform,
  type DiscoverOptions,
  type DiscoverResult,
  type Discovery,
  discover,
  type Unasked,
} from './operations/discover.js';
export type { FileInput } from './operations/file-input.js';
export { type InspectResult, inspect } from './operations/inspect.js';
export { type KindsResult, type KnownValue, type ListKindsOptions, listKinds } from './operations/list-kinds.js';
export { type ListTagsOptions, listTags, type TagsResult } from './operations/list-tags.js';
export type { PackOptions, Transfer } from './operations/pack.js';
export { platformManifest, resolvePlatform } from './operations/platform-child.js';
export { type PulledArtifact, type PullOptions, pull } from './operations/pull.js';
export type { PulledFile } from './operations/pull-file.js';
export {
  type PullResult,
  type PullSelectedOptions,
  pullSelected,
  type SelectedArtifact,
  type SelectedFile,
} from './operations/pull-selected.js';
export { streamSelected } from './operations/pull-stream.js';
export { type PackResult, type PushOptions, type PushResult, pack, push } from './operations/push.js';
export {
  type PutManifestDocumentOptions,
  type PutManifestDocumentResult,
  putManifest,
  type ReadManifestOptions,
  readManifestDocument,
} from './operations/put-manifest.js';
export { type DeleteOptions, type DeleteResult, deleteBlob, deleteManifest, deleteTag } from './operations/remove.js';
export {
  type MissingKind,
  missingKinds,
  parseRequirement,
  REQUIRE_ON,
  type Requirement,
  type RequireOn,
} from './operations/require.js';
export { resultSchemas } from './operations/result-schemas.js';
export type { SelectedThing } from './operations/select-things.js';
export type { AnnotationSelector } from './operations/selection.js';
export { type TagResult, tag } from './operations/tag.js';
export { type Unwrapped, unwrap } from './operations/unwrap.js';
export { type Listening, type ListenOptions, listen } from './serve/listen.js';
export { createServer, type RequestLog, type ServerOptions } from './serve/server.js';
export type { BlobLinker, RangeReader, Repositories, Repository, UploadKeeper } from './store/hosting.js';
export { type OpenRepositoriesOptions, openRepositories } from './store/layout/root.js';
export {
  type OpenSourceOptions,
  type OpenStoreOptions,
  openArchiveWriter,
  openSource,
  openStore,
} from './store/open.js';
export { type ListRepositoriesOptions, listRepositories } from './store/repositories.js';
export {
  type ArchiveWriter,
  type AskedPlace,
  type CallOptions,
  type ContentReader,
  type ContentWriter,
  type DeleteManifestOptions,
  type Deleter,
  type Ingester,
  isDeleter,
  isIngester,
  isPruner,
  type ManifestSelector,
  type PruneResult,
  type Pruner,
  type PutManifestOptions,
  type PutManifestResult,
  type Referrer,
  type ReferrerLister,
  type ReferrerOptions,
  type Source,
  type Store,
  type TagResolver,
  type TransferOptions,
  type Via,
  type WriteResult,
} from './store/store.js';
