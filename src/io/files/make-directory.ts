import { mkdir, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { RemoraError } from '../../errors.js';
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
 * It is done step by step: where a directory cannot hold another, as in /proc or in one that was removed, Node.js with
 * `recursive` creates its parent for ever.
 *
 * @param mode of the directories that are created
 * @throws RemoraError `IO`, `EXISTS` (a file, or a symlink that leads nowhere, is in the way)
 */
export async function makeDirectory(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    const missing = await missingDirectories(resolve(path));
    let first: string | undefined;
    for (const directory of missing) if (await make(directory, mode)) first ??= directory;
    return first;
  } catch (error) {
    if (!(error instanceof InTheWay)) throw fileError(error, path);
    const shown = isAbsolute(path) ? error.directory : relative('', error.directory);
    throw inTheWay(shown, `${error.message}, wanted a directory`);
  }
}

class InTheWay extends Error {
  constructor(
    readonly directory: string,
    problem: string,
  ) {
    super(problem);
  }
}

/** The directories that a path needs and that are not there, from the top. */
async function missingDirectories(path: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let directory = path; ; directory = dirname(directory)) {
    const info = await ifSystemError(stat(directory), 'ENOENT', 'ENOTDIR');
    if (info?.isDirectory()) return missing;
    if (info !== undefined) throw new InTheWay(directory, 'is a file');
    if (dirname(directory) === directory) return missing;
    missing.unshift(directory);
  }
}

/** Whether a directory was created, and not by another process at the same time. */
async function make(directory: string, mode: number): Promise<boolean> {
  try {
    await mkdir(directory, { mode });
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw cannotHold(directory, error);
    if (systemCode(error) !== 'EEXIST') throw error;
    const info = await ifSystemError(stat(directory), 'ENOENT');
    if (info?.isDirectory()) return false;
    throw new InTheWay(directory, info === undefined ? 'is a symlink that leads nowhere' : 'is a file');
  }
}

/** Its parent is there, as in /proc, or was there a moment ago. */
function cannotHold(path: string, cause: unknown): RemoraError {
  return new RemoraError('IO', `${path} cannot be created: ${dirname(path)} holds no other directories, or is gone`, {
    cause,
    hint: 'Choose another directory',
  });
}
