import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RemoraError } from '../../errors.js';
import { endOfLinks, requireDirectory } from '../../io/files/output-target.js';
import { fileError, ifSystemError } from '../../io/files/system-error.js';
import { formatPlace } from '../../oci/names/place.js';

/** Options of {@link archiveTarget}. */
export interface ArchiveTargetOptions {
  /** Replace a file that is there. @default false: it may be the only copy of something */
  readonly overwrite?: boolean | undefined;
}

/**
 * The file that an archive shall become. A link stays, and what it leads to is replaced.
 *
 * @throws RemoraError `EXISTS` (a file, unless it may be replaced; anything else always), `NOT_FOUND` (its directory), `IO`
 */
export async function archiveTarget(path: string, { overwrite }: ArchiveTargetOptions): Promise<string> {
  const info = await ifSystemError(stat(path), 'ENOENT').catch((error: unknown) => {
    throw fileError(error, path);
  });
  if (info === undefined) {
    const end = await endOfLinks(path);
    await requireDirectory(dirname(end));
    return end;
  }
  if (info.isDirectory()) {
    throw new RemoraError('EXISTS', `${path} is a directory, wanted a file for the archive`, {
      hint: `Write ${formatPlace({ kind: 'layout', path })} for an image layout directory`,
    });
  }
  // A rename would put a file in the place of a device.
  if (!info.isFile()) {
    throw new RemoraError('EXISTS', `${path} is not a regular file, wanted a file for the archive`, {
      hint: 'Choose another name',
    });
  }
  if (!overwrite) {
    throw new RemoraError('EXISTS', `${path} exists already`, {
      hint: 'Choose another name, or replace it with --overwrite',
    });
  }
  return realpath(path).catch((error: unknown) => {
    throw fileError(error, path);
  });
}
