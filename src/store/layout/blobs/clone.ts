import { type BigIntStats, constants } from 'node:fs';
import { copyFile, link, lstat, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { orUndefined } from '../../../io/async/or-undefined.js';
import { makeDirectory } from '../../../io/files/make-directory.js';
import { fileError, ifSystemError, systemCode, UNREADABLE_CODES } from '../../../io/files/system-error.js';
import { createTempFile, syncDirectory, tempName } from '../../../io/files/temp-file.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { TransferOptions } from '../../interfaces/store.js';
import { blobPath } from '../files/paths.js';
import { claimBlob, claimFile, LOOKED_AT_BYTES } from './claim.js';
import { writeBlob } from './write.js';

/** The codes of a file system, or of a pair of them, that cannot do it; and of a file that was removed meanwhile. */
const UNABLE: readonly string[] = [
  'EXDEV',
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'EMLINK',
  'ENOTTY',
  'ENOENT',
];

/**
 * Takes a blob from a file of another layout without a second copy of its data. The blob becomes a clone that shares
 * the file's extents, or else a hard link (blobs never change in place). The content is read once, and verified.
 *
 * @returns false where the file system can do neither, or the file may change: see {@link ownFile}
 */
export async function cloneBlob(
  directory: string,
  expected: Descriptor,
  file: string,
  open: () => Promise<Readable>,
  { onProgress }: TransferOptions = {},
): Promise<boolean> {
  const before = await ownFile(file);
  if (before === undefined) return false;
  const target = blobPath(directory, expected.digest);
  await makeDirectory(dirname(target));
  let done = 0;
  for await (const chunk of await open()) {
    done += chunk.length;
    onProgress?.(done);
  }
  return (await reflinked(directory, file, before, target)) || (await linked(directory, file, before, target));
}

/**
 * Makes a blob of one served layout a blob of another. A small one is read; a large one is linked without a look, since a
 * mount is asked for so that content need not be moved.
 *
 * @returns false where the source has no such blob, or a damaged one
 */
export async function mountBlob(
  directory: string,
  expected: Descriptor,
  file: string,
  open: () => Promise<Readable>,
): Promise<boolean> {
  if (await claimBlob(directory, expected, { own: true })) return true;
  const mount = async () => {
    const isSmall = expected.size <= LOOKED_AT_BYTES;
    const isLinked = isSmall ? cloneBlob(directory, expected, file, open) : linkBlob(directory, expected, file);
    if (!(await isLinked)) await writeBlob(directory, expected, open);
    return true;
  };
  return (await orUndefined(mount(), 'NOT_FOUND', 'SIZE_MISMATCH', 'DIGEST_MISMATCH')) ?? false;
}

async function linkBlob(directory: string, { digest, size }: Descriptor, file: string): Promise<boolean> {
  const before = await ownFile(file);
  if (before === undefined || before.size !== BigInt(size)) return false;
  const target = blobPath(directory, digest);
  await makeDirectory(dirname(target));
  return linked(directory, file, before, target);
}

/**
 * A blob's file that nobody else changes: a regular file of this user, which others may not write, in a layout without
 * links. Layouts of Bazel have links in `blobs/sha256`, or for `blobs` itself, to files that are written to later.
 */
async function ownFile(file: string): Promise<BigIntStats | undefined> {
  const parents = [dirname(file), dirname(dirname(file))];
  const [info, ...folders] = await Promise.all([file, ...parents].map(statusOf));
  if (!info?.isFile() || folders.some((folder) => !folder?.isDirectory())) return undefined;
  const user = process.geteuid?.();
  // Windows has neither owners nor modes of this kind.
  if (user === undefined) return info;
  return info.uid === BigInt(user) && (info.mode & UNSAFE_MODE) === 0n ? info : undefined;
}

/** Writable by the group or others, or run as its owner. */
const UNSAFE_MODE = 0o7022n;

function statusOf(path: string): Promise<BigIntStats | undefined> {
  return ifSystemError(lstat(path, { bigint: true }), ...UNREADABLE_CODES);
}

/** Whether the file under a name is the one that was read, and has not been written to. */
async function isStill(before: BigIntStats, path: string): Promise<boolean> {
  const now = await statusOf(path);
  if (!now?.isFile()) return false;
  return now.dev === before.dev && now.ino === before.ino && now.size === before.size && now.mtimeNs === before.mtimeNs;
}

async function reflinked(directory: string, file: string, before: BigIntStats, target: string): Promise<boolean> {
  const temp = await createTempFile(directory);
  try {
    const { mode } = await temp.handle.stat();
    await copyFile(file, temp.path, constants.COPYFILE_FICLONE_FORCE);
    if (!(await isStill(before, file))) return false;
    // A clone takes over the mode of the file.
    await temp.handle.chmod(mode & 0o777);
    await temp.commit(target);
    return true;
  } catch (error) {
    if (UNABLE.includes(systemCode(error) ?? '')) return false;
    throw fileError(error, target);
  } finally {
    await temp.discard();
  }
}

async function linked(directory: string, file: string, before: BigIntStats, target: string): Promise<boolean> {
  const temp = join(directory, tempName());
  try {
    await link(file, temp);
    // The name may lead to another file, or to a link, since it was looked at.
    if (!(await isStill(before, temp))) return false;
    // Replaces a damaged file, which a link of its own could not.
    await rename(temp, target);
    // The file is as old as its first name.
    await claimFile(target);
    await syncDirectory(dirname(target));
    return true;
  } catch (error) {
    if (UNABLE.includes(systemCode(error) ?? '')) return false;
    throw fileError(error, target);
  } finally {
    // A rename from one name of a file to another leaves both.
    await ifSystemError(unlink(temp), ...UNREADABLE_CODES, 'EROFS');
  }
}
