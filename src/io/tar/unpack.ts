import type { Hash } from 'node:crypto';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { algorithmOf, hasherFor, parseDigest } from '../../oci/values/digest.js';
import { interruptedOr, throwIfInterrupted } from '../async/interrupt.js';
import { makeDirectory } from '../files/make-directory.js';
import { bestEffort } from '../files/system-error.js';
import { tempName } from '../files/temp-file.js';
import { readTar } from './entries.js';
import { EntryWriter } from './entry-writer.js';
import { moveDirectory, requireDirectoryOrNothing } from './move-directory.js';
import { tarBytes } from './plain-bytes.js';

export interface UnpackDirectoryOptions {
  /** The clean path that every entry must be below; `.` for none. */
  readonly prefix: string;
  /** The digest that the uncompressed archive must have (`io.deis.oras.content.digest`). */
  readonly tarDigest?: string | undefined;
  /** The most bytes that the uncompressed archive may have. @default 64 GiB */
  readonly maxBytes?: number | undefined;
  /** The most files, directories and links that it may hold, directories counted that it only implies. @default 1000000 */
  readonly maxEntries?: number | undefined;
  /** Stops the work; nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
}

/** Far beyond any artifact that was seen, and short of what fills the disk of a server unnoticed. */
const MAX_BYTES = 64 * 1024 ** 3;
const MAX_ENTRIES = 1_000_000;

/**
 * Unpacks an archive (tar, or tar+gzip) of a directory to `target`. Everything goes to a temporary directory beside it
 * first, and is moved when the stream has ended well; a directory that exists is merged with.
 *
 * Ownership and times are not restored; modes are 0755 and 0644 within the user's umask. The directories above `target`
 * are created if need be, and trusted: `target` comes from `resolveInside`.
 *
 * @throws RemoraError `MALFORMED`, `SIZE_MISMATCH` (a limit), `DIGEST_MISMATCH`, `EXISTS`, `IO`, `INTERRUPTED`; the
 * errors of the stream as they are. `target` is as before then.
 */
export async function unpackDirectory(gzip: Readable, target: string, options: UnpackDirectoryOptions): Promise<void> {
  // A stream that fails before it is read would end the process; the reader reports the error.
  gzip.on('error', () => {});
  if (options.signal !== undefined) addAbortSignal(options.signal, gzip);
  try {
    await requireDirectoryOrNothing(target);
    await inTemporaryDirectory(target, async (directory) => {
      await unpackInto(directory, gzip, options);
      throwIfInterrupted(options.signal);
      await moveDirectory(directory, target);
    });
  } catch (error) {
    gzip.destroy();
    throw interruptedOr(error, options.signal);
  }
}

async function unpackInto(directory: string, gzip: Readable, options: UnpackDirectoryOptions): Promise<void> {
  const { prefix, maxBytes = MAX_BYTES, maxEntries = MAX_ENTRIES } = options;
  const expected = options.tarDigest === undefined ? undefined : parseDigest(options.tarDigest);
  const hash = expected && hasherFor(expected);
  const writer = new EntryWriter(directory, prefix, maxEntries);
  for await (const entry of readTar(measured(tarBytes(gzip), maxBytes, hash))) await writer.write(entry);
  await writer.finish();
  if (expected === undefined || hash === undefined) return;
  const found = `${algorithmOf(expected)}:${hash.digest('hex')}`;
  if (found === expected) return;
  throw new RemoraError('DIGEST_MISMATCH', `tar archive of ${prefix} should have digest ${expected}, has ${found}`, {
    expected,
    found,
  });
}

async function* measured(source: AsyncIterable<Buffer>, maxBytes: number, hash?: Hash): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const chunk of source) {
    count += chunk.length;
    if (count > maxBytes)
      throw new RemoraError('SIZE_MISMATCH', `tar archive is too large, wanted at most ${maxBytes} bytes`, {
        expected: maxBytes,
      });
    hash?.update(chunk);
    yield chunk;
  }
}

/** Runs `work` with a fresh directory beside `target`, and leaves nothing of it when the work fails. */
async function inTemporaryDirectory(target: string, work: (directory: string) => Promise<void>): Promise<void> {
  const parent = dirname(resolve(target));
  const directory = join(parent, tempName());
  const made = await makeDirectory(parent);
  try {
    await makeDirectory(directory, 0o755);
    await work(directory);
  } catch (error) {
    await bestEffort(rm(directory, { recursive: true, force: true }));
    if (made !== undefined) await removeEmpty(parent, made);
    throw error;
  }
  // A merge leaves empty directories behind. The directory is unpacked by now, so that a failure here does not count.
  await bestEffort(rm(directory, { recursive: true, force: true }));
}

/** Removes `lowest` and its parents up to `highest`, as far as they are empty. */
async function removeEmpty(lowest: string, highest: string): Promise<void> {
  const depth = relative(highest, lowest).split(/[\\/]/).filter(Boolean).length;
  let directory = lowest;
  for (let step = 0; step <= depth; step += 1, directory = dirname(directory)) {
    const isRemoved = await bestEffort(rmdir(directory).then(() => true));
    if (!isRemoved) return;
  }
}
