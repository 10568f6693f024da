import { lstat, rename } from 'node:fs/promises';
import { inTheWay, lstatIfExists } from '../files/safe-path.js';
import { fileError } from '../files/system-error.js';
import { type Difference, differenceOf, moveDirectory } from './move-directory.js';
import { isSameContent } from './same-content.js';

/** A file or directory that was unpacked to a temporary place, and how it comes to its own. */
export interface UnpackedEither {
  readonly isFile: boolean;
  /** @throws RemoraError `EXISTS` for what is in the way */
  difference(target: string): Promise<Difference>;
  /** @returns the paths of files that were replaced by other content */
  move(target: string): Promise<readonly string[]>;
}

/** Looks at what was unpacked to `path`. */
export async function unpackedAt(path: string): Promise<UnpackedEither> {
  const ours = await lstat(path);
  if (!ours.isFile())
    return {
      isFile: false,
      difference: (target) => differenceOf(path, target),
      move: (target) => moveDirectory(path, target),
    };
  const difference = async (target: string): Promise<Difference> => {
    const theirs = await lstatIfExists(target);
    if (theirs === undefined) return { isSame: false, replaced: [] };
    if (!theirs.isFile())
      throw inTheWay(target, theirs.isDirectory() ? 'is a directory, wanted a file' : 'is not a file, wanted one');
    const isSame = await isSameContent(path, ours, target, theirs);
    return { isSame, replaced: isSame ? [] : [target] };
  };
  return {
    isFile: true,
    difference,
    async move(target) {
      const { replaced } = await difference(target);
      await rename(path, target).catch((error: unknown) => {
        throw fileError(error, target);
      });
      return replaced;
    },
  };
}
