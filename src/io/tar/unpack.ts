import type { Hash } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { algorithmOf, hasherFor, parseDigest } from '../../oci/values/digest.js';
import { interruptedOr, throwIfInterrupted } from '../async/interrupt.js';
import type { Unpacked } from '../compression/unpack-limit.js';
import { makeDirectory, nearestDirectory } from '../files/make-directory.js';
import { lstatIfExists } from '../files/safe-path.js';
import { bestEffort } from '../files/system-error.js';
import { leftOverOf, tempName } from '../files/temp-file.js';
import { readTar } from './entries.js';
import { EntryWriter, type EntryWriterOptions } from './entry-writer.js';
import { type Difference, requireDirectoryOrNothing } from './move-directory.js';
import { tarBytes } from './plain-bytes.js';
import { unpackedAt } from './unpack-either.js';

/** Options of {@link unpackDirectory}; archives that are unpacked together share one limit. */
export interface UnpackDirectoryOptions extends EntryWriterOptions {
  /** The digest that the uncompressed archive must have (`io.deis.oras.content.digest`). */
  readonly tarDigest?: string | undefined;
  /** Stops the work; nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
}

/** An unpacked directory, or with `mayBeFile` a file, that waits for its name. Always end it with `discard`. */
export interface UnpackedDirectory {
  /** Where it is until then. */
  readonly path: string;
  readonly isFile: boolean;
  /**
   * How its target differs from it.
   *
   * @throws RemoraError `EXISTS`
   */
  difference(): Promise<Difference>;
  /**
   * Moves the directory to its target, whose parent exists by now; a directory that is there is merged with.
   *
   * @returns the paths of files that were replaced by other content
   * @throws RemoraError `EXISTS`, `IO`
   */
  commit(): Promise<readonly string[]>;
  /** Removes what was not moved. */
  discard(): Promise<void>;
}

/**
 * Unpacks an archive (tar, tar+gzip, or tar+zstd) of a directory to a temporary one, in the file system of `target`.
 *
 * Ownership and times are not restored; modes are 0755 and 0644 within the user's umask. The directories above `target`
 * are trusted: `target` comes from `resolveInside`.
 *
 * @throws RemoraError `MALFORMED`, `SIZE_MISMATCH` (a limit), `DIGEST_MISMATCH`, `INVALID_ARGUMENT` (hidden names),
 * `EXISTS`, `IO`, `INTERRUPTED`; the errors of the stream as they are. The directory is removed then.
 */
export async function unpackDirectory(
  gzip: Readable,
  target: string,
  options: UnpackDirectoryOptions,
): Promise<UnpackedDirectory> {
  // A stream that fails before it is read would end the process; the reader reports the error.
  gzip.on('error', () => {});
  if (options.signal !== undefined) addAbortSignal(options.signal, gzip);
  let directory: string | undefined;
  const used: Unpacked = { bytes: 0, entries: 0 };
  const discard = async () => {
    if (directory !== undefined) await bestEffort(rm(directory, { recursive: true, force: true }));
  };
  try {
    const { mayBeFile } = options;
    if (!mayBeFile) await requireDirectoryOrNothing(target);
    // The target may be a directory that is there, in a file system of its own.
    directory = await makeTemporary(await nearestDirectory(mayBeFile ? join(target, tempName()) : target));
    const path = mayBeFile ? join(directory, 'content') : directory;
    await unpackInto(path, gzip, used, options);
    throwIfInterrupted(options.signal);
    if (mayBeFile && (await lstatIfExists(path)) === undefined) await makeDirectory(path, 0o755);
    const { isFile, difference, move } = await unpackedAt(path);
    return { path, isFile, difference: () => difference(target), commit: () => move(target), discard };
  } catch (error) {
    gzip.destroy();
    await discard();
    options.limit.giveBack(used);
    throw interruptedOr(error, options.signal);
  }
}

async function makeTemporary(parent: string): Promise<string> {
  await sweepDirectories(parent);
  const directory = join(parent, tempName());
  await makeDirectory(directory, 0o755);
  return directory;
}

/** Removes what killed processes of this user had unpacked. No link is followed. */
async function sweepDirectories(parent: string): Promise<void> {
  for (const name of (await bestEffort(readdir(parent))) ?? []) {
    const path = join(parent, name);
    if ((await leftOverOf(path)) !== 'abandoned') continue;
    const info = await bestEffort(lstat(path));
    if (info?.isDirectory() && info.uid === (process.getuid?.() ?? info.uid))
      await bestEffort(rm(path, { recursive: true, force: true }));
  }
}

async function unpackInto(
  directory: string,
  gzip: Readable,
  used: Unpacked,
  options: UnpackDirectoryOptions,
): Promise<void> {
  const { prefix, limit } = options;
  const expected = options.tarDigest === undefined ? undefined : parseDigest(options.tarDigest);
  const hash = expected && hasherFor(expected);
  const writer = new EntryWriter(directory, used, options);
  for await (const entry of readTar(hashed(limit.counted(tarBytes(gzip), used), hash))) await writer.write(entry);
  await writer.finish();
  if (expected === undefined || hash === undefined) return;
  const found = `${algorithmOf(expected)}:${hash.digest('hex')}`;
  if (found === expected) return;
  throw new RemoraError('DIGEST_MISMATCH', `tar archive of ${prefix} should have digest ${expected}, has ${found}`, {
    expected,
    found,
  });
}

async function* hashed(source: AsyncIterable<Buffer>, hash?: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    hash?.update(chunk);
    yield chunk;
  }
}
