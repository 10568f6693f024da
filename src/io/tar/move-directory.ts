import type { Stats } from 'node:fs';
import { lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { inTheWay, lstatIfExists } from '../files/safe-path.js';
import { fileError } from '../files/system-error.js';
import { isSameContent } from './same-content.js';

/** An entry that comes to a free place, or replaces what is there. */
interface Move {
  readonly source: string;
  readonly target: string;
  readonly ours: Stats;
  readonly theirs: Stats | undefined;
}

/**
 * Moves a directory to its place in the same file system. A directory there is merged with: its files of the same name
 * are replaced, others stay. Symlinks are replaced or stand in the way; they are never followed.
 *
 * @returns the paths of files and symlinks that were replaced by other content
 * @throws RemoraError `EXISTS`, with nothing moved, when a file is where a directory must go, or the other way round
 */
export async function moveDirectory(from: string, to: string): Promise<readonly string[]> {
  const existing = await requireDirectoryOrNothing(to);
  if (existing === 'nothing') {
    await renameTo(from, to);
    return [];
  }
  // Every conflict shows before anything has moved.
  for await (const _move of moves(from, to));
  const replaced: string[] = [];
  for await (const { source, target, ours, theirs } of moves(from, to)) {
    if (theirs !== undefined && !(await isSameContent(source, ours, target, theirs))) replaced.push(target);
    await renameTo(source, target);
  }
  return replaced;
}

/** How a place differs from the directory that would be moved there. */
export interface Difference {
  /** Every entry is there already. */
  readonly isSame: boolean;
  /** The paths of files and symlinks that have other content. */
  readonly replaced: readonly string[];
}

/** @throws RemoraError `EXISTS` as {@link moveDirectory} */
export async function differenceOf(from: string, to: string): Promise<Difference> {
  if ((await requireDirectoryOrNothing(to)) === 'nothing') return { isSame: false, replaced: [] };
  let isSame = true;
  const replaced: string[] = [];
  for await (const { source, target, ours, theirs } of moves(from, to)) {
    if (theirs !== undefined && (await isSameContent(source, ours, target, theirs))) continue;
    isSame = false;
    if (theirs !== undefined) replaced.push(target);
  }
  return { isSame, replaced };
}

/** @throws RemoraError `EXISTS` when `path` is something other than a directory */
export async function requireDirectoryOrNothing(path: string): Promise<'directory' | 'nothing'> {
  const stats = await lstatIfExists(path);
  if (stats === undefined) return 'nothing';
  if (stats.isDirectory()) return 'directory';
  throw inTheWay(path, stats.isSymbolicLink() ? 'is a symlink, wanted a directory' : 'is a file, wanted a directory');
}

async function* moves(from: string, to: string): AsyncGenerator<Move, void, undefined> {
  const names = await readdir(from).catch((error) => {
    throw fileError(error, from);
  });
  for (const name of names) {
    const [source, target] = [join(from, name), join(to, name)];
    const [ours, theirs] = [await lstat(source), await lstatIfExists(target)];
    if (theirs === undefined) yield { source, target, ours, theirs };
    else if (ours.isDirectory()) {
      await requireDirectoryOrNothing(target);
      yield* moves(source, target);
    } else if (theirs.isFile() || theirs.isSymbolicLink()) yield { source, target, ours, theirs };
    else throw inTheWay(target, `is a ${theirs.isDirectory() ? 'directory' : 'device'}, wanted a file`);
  }
}

async function renameTo(source: string, target: string): Promise<void> {
  await rename(source, target).catch((error) => {
    throw fileError(error, target);
  });
}
