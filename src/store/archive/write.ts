import { dirname } from 'node:path';
import { interrupted, throwIfInterrupted } from '../../io/async/interrupt.js';
import { runAll } from '../../io/async/run-all.js';
import { compressed, compressionOfName, requireCompression } from '../../io/compression/compress.js';
import { createTempFile, sweepTempFiles, type TempFile, writeAll } from '../../io/files/temp-file.js';
import { TAR_BLOCK, TAR_END } from '../../io/tar/header.js';
import type { WriteArchiveOptions } from '../interfaces/store.js';
import { memberBytes, openMember, tarBytes } from './member-stream.js';
import { archiveMembers, type LayoutContent, type Member } from './members.js';
import { type ArchiveTargetOptions, archiveTarget } from './target-file.js';

/**
 * Writes a tar archive of an image layout: the same content gives the same bytes, in any order and at any time. It is
 * compressed as its name ends: `.tar.gz` and `.tgz` with gzip, `.tar.zst` and `.tzst` with zstd, and not otherwise.
 *
 * The file is there when it is whole; a failure leaves what was there before, and nothing else. All content is verified
 * (image-spec descriptor.md, "Verification").
 *
 * @throws RemoraError `EXISTS`, `NOT_FOUND` (its directory), `UNSUPPORTED` (zstd with an older Node.js, a digest that
 * cannot be verified), `SIZE_MISMATCH`, `DIGEST_MISMATCH`, `IO`, `INTERRUPTED`, and what opening a blob throws
 */
export async function writeArchive(
  path: string,
  content: LayoutContent,
  options: WriteArchiveOptions & ArchiveTargetOptions = {},
): Promise<void> {
  const { signal } = options;
  const compression = compressionOfName(path);
  requireCompression(compression);
  const target = await archiveTarget(path, options);
  throwIfInterrupted(signal);
  const members = archiveMembers(content, options);
  const directory = dirname(target);
  // A killed process may have left files.
  await sweepTempFiles(directory);
  const file = await createTempFile(directory);
  try {
    if (compression === undefined) await writePlain(file, members, options);
    else {
      for await (const chunk of compressed(tarBytes(members, options), compression)) await writeAll(file, chunk);
    }
    // Another process may have written an archive meanwhile.
    await archiveTarget(path, options);
    throwIfInterrupted(signal);
    await file.commit(target);
  } catch (error) {
    throw signal?.aborted ? interrupted(signal) : error;
  } finally {
    await file.discard();
  }
}

/** Every member has its place before any is read, so that several are written at a time: latencies are waited for once. */
async function writePlain(
  file: TempFile,
  members: readonly Member[],
  options: Pick<WriteArchiveOptions, 'signal' | 'concurrency' | 'onWritten'>,
): Promise<void> {
  let end = 0;
  const places = members.map((member) => {
    const start = end;
    end += member.header.length + Math.ceil(member.size / TAR_BLOCK) * TAR_BLOCK;
    return { member, start };
  });
  const write = async ({ member, start }: (typeof places)[number], signal: AbortSignal) => {
    let at = start;
    for await (const chunk of memberBytes(member, openMember(member, { signal }), { ...options, signal })) {
      await writeAll(file, chunk, at);
      at += chunk.length;
    }
  };
  await runAll(places, write, options);
  await writeAll(file, TAR_END, end);
}
