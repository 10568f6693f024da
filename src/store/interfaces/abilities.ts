import type { Readable } from 'node:stream';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type {
  CallOptions,
  ContentWriter,
  ManifestSelector,
  PutManifestOptions,
  TransferOptions,
  Via,
  WriteResult,
} from './store.js';

/** The ability to take content whose digest is not known yet, in one pass. */
export interface Ingester {
  /** Writes a blob of unknown digest and says what it was. `open` is called once. */
  ingestBlob(
    mediaType: string,
    open: () => Promise<Readable>,
    options?: TransferOptions,
  ): Promise<{ descriptor: Descriptor; result: WriteResult }>;
}

/** Whether `store` can take content whose digest is not known yet. */
export function isIngester(store: ContentWriter): store is ContentWriter & Ingester {
  return 'ingestBlob' in store;
}

/** The ability to list several manifests with their subject in one step. */
export interface Lister {
  /**
   * Sees to it that manifests that are there are listed with their subject, as `putManifest` does for
   * one.
   */
  listReferrers(
    subject: Digest,
    manifests: readonly Manifest[],
    options?: Pick<PutManifestOptions, 'signal' | 'settle'>,
  ): Promise<Via>;
  /** Tells that manifests will be listed with a subject, most likely those that are: its list is asked for ahead. */
  expectReferrers(subject: Digest, options?: CallOptions): void;
  /** Tells that a manifest will be listed with a subject that is yet to be resolved: how it is listed is asked ahead. */
  expectListing(options?: CallOptions): void;
}

/** Whether `store` lists several manifests in one step; others list each when it is written. */
export function isLister<T extends object>(store: T): store is T & Lister {
  return 'listReferrers' in store;
}

/** A source whose blobs are files of their own. */
export interface BlobFiles {
  /** The path of a blob's file; whether it is there, and whole, is not said. */
  blobFile(digest: Digest): string;
}

/** Whether the blobs of `source` are files of their own. */
export function hasBlobFiles<T extends object>(source: T): source is T & BlobFiles {
  return 'blobFile' in source;
}

/** The ability to take a blob from a file without a second copy of its data, where the file system can do that. */
export interface Cloner {
  /** Like `writeBlob`, from `file`, whose content `open` reads. */
  cloneBlob(
    expected: Descriptor,
    file: string,
    open: () => Promise<Readable>,
    options?: TransferOptions,
  ): Promise<WriteResult>;
}

/** Whether `store` can take blobs from files. */
export function isCloner<T extends object>(store: T): store is T & Cloner {
  return 'cloneBlob' in store;
}

/** How a manifest is to be removed. */
export interface DeleteManifestOptions extends CallOptions {
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
  /** Called with the tag of each list of referrers that named the manifest and does so no longer. */
  readonly onUnlisted?: ((tag: string) => void) | undefined;
  /** Called where the removed content does not have its digest, so that its subject is not known. */
  readonly onDamaged?: (() => void) | undefined;
}

/** The ability to remove things. Each gives false when there was nothing. */
export interface Deleter {
  /**
   * Removes a manifest with all its tags and every list entry that names it.
   *
   * @throws RemoraError `UNSUPPORTED` when the store does not let manifests be deleted
   */
  deleteManifest(digest: Digest, options?: DeleteManifestOptions): Promise<boolean>;
  /**
   * Removes a tag; the manifest stays.
   *
   * @throws RemoraError `UNSUPPORTED` when the store cannot remove a tag alone
   */
  deleteTag(tag: string, options?: CallOptions): Promise<boolean>;
  /**
   * Removes a blob.
   *
   * @throws RemoraError `UNSUPPORTED` when it is a manifest that the store lists, or blobs cannot be deleted
   */
  deleteBlob(digest: Digest, options?: CallOptions): Promise<boolean>;
}

/** Whether things can be removed from `store`. */
export function isDeleter<T extends object>(store: T): store is T & Deleter {
  return 'deleteManifest' in store;
}

/** The blobs that were removed to free space. */
export interface PruneResult {
  readonly blobs: number;
  readonly bytes: number;
}

/** The ability to remove the blobs that nothing names any more. */
export interface Pruner {
  /** The blobs that may be left over when a manifest goes: itself, all that it leads to, and the lists that name it. */
  blobsOf(manifest: Digest): Promise<readonly Digest[]>;
  /**
   * Removes those of `candidates` that nothing leads to.
   *
   * @throws RemoraError when a manifest cannot be read: nobody knows what it leads to, and nothing is removed
   */
  pruneBlobs(candidates: ReadonlySet<Digest>, options?: CallOptions): Promise<PruneResult>;
}

