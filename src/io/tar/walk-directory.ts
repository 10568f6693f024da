import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../async/interrupt.js';
import { fileError, systemCode } from '../files/system-error.js';

export interface FoundEntry {
  /** Where it is on this machine. */
  readonly path: string;
  /** Its path below the directory, with forward slashes; that of a directory ends in one. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
}

/**
 * All entries below a directory in byte order of their names; a directory comes before its entries. Names of directories
 * end in a slash, so that the order of each directory alone is also the order of all names.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for sockets, pipes and devices, and for names that are not UTF-8
 * @throws RemoraError `CHANGED` when an entry goes away or is replaced meanwhile
 */
export async function* walkDirectory(
  directory: string,
  signal?: AbortSignal,
  below = '',
): AsyncGenerator<FoundEntry, void, undefined> {
  for (const key of await sortedNames(directory)) {
    throwIfInterrupted(signal);
    const isDirectory = key.endsWith('/');
    const path = join(directory, isDirectory ? key.slice(0, -1) : key);
    // Node.js puts this character for bytes that are not UTF-8. It could not open the file by that name.
    if (key.includes('\ufffd')) throw refused(path, 'has a name that is not UTF-8');
    const type = await typeOf(path);
    if (isDirectory !== (type === 'directory')) throw changed(path, 'was replaced');
    yield { path, name: below + key, type };
    if (isDirectory) yield* walkDirectory(path, signal, below + key);
  }
}

/** The error for something that no archive of ours can hold. */
export function refused(path: string, problem: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `${path} ${problem}`, {
    hint: 'Rename it, remove it, or pack the directory with tar and add the archive as a file',
  });
}

/** The error for something that does not hold still. */
export function changed(path: string, what: string, cause?: unknown): RemoraError {
  return new RemoraError('CHANGED', `${path} ${what} while it was read`, {
    cause,
    hint: 'Pack it when nothing writes to it any more',
  });
}

/** As {@link fileError}, for a path that was there a moment ago. */
export function readError(error: unknown, path: string): RemoraError {
  return systemCode(error) === 'ENOENT' ? changed(path, 'went away', error) : fileError(error, path);
}

async function sortedNames(directory: string): Promise<string[]> {
  try {
    const found = await readdir(directory, { withFileTypes: true });
    return found.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort(compareBytes);
  } catch (error) {
    throw readError(error, directory);
  }
}

/**
 * Compares as the UTF-8 bytes would, which is by code point. JavaScript compares UTF-16 units, and there the surrogates
 * of U+10000 and beyond come before U+E000.
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

async function typeOf(path: string): Promise<FoundEntry['type']> {
  const stats = await lstat(path).catch((error) => {
    throw readError(error, path);
  });
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  const kind = stats.isSocket() ? 'a socket' : stats.isFIFO() ? 'a fifo' : 'a device';
  throw refused(path, `is ${kind}, wanted a file, directory or symlink`);
}
