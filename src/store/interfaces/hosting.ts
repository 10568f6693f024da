import type { Readable } from 'node:stream';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { Deleter } from './abilities.js';
import type { BlobSizeOptions, CallOptions, Store } from './store.js';

/** The ability to read parts of blobs without knowing their size. */
export interface RangeReader {
  /** The size of a blob in bytes, undefined when there is none. */
  blobSize(digest: Digest, options?: BlobSizeOptions): Promise<number | undefined>;
  /**
   * Opens a blob to be read piece by piece; it must be read then. The memory of a piece is used again as soon as the next
   * one is asked for. The last one comes when all are verified.
   */
  openPieces(descriptor: Descriptor, options?: CallOptions): Promise<AsyncIterable<Buffer>>;
  /** Opens bytes `start` to `end`, both included. They are not verified: a part has no digest. */
  openRange(digest: Digest, start: number, end: number, options?: CallOptions): Promise<Readable>;
}

/** The ability to take blobs piece by piece, in sessions that outlive a connection and a process. */
export interface UploadKeeper {
  /**
   * Starts a session and gives its id.
   *
   * @param most unfinished sessions that the store may have then, over all processes and restarts
   * @throws RemoraError `BUSY` for one more
   */
  beginUpload(most?: number): Promise<string>;
  /** The bytes that a session holds, undefined when the session does not exist. */
  uploadSize(id: string): Promise<number | undefined>;
  /**
   * Adds what `source` gives; what arrived before it failed is kept. Gives the bytes held then.
   *
   * @throws RemoraError `NOT_FOUND`; `SIZE_MISMATCH`, and nothing of `source` is kept
   */
  appendUpload(id: string, source: AsyncIterable<Uint8Array>, options?: AppendUploadOptions): Promise<number>;
  /**
   * Ends a session: its content becomes a blob.
   *
   * @throws RemoraError `DIGEST_MISMATCH`, and the session is gone; `UNSUPPORTED` for digests that cannot be verified
   */
  commitUpload(id: string, digest: Digest): Promise<number>;
  /** Ends a session without a blob; false when the session does not exist. */
  cancelUpload(id: string): Promise<boolean>;
  /** Removes sessions that nobody touched for that many milliseconds. */
  sweepUploads(olderThan: number): Promise<void>;
}

/** Options of {@link UploadKeeper.appendUpload}. */
export interface AppendUploadOptions extends CallOptions {
  /** The bytes that come, where they were told. @default any number */
  readonly bytes?: number | undefined;
}

/** The ability to take a blob from another repository without moving its bytes. */
export interface BlobLinker {
  /** Makes a blob of `from` one of this store; false when `from` has none, or a damaged one. */
  linkBlob(from: Repository, digest: Digest): Promise<boolean>;
}

/** The ability to keep a blob for a client that was told of it. */
export interface BlobKeeper {
  /**
   * Whether a blob is there; a small one is read, since it may be damaged. For an hour from now it is not removed as one
   * that nothing names.
   */
  keepBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean>;
}

/** A store that can be served as a repository. */
export interface Repository extends Store, Deleter, RangeReader, UploadKeeper, BlobLinker, BlobKeeper {
  /** Where its files are. */
  readonly directory: string;
}

/** Many repositories by name. `await using` closes them. */
export interface Repositories extends AsyncDisposable {
  /** The repository of that name; undefined when there is none and it may not be created. */
  open(name: string, options: { readonly create: boolean }): Promise<Repository | undefined>;
  /** The names of all repositories, sorted. */
  names(): Promise<readonly string[]>;
  /** Closes every repository that is open. */
  close(): Promise<void>;
}

/** Whether a store can be served: layouts can. */
export function isRepositoryStore(store: Store): store is Repository {
  return 'beginUpload' in store && 'deleteManifest' in store;
}