/** Whether blobs can be pruned from `store`. */
export function isPruner<T extends object>(store: T): store is T & Pruner {
  return 'pruneBlobs' in store;
}

/** Options of {@link GarbageCollector.collectGarbage}. */
export interface CollectOptions extends CallOptions {
  /** Milliseconds since the last write, for which a file is kept in any case. @default one hour */
  readonly grace?: number | undefined;
  /** Remove nothing, and tell what would be removed. @default false */
  readonly dryRun?: boolean | undefined;
}

/** A file that a writer left. */
export interface GarbageFile {
  /** With forward slashes, below the layout's directory. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/** The files that a collector removed, or would remove. */
export interface Garbage {
  readonly blobs: readonly { readonly digest: Digest; readonly size: number }[];
  /** Temporary files whose makers are gone, and unfinished uploads. */
  readonly leftOvers: readonly GarbageFile[];
  /** The sum of all sizes. */
  readonly bytes: number;
  /** The number of blobs that nothing names and that are too young to go. */
  readonly young: number;
  /** Names in the layout's directory that are not a blob's or a writer's: they stay. */
  readonly foreign: readonly string[];
}

/** The ability to find and remove all that nothing names. */
export interface GarbageCollector {
  /**
   * Removes blobs that nothing names, temporary files and unfinished uploads.
   *
   * @throws RemoraError `INCOMPLETE` when something reachable cannot be read: nobody knows what it leads to, and nothing is
   *   removed
   */
  collectGarbage(options?: CollectOptions): Promise<Garbage>;
}

/** Whether `store` can remove what nothing names. */
export function isGarbageCollector<T extends object>(store: T): store is T & GarbageCollector {
  return 'collectGarbage' in store;
}

/** The ability to have one name for the manifests of several platforms, without an index. */
export interface PlatformNames {
  /** The manifests that a selector can mean, where each has a platform of its own; else none. */
  platformEntries(selector: ManifestSelector, options?: CallOptions): Promise<readonly Descriptor[]>;
}

/** Whether `source` can have manifests of several platforms under one name. */
export function hasPlatformNames<T extends object>(source: T): source is T & PlatformNames {
  return 'platformEntries' in source;
}

/**
 * Gives the manifest that a tag shall name, undefined when the tag is as it shall be. It is called at each look at the tag,
 * with what is there: for its own result it gives undefined. An error that it throws ends the work, and nothing more is
 * written.
 *
 * @param isAgain an earlier result was written, or may have been: another writer replaced it, knowing it or not
 */
export type TagChange = (present: Manifest | undefined, isAgain: boolean) => Manifest | undefined;

/** Options of {@link TagChanger.changeTag}. */
export interface ChangeTagOptions extends CallOptions {
  /** Look at a registry's tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
}

/** A tag before and after its change. */
export interface ChangedTag {
  /** The manifest that the last write replaced, or that needed no change; undefined where the tag was new. */
  readonly before: Manifest | undefined;
  /** The manifest that the tag names now, with what others wrote meanwhile; undefined where there is none. */
  readonly after: Manifest | undefined;
  /** This call wrote the tag. */
  readonly isWritten: boolean;
  /** For a manifest with a subject that was written: where the store lists it. */
  readonly listedBy?: Via | undefined;
}

/** The ability to change what a tag names, where others change it at the same time. */
export interface TagChanger {
  /**
   * Reads a tag, changes the manifest, writes it where nobody was faster, and reads it back until the change stays. The
   * content that the new manifest names must be there.
   *
   * @throws RemoraError `CHANGED` when the change does not stay, and what `change` throws
   */
  changeTag(tag: string, change: TagChange, options?: ChangeTagOptions): Promise<ChangedTag>;
}

/** Whether `store` can change what a tag names without losing what others write. */
export function isTagChanger<T extends object>(store: T): store is T & TagChanger {
  return 'changeTag' in store;
}

/** The ability to take entries out of a list of referrers. */
export interface Unlister {
  /**
   * Takes the entry of a manifest that is gone out of the referrers tag of a subject; false where it has none.
   *
   * @throws RemoraError `CHANGED` when others write it back without end, and for a list that cannot be read
   */
  unlist(subject: Digest, manifest: Digest, options?: DeleteManifestOptions): Promise<boolean>;
}

/** Whether entries can be taken out of the lists of `store`. */
export function isUnlister<T extends object>(store: T): store is T & Unlister {
  return 'unlist' in store;
}
