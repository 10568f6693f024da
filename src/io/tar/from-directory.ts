import { readlink, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { linkFault, nameFault } from '../files/safe-path.js';
import { gitFault } from '../files/same-name.js';
import { fileError } from '../files/system-error.js';
import { readUnchanged } from './from-file.js';
import { encodeTarHeader, TAR_END } from './header.js';
import { type FoundEntry, refused, walkDirectory } from './walk-directory.js';

/** How a directory is named inside of its archive. */
export interface TarDirectoryOptions {
  /** The clean path that every entry is put below; `.` for none. */
  readonly prefix: string;
  /** Stops the reading; the stream then ends with `INTERRUPTED`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A directory as an uncompressed tar archive. It depends only on names, contents, execute bits and symlink targets.
 * The first entry is `prefix/`; the others follow in byte order of their UTF-8 path. The path of a directory ends in a
 * slash there (`a.b`, `a/`, `a/x`, `a0`).
 *
 * The stream fails with RemoraError `NOT_FOUND`, `INVALID_ARGUMENT` (something that no archive should hold),
 * `CHANGED` (files that change meanwhile), `IO` or `INTERRUPTED`.
 */
export function tarDirectory(directory: string, options: TarDirectoryOptions): Readable {
  return Readable.from(tarChunks(directory, options), { objectMode: false });
}

/** The chunks of {@link tarDirectory}. */
export async function* tarChunks(
  directory: string,
  { prefix, signal }: TarDirectoryOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const base = prefix === '.' ? '' : `${checkPrefix(prefix)}/`;
  await requireDirectory(directory);
  if (base !== '') yield encodeTarHeader({ name: base, type: 'directory', mode: 0o755 });
  for await (const entry of walkDirectory(directory, signal)) {
    const fault = nameFault(base + entry.name) ?? gitFault(entry.name);
    if (fault !== undefined) throw refused(entry.path, `has a name that cannot be unpacked: ${fault}`);
    const name = base + entry.name;
    if (entry.type === 'directory') yield encodeTarHeader({ name, type: 'directory', mode: 0o755 });
    else if (entry.type === 'file') yield* readUnchanged(entry.path, name, signal);
    else yield encodeTarHeader({ name, type: 'symlink', mode: 0o777, target: await targetOf(entry) });
  }
  yield TAR_END;
}

function checkPrefix(prefix: string): string {
  const fault = nameFault(prefix);
  if (fault === undefined) return prefix;
  throw new RemoraError('INVALID_ARGUMENT', `${JSON.stringify(prefix)} cannot be the name of a directory: ${fault}`);
}

async function requireDirectory(directory: string): Promise<void> {
  const stats = await stat(directory).catch((error) => {
    throw fileError(error, directory);
  });
  if (!stats.isDirectory()) throw new RemoraError('INVALID_ARGUMENT', `${directory} is a file, wanted a directory`);
}

async function targetOf(entry: FoundEntry): Promise<string> {
  const found = await readlink(entry.path).catch((error) => {
    throw fileError(error, entry.path);
  });
  const target = process.platform === 'win32' ? found.replaceAll('\\', '/') : found;
  const fault = target.includes('\ufffd') ? 'it is not UTF-8' : (linkFault(entry.name, target) ?? gitFault(target));
  if (fault !== undefined)
    throw refused(entry.path, `points to ${JSON.stringify(target)}, which cannot be unpacked: ${fault}`);
  return target;
}
