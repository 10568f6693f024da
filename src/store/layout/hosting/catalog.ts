import { readdir } from 'node:fs/promises';
import { fileError } from '../../../io/files/system-error.js';
import { openRepositories } from './repositories.js';

/**
 * The names of the layouts below a directory, sorted; of the directory itself when it is one.
 *
 * @throws RemoraError `NOT_FOUND`, `IO` for a directory that cannot be read: it is not empty
 */
export async function listLayouts(directory: string): Promise<readonly string[]> {
  await readdir(directory).catch((error: unknown) => {
    throw fileError(error, directory);
  });
  return (await openRepositories(directory)).names();
}
