import { lstatSync } from 'node:fs';
import { lstat, lutimes } from 'node:fs/promises';
import { orUndefined } from '../../../io/async/or-undefined.js';
import { bestEffort, bestEffortSync, ifSystemError, UNREADABLE_CODES } from '../../../io/files/system-error.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import type { CallOptions } from '../../interfaces/store.js';
import { DirectoryFiles } from '../files/directory-files.js';
import { blobPath } from '../files/paths.js';
import { blobSize, openBlob } from './blobs.js';

/** Content up to this size is read before it is taken to be whole: larger content would cost each push a long read. */
export const LOOKED_AT_BYTES = 1024 * 1024;

/** A claim keeps a blob for so long, although nothing names it: the other layers of a push may take a while. */
const CLAIM_MS = 60 * 60 * 1000;

/** Options of {@link claimBlob}. */
export interface ClaimOptions extends CallOptions {
  /** A link to content elsewhere does not count. @default false */
  readonly own?: boolean | undefined;
}

/**
 * Whether a blob is there in the right size; a small one is read, since it may be damaged. The blob is claimed for the
 * manifest that is about to name it: {@link isClaimed} tells so to those who remove what nothing names.
 *
 * The claim is the date of the file, which every write sets, too: a pruner looks at its status time, since others may date
 * files as they like, and the collection of garbage at its age. A lock would have to be held until the manifest comes, and a
 * client of `serve` may never send it.
 */
export async function claimBlob(
  directory: string,
  descriptor: Descriptor,
  { own = false, signal }: ClaimOptions = {},
): Promise<boolean> {
  const path = blobPath(directory, descriptor.digest);
  const info = await ifSystemError(lstat(path), ...UNREADABLE_CODES);
  if (info === undefined || (own && !info.isFile())) return false;
  if (info.isFile()) await claimFile(path);
  const files = new DirectoryFiles(directory);
  // After the claim, so that what was removed before it is missing.
  if ((await blobSize(files, descriptor.digest)) !== descriptor.size) return false;
  return descriptor.size > LOOKED_AT_BYTES || isWhole(files, descriptor, signal);
}

async function isWhole(files: DirectoryFiles, descriptor: Descriptor, signal?: AbortSignal): Promise<boolean> {
  const read = async () => {
    const content = await orUndefined(openBlob(files, descriptor, { signal }), 'UNSUPPORTED');
    // Where the algorithm is not known a writer cannot verify it either.
    for await (const _ of content ?? []);
    return true;
  };
  return (await orUndefined(read(), 'NOT_FOUND', 'SIZE_MISMATCH', 'DIGEST_MISMATCH', 'IO')) ?? false;
}

/** Dates a file anew. Where it is not ours the look under the lock tells that it has gone. */
export async function claimFile(path: string): Promise<void> {
  const now = new Date();
  await bestEffort(lutimes(path, now, now));
}

/** The file of a blob, or the link that has its place. */
export interface BlobState {
  /** Zero for a link. */
  readonly bytes: number;
  /** The status time of the last write or claim, in nanoseconds. */
  readonly claimedNs: bigint;
}

/** Looks at a blob without a pause, so that it can be removed before anybody claims it; undefined where there is none. */
export function blobState(directory: string, digest: Digest): BlobState | undefined {
  const info = bestEffortSync(() => lstatSync(blobPath(directory, digest), { bigint: true }));
  if (info === undefined || !(info.isFile() || info.isSymbolicLink())) return undefined;
  return { bytes: info.isFile() ? Number(info.size) : 0, claimedNs: info.ctimeNs };
}

/**
 * Whether somebody has written or claimed a blob since the manifest was written that is removed: another manifest is on
 * its way then. After an hour it is not expected any more.
 *
 * @param namedNs the status time of the removed manifest, which was written after its blobs
 */
export function isClaimed({ claimedNs }: BlobState, namedNs: bigint): boolean {
  return claimedNs > namedNs && Math.abs(Date.now() - Number(claimedNs / 1_000_000n)) < CLAIM_MS;
}
