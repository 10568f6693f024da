/**
 * remora's library: everything that the command line does, for JavaScript.
 *
 * Values are plain objects, stores hold artifacts, operations are functions over stores. Nothing here prints or exits;
 * every failure is a {@link RemoraError} with a stable `code`.
 */
export { isRemoraError, RemoraError, type RemoraErrorCode, type RemoraErrorOptions } from './errors.js';
export { FORMATS, type Format, KINDS, type Kind, type KindRow, type Where } from './formats/kinds/kind.js';
export { type KindFacts, type KindResult, kindOf } from './formats/kinds/kind-of.js';
export { KIND_TABLE } from './formats/kinds/table.js';
export { type Recognised, type RecogniseOptions, recognise } from './formats/recognise/recognise.js';
export type { Credential, CredentialSource, PasswordCredential } from './io/credentials/credential.js';
export { dockerCredentials } from './io/credentials/lookup.js';
export type { ConnectionOptions, HostWait, RequestTrace } from './io/http/connection-options.js';
export { type PackedDirectory, packDirectory } from './io/tar/pack.js';
export { buildIndex, buildManifest, type IndexParts, type ManifestParts } from './oci/documents/build-manifest.js';
export { type ImageConfig, parseImageConfig } from './oci/documents/image-config.js';
export type { ImageIndex } from './oci/documents/image-index.js';
export type { ArtifactManifest, ImageManifest } from './oci/documents/image-manifest.js';
export {
  annotationsOf,
  artifactTypeOf,
  layersOf,
  type Manifest,
  type ManifestExpectations,
  parseManifest,
  referrerEntry,
  subjectOf,
} from './oci/documents/manifest.js';
export { type CatalogPlace, parseCatalogPlace } from './oci/names/catalog.js';
export { formatPlace, type PathPlace, type Place, parsePlace } from './oci/names/place.js';
export { formatReference, isRepository, isTag, parseReference, type Reference } from './oci/names/reference.js';
export { type PinnedTarget, parsePinnedTarget, parseTags, parseTarget, type Target } from './oci/names/target.js';
export { Annotation, type Annotations, isDateTime, isRefName } from './oci/values/annotations.js';
export { type Descriptor, describe, parseDescriptor } from './oci/values/descriptor.js';
export {
  algorithmOf,
  type Digest,
  digestOf,
  encodedOf,
  isDigest,
  parseDigest,
  type VerifiableAlgorithm,
} from './oci/values/digest.js';
export { EMPTY_BYTES, EMPTY_DESCRIPTOR, isEmpty } from './oci/values/empty.js';
export { isMediaType, MediaType, parseMediaType } from './oci/values/media-types.js';
export { formatPlatform, matchesPlatform, type Platform, parsePlatform } from './oci/values/platform.js';
export { isDigestTag, isReferrersTag, referrersTag } from './oci/values/referrers-tag.js';
export { type AttachOptions, attach } from './operations/attach/attach.js';
export type { AttachResult } from './operations/attach/schema.js';
export type { Attachment } from './operations/attached/attachment.js';
export type { SelectedAttachment } from './operations/attached/by-distance.js';
export { choose, type Selection } from './operations/attached/choose.js';
export { platformManifest, resolvePlatform } from './operations/attached/platform.js';
export type { AnnotationSelector } from './operations/attached/selection.js';
export { deleteBlob } from './operations/blob/delete-blob.js';
export { type FetchBlobOptions, fetchBlob, type OpenedBlob, openBlob } from './operations/blob/fetch-blob.js';
export { type PutBlobOptions, putBlob } from './operations/blob/put-blob.js';
export type { FetchBlobResult, PutBlobResult } from './operations/blob/schema.js';
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
} from './operations/check/check.js';
export { repair, repairable } from './operations/check/repair/repair.js';
export { CopyAhead, type CopyAheadOptions } from './operations/copy/ahead.js';
export { plannedCopy } from './operations/copy/dry-run.js';
export { type CopyToArchiveOptions, copyToArchive } from './operations/copy/into-archive.js';
export { type CopyOptions, copy } from './operations/copy/into-store.js';
export { type CopyItem, type CopyPlan, type CopyRoot, type PlanCopyOptions, planCopy } from './operations/copy/plan.js';
export type { CopiedObject, CopiedTag, CopyResult } from './operations/copy/result.js';
export type { CopySelection } from './operations/copy/selection.js';
export {
  type Detachment,
  type DetachOptions,
  type DetachResult,
  detach,
  type FailedAttachment,
} from './operations/detach/detach.js';
export { type DetachPlan, type PlanDetachOptions, planDetach } from './operations/detach/plan.js';
export type { BlockedAttachment, DetachedAttachment, DetachItem } from './operations/detach/result.js';
export type { DetachSelection } from './operations/detach/selection.js';
export {
  type AskedWay,
  type DiscoveredNode,
  type DiscoveredPlatform,
  type DiscoverOptions,
  type DiscoverResult,
  type Discovery,
  discover,
  type Unasked,
} from './operations/discover/discover.js';
export {
  type MissingKind,
  missingKinds,
  parseRequirement,
  REQUIRE_ON,
  type Requirement,
  type RequireOn,
} from './operations/discover/gate.js';
export { type InspectOptions, inspect } from './operations/inspect/inspect.js';
export type { InspectResult } from './operations/inspect/schema.js';
export { type ListKindsOptions, listKinds } from './operations/kinds/list-kinds.js';
export type { KindsResult, KnownValue } from './operations/kinds/schema.js';
export { listLogins } from './operations/login/list-logins.js';
export { type LoginOptions, login } from './operations/login/login.js';
export type { LoginResult, LoginsResult } from './operations/login/schema.js';
export { logout } from './operations/logout/logout.js';
export type { LogoutResult } from './operations/logout/schema.js';
export { type DeleteManifestOptions, deleteManifest, deleteTag } from './operations/manifest/delete-manifest.js';
export { type PutManifestOptions, putManifest } from './operations/manifest/put-manifest.js';
export { type ReadManifestOptions, readManifest } from './operations/manifest/read-manifest.js';
export type { PutManifestResult, ReadManifestResult } from './operations/manifest/schema.js';
export type { Content, ContentInput } from './operations/pack/content.js';
export type { FileInput } from './operations/pack/inputs.js';
export { type PackResult, pack } from './operations/pack/pack.js';
export type { PackOptions, Transfer } from './operations/pack/plan.js';
export type { DryRunResult } from './operations/pack/schema.js';
export type { AccessOptions, Location, Stored } from './operations/places/location.js';
export type { PullOptions } from './operations/pull/options.js';
export {
  type PullResult,
  type PullSelectedOptions,
  pullSelected,
  type SelectedArtifact,
  type SelectedFile,
} from './operations/pull/pull.js';
export type { PulledFile } from './operations/pull/stage-file.js';
export { streamSelected } from './operations/pull/to-stream.js';
export { type Unwrapped, unwrap } from './operations/pull/unwrap.js';
export { type PulledArtifact, pull } from './operations/pull/write-files.js';
export { type PushOptions, push } from './operations/push/push.js';
export type { PushResult } from './operations/push/schema.js';
export { listRepositories } from './operations/repo/list-repositories.js';
export { type ListTagsOptions, listTags } from './operations/repo/list-tags.js';
export type { RepositoriesResult, TagsResult } from './operations/repo/schema.js';
export { type ResolveOptions, resolve } from './operations/resolve/resolve.js';
export type { ResolveResult } from './operations/resolve/schema.js';
export type { DeleteOptions, Deletion } from './operations/results/deletion.js';
export type { DeleteResult } from './operations/results/deletion-schema.js';
export type { TagResult } from './operations/tag/schema.js';
export { tag } from './operations/tag/tag.js';
export { type Listening, type ListenOptions, listen } from './serve/listen.js';
export { type ServeDirectoryOptions, type ServedDirectory, serveDirectory } from './serve/serve-directory.js';
export { createServer, type RequestLog, type ServerOptions } from './serve/server.js';
export {
  type DeleteManifestOptions as StoreDeleteManifestOptions,
  type Deleter,
  type Ingester,
  isDeleter,
  isIngester,
  isPruner,
  type PruneResult,
  type Pruner,
} from './store/interfaces/abilities.js';
export type { BlobLinker, RangeReader, Repositories, Repository, UploadKeeper } from './store/interfaces/hosting.js';
export type { Session } from './store/interfaces/session.js';
export type {
  ArchiveWriter,
  AskedPlace,
  CallOptions,
  ContentReader,
  ContentWriter,
  ManifestSelector,
  PutManifestOptions as StorePutManifestOptions,
  PutManifestResult as StorePutManifestResult,
  Referrer,
  ReferrerLister,
  ReferrerOptions,
  Source,
  Store,
  TagResolver,
  TransferOptions,
  Via,
  WriteResult,
} from './store/interfaces/store.js';
export { type OpenRepositoriesOptions, openRepositories } from './store/layout/repositories.js';
export {
  type OpenSourceOptions,
  type OpenStoreOptions,
  openArchiveWriter,
  openSource,
  openStore,
} from './store/open.js';
export { openSession } from './store/registry/session.js';
