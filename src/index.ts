/**
 * remora's library: a verb for each use case, named as the command.
 *
 * A verb takes a reference, a parsed place or an open store. It never prints and never exits; every failure is a
 * {@link RemoraError} with a stable `code`. Stores, values and the server are in `remora/store`, `remora/oci` and
 * `remora/serve`.
 */
export {
  type ErrorFields,
  isRemoraError,
  RemoraError,
  type RemoraErrorCode,
  type RemoraErrorOptions,
} from './errors.js';
export type { Format, Kind } from './formats/kinds/kind.js';
export type { Credential, CredentialSource, PasswordCredential } from './io/credentials/credential.js';
export type { ConnectionOptions, HostWait, RequestTrace } from './io/http/connection-options.js';
export type { AnnotationChanges } from './oci/documents/edit-annotations.js';
export type { Place } from './oci/names/place.js';
export type { Annotations } from './oci/values/annotations.js';
export type { Descriptor } from './oci/values/descriptor.js';
export type { Digest } from './oci/values/digest.js';
export type { Platform } from './oci/values/platform.js';
export { type AnnotateOptions, annotate } from './operations/annotate/annotate.js';
export type { AnnotateResult } from './operations/annotate/schema.js';
export { type AttachEachOptions, type AttachOptions, type AttachTo, attach } from './operations/attach/attach.js';
export type { AttachEachDryRunResult, AttachEachResult, AttachResult } from './operations/attach/schema.js';
export type { AnnotationSelector, Selection } from './operations/attached/selection.js';
export { type CheckOptions, check } from './operations/check/check.js';
export { collectGarbage, type GarbageOptions } from './operations/check/garbage.js';
export type { FindingCode, Severity } from './operations/check/report/findings.js';
export type { Checked, Finding } from './operations/check/report/schema.js';
export type { CheckResult, GarbageResult } from './operations/check/schema.js';
export { type CopyOptions, copy, type SideAccess } from './operations/copy/copy.js';
export type { CopyTarget } from './operations/copy/locations.js';
export type { CopyVolume } from './operations/copy/plan.js';
export type { CopyNames } from './operations/copy/roots.js';
export type { CopiedObject, CopiedTag, CopyResult, KeptTag } from './operations/copy/schema.js';
export type { CopySelection } from './operations/copy/selection.js';
export {
  type BlockedAttachment,
  type DetachedAttachment,
  type DetachOptions,
  type DetachResult,
  type DetachSelection,
  detach,
  type FailedAttachment,
} from './operations/detach/detach.js';
export {
  type AskedWay,
  type DiscoveredNode,
  type DiscoveredPlatform,
  type DiscoverOptions,
  type DiscoverResult,
  type Discovery,
  discover,
  type EndOfLife,
  type KindOnIndex,
  type MissingKind,
  type Unasked,
} from './operations/discover/discover.js';
export type { Requirement, RequireOn } from './operations/discover/missing.js';
export { type AddToIndexOptions, addToIndex } from './operations/index/add-to-index.js';
export { type AnnotateIndexOptions, annotateIndex, type IndexAnnotations } from './operations/index/annotate-index.js';
export { type CreateIndexOptions, createIndex } from './operations/index/create-index.js';
export type { SamePlatform } from './operations/index/entries.js';
export type { IndexMember } from './operations/index/members.js';
export { type RemoveFromIndexOptions, removeFromIndex } from './operations/index/remove-from-index.js';
export type { IndexResult, IndexResultEntry } from './operations/index/schema.js';
export { type InspectOptions, inspect } from './operations/inspect/inspect.js';
export type { InspectResult } from './operations/inspect/schema.js';
export { type ListLoginsOptions, listLogins } from './operations/login/list-logins.js';
export { type LoginOptions, login } from './operations/login/login.js';
export type { LoginResult, LoginsResult } from './operations/login/schema.js';
export { type LogoutOptions, logout } from './operations/logout/logout.js';
export type { LogoutResult } from './operations/logout/schema.js';
export type { Content } from './operations/pack/content.js';
export type { FileInput } from './operations/pack/inputs.js';
export type { PackOptions } from './operations/pack/plan.js';
export type { DryRunResult } from './operations/pack/schema.js';
export type { ElsewhereOptions } from './operations/places/elsewhere.js';
export type { AccessOptions, Location, Stored } from './operations/places/location.js';
export {
  type KeepReason,
  type KeptAttachment,
  type PrunedAttachment,
  type PrunedList,
  type PruneOptions,
  type PruneResult,
  type PruneRule,
  type PruneRules,
  type PruneSelection,
  prune,
  type Unseen,
} from './operations/prune/prune.js';
export {
  type PulledArtifact,
  type PulledFile,
  type PullOptions,
  type PullResult,
  pull,
} from './operations/pull/pull.js';
export { type ReadOptions, read } from './operations/pull/read.js';
export { type PushOptions, push } from './operations/push/push.js';
export type { PushResult } from './operations/push/schema.js';
export { readReferences } from './operations/report/read-references.js';
export {
  type ReadReference,
  type Reportable,
  type ReportCell,
  type ReportOptions,
  type ReportRow,
  type ReportState,
  report,
  type Shard,
} from './operations/report/report.js';
export { type ResolveOptions, resolve } from './operations/resolve/resolve.js';
export type { ResolveResult } from './operations/resolve/schema.js';
export { type AttestOptions, attest } from './operations/sign/attest.js';
export type { PlannedSignature, Signature, SignDryRunResult, SignResult } from './operations/sign/schema.js';
export { sign } from './operations/sign/sign.js';
export type { SignOptions } from './operations/sign/sign-subjects.js';
export type { SigningOptions } from './operations/sign/signing-with.js';
export type { TagResult } from './operations/tag/schema.js';
export { tag } from './operations/tag/tag.js';
export type { Direction, Transfer } from './operations/transfer/transfer.js';
export type { VerifyBlobResult } from './operations/verify/blob-schema.js';
export { parsePolicy, readTrustedRoot, trustIdentity, trustNotation } from './operations/verify/make-trust.js';
export type { TrustOptions } from './operations/verify/options.js';
export type { PolicyViolation, UnverifiedKind, VerifiedOnIndex } from './operations/verify/schema.js';
export {
  type Verification,
  type VerifiedNode,
  type VerifiedPlatform,
  type VerifyOptions,
  type VerifyResult,
  verify,
} from './operations/verify/verify.js';
export { type VerifyBlobOptions, verifyBlob } from './operations/verify/verify-blob.js';
export type { Waiting, WaitOptions } from './operations/wait/wait.js';
export type { Session } from './store/interfaces/session.js';
export type { CallOptions, Source, Store, Via } from './store/interfaces/store.js';
export { openSession } from './store/registry/session.js';
export { type TrustKeyOptions, trustKey } from './trust/keys/trust-key.js';
export type { NotationTrustSource } from './trust/notation/trust-notation.js';
export type { PolicyFiles, PolicyTrustStores } from './trust/policy/make-trust.js';
export type { ParsePolicyOptions } from './trust/policy/parse-policy.js';
export type { Policy, PolicyOn, PolicyRule } from './trust/policy/policy.js';
export type { PrivateKeySource } from './trust/sign/read-signing-key.js';
export type { TrustIdentityOptions } from './trust/sigstore/trust-identity.js';
export type { Reason, SignedTime, Signer, Verdict } from './trust/values/judgement.js';
export type {
  IdentityTrust,
  KeyTrust,
  NotationPolicy,
  NotationTrust,
  Trust,
  TrustedRoot,
} from './trust/values/trust.js';
