import { constants } from 'node:fs';
import { copyFile, link, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { makeDirectory } from '../../../io/files/make-directory.js';
import { fileError, ifSystemError, systemCode, UNREADABLE_CODES } from '../../../io/files/system-error.js';
import { createTempFile, syncDirectory, tempName } from '../../../io/files/temp-file.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { TransferOptions } from '../../interfaces/store.js';
import { blobPath } from '../files/paths.js';

/** The codes of a file system, or of a pair of them, that cannot do it. */
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
];

/**
 * Takes a blob from a file of another layout without a second copy of its data. The blob becomes a clone that shares
 * the file's extents, or else a hard link (blobs never change in place). The content is read once, and verified.
 *
 * @returns false where the file system can do neither
 */
export async function cloneBlob(
  directory: string,
  expected: Descriptor,
  file: string,
  open: () => Promise<Readable>,
  { onProgress }: TransferOptions = {},
): Promise<boolean> {
  const target = blobPath(directory, expected.digest);
  await makeDirectory(dirname(target));
  let done = 0;
  for await (const chunk of await open()) {
    done += chunk.length;
    onProgress?.(done);
  }
  return (await reflinked(directory, file, target)) || (await linked(directory, file, target));
}

async function reflinked(directory: string, file: string, target: string): Promise<boolean> {
  const temp = await createTempFile(directory);
  try {
    await copyFile(file, temp.path, constants.COPYFILE_FICLONE_FORCE);
    await temp.commit(target);
    return true;
  } catch (error) {
    if (UNABLE.includes(systemCode(error) ?? '')) return false;
    throw fileError(error, target);
  } finally {
    await temp.discard();
  }
}

async function linked(directory: string, file: string, target: string): Promise<boolean> {
  const temp = join(directory, tempName());
  try {
    await link(file, temp);
    // Replaces a damaged file, which a link of its own could not.
    await rename(temp, target);
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
