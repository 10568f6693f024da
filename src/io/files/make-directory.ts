import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { inTheWay } from './safe-path.js';
import { fileError, ifSystemError, systemCode } from './system-error.js';

/** The directory that is nearest to the target and exists: the same file system, and nothing is created too early. */
export async function nearestDirectory(path: string): Promise<string> {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const info = await ifSystemError(stat(directory), 'ENOENT').catch((error: unknown) => {
      throw fileError(error, directory);
    });
    if (info?.isDirectory() || dirname(directory) === directory) return directory;
  }
}

/**
 * Creates a directory with its parents, and gives the first that was created.
 *
 * @throws RemoraError `IO`, `EXISTS` (a file is in the way)
 */
export async function makeDirectory(path: string): Promise<string | undefined> {
  try {
    return await mkdir(path, { recursive: true });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw inTheWay(path, 'is a file, wanted a directory');
    // Where the file system is read-only Node.js says ENOENT, of the directory that it could not create.
    const parent = await nearestDirectory(resolve(path));
    const reason = await access(parent, constants.W_OK).then(
      () => error,
      (denied: unknown) => denied,
    );
    throw fileError(reason, path);
  }
}
