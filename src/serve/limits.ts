import { MAX_MANIFEST_BYTES } from '../oci/documents/manifest.js';

/** Limits of a server; every one can be set. */
export interface Limits {
  /** Bytes of a manifest. @default 4 MiB */
  readonly manifestBytes: number;
  /** Bytes of a blob. @default Infinity */
  readonly blobBytes: number;
  /** Requests that send a blob at a time. @default 64 */
  readonly uploads: number;
  /** Unfinished uploads that a repository keeps, over restarts and for all servers of a directory. @default 48 */
  readonly unfinished: number;
  /** Entries in one page of a list. @default 1000 */
  readonly page: number;
}

/** The specification asks registries to take manifests of 4 MiB ("Pushing Manifests"). */
export const DEFAULT_LIMITS: Limits = {
  manifestBytes: MAX_MANIFEST_BYTES,
  blobBytes: Number.POSITIVE_INFINITY,
  uploads: 64,
  unfinished: 48,
  page: 1000,
};
