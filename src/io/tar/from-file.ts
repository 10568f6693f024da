import type { BigIntStats } from 'node:fs';
import { type FileHandle, lstat } from 'node:fs/promises';
import { isRemoraError } from '../../errors.js';
import { fileRange } from '../files/range.js';
import { openRegular } from '../files/regular-file.js';
import { systemCode } from '../files/system-error.js';
import { encodeTarHeader, tarPadding } from './header.js';
import { changed, readError } from './walk-directory.js';

/**
 * A file as a tar entry: header, content, padding.
 *
 * @throws RemoraError `CHANGED` when the file changes while it is read
 */
export async function* readUnchanged(path: string, name: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const handle = await openFile(path);
  try {
    const before = await handle.stat({ bigint: true });
    const size = Number(before.size);
    yield encodeTarHeader({ name, type: 'file', mode: before.mode & 0o100n ? 0o755 : 0o644, size });
    yield* fileRange(handle, 0, size, (at) => changed(path, `shrank from ${size} to ${at} bytes`), signal);
    requireSame(before, await lstat(path, { bigint: true }), path);
    yield tarPadding(size);
  } catch (error) {
    throw readError(error, path);
  } finally {
    await handle.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await openRegular(path, { followLinks: false });
  } catch (error) {
    // It was a file when the directory was walked; ELOOP: it is a symlink now, ENXIO: a socket.
    if (isRemoraError(error) || ['ELOOP', 'ENXIO'].includes(systemCode(error) ?? ''))
      throw changed(path, 'was replaced', error);
    throw readError(error, path);
  }
}

function requireSame(before: BigIntStats, after: BigIntStats, path: string): void {
  if (after.ino !== before.ino || after.dev !== before.dev) throw changed(path, 'was replaced');
  if (after.size !== before.size) throw changed(path, `changed its size from ${before.size} to ${after.size} bytes`);
  if (after.mtimeNs !== before.mtimeNs) throw changed(path, 'was written to');
}
