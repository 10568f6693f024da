import { lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { inTheWay, lstatIfExists } from '../files/safe-path.js';
import { fileError } from '../files/system-error.js';

/**
 * Moves a directory to its place in the same file system. A directory there is merged with: its files of the same name
 * are replaced, others stay. Symlinks are replaced or stand in the way; they are never followed.
 *
 * @throws RemoraError `EXISTS`, with nothing moved, when a file is where a directory must go, or the other way round
 */
export async function moveDirectory(from: string, to: string): Promise<void> {
  const existing = await requireDirectoryOrNothing(to);
  if (existing === 'nothing') return renameTo(from, to);
  // Every conflict shows before anything has moved.
  for await (const _move of moves(from, to));
  for await (const [source, target] of moves(from, to)) await renameTo(source, target);
}

/** @throws RemoraError `EXISTS` when `path` is something other than a directory */
export async function requireDirectoryOrNothing(path: string): Promise<'directory' | 'nothing'> {
  const stats = await lstatIfExists(path);
  if (stats === undefined) return 'nothing';
  if (stats.isDirectory()) return 'directory';
  throw inTheWay(path, stats.isSymbolicLink() ? 'is a symlink, wanted a directory' : 'is a file, wanted a directory');
}

async function* moves(from: string, to: string): AsyncGenerator<readonly [string, string], void, undefined> {
  const names = await readdir(from).catch((error) => {
    throw fileError(error, from);
  });
  for (const name of names) {
    const [source, target] = [join(from, name), join(to, name)];
    const [ours, theirs] = [await lstat(source), await lstatIfExists(target)];
    if (theirs === undefined) yield [source, target];
    else if (ours.isDirectory()) {
      await requireDirectoryOrNothing(target);
      yield* moves(source, target);
    } else if (theirs.isFile() || theirs.isSymbolicLink()) yield [source, target];
    else throw inTheWay(target, `is a ${theirs.isDirectory() ? 'directory' : 'device'}, wanted a file`);
  }
}

async function renameTo(source: string, target: string): Promise<void> {
  await rename(source, target).catch((error) => {
    throw fileError(error, target);
  });
}
