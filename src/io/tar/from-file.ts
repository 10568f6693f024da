import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { throwIfInterrupted } from '../async/interrupt.js';
import { systemCode } from '../files/system-error.js';
import { encodeTarHeader, tarPadding } from './header.js';
import { changed, readError } from './walk-directory.js';

const CHUNK = 128 * 1024;

/** Whoever swaps the file for a symlink or a fifo meanwhile must neither redirect the reading nor make it wait. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * A file as a tar entry: header, content, padding.
 *
 * @throws RemoraError `CHANGED` when the file is not the same in the end as it was in the beginning
 */
export async function* readUnchanged(path: string, name: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const handle = await openFile(path);
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) throw changed(path, 'was replaced');
    const size = Number(before.size);
    yield encodeTarHeader({ name, type: 'file', mode: before.mode & 0o100n ? 0o755 : 0o644, size });
    for (let at = 0; at < size; ) {
      throwIfInterrupted(signal);
      const wanted = Math.min(CHUNK, size - at);
      const { bytesRead, buffer } = await read(handle, wanted, path);
      if (bytesRead === 0) throw changed(path, `shrank from ${size} to ${at} bytes`);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    requireSame(before, await statPath(path), path);
    yield tarPadding(size);
  } finally {
    await handle.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, FLAGS);
  } catch (error) {
    // ELOOP: it is a symlink now; ENXIO: a socket.
    if (['ELOOP', 'ENXIO'].includes(systemCode(error) ?? '')) throw changed(path, 'was replaced', error);
    throw readError(error, path);
  }
}

async function read(handle: FileHandle, wanted: number, path: string) {
  try {
    return await handle.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, null);
  } catch (error) {
    throw readError(error, path);
  }
}

async function statPath(path: string): Promise<BigIntStats> {
  return lstat(path, { bigint: true }).catch((error) => {
    throw readError(error, path);
  });
}

function requireSame(before: BigIntStats, after: BigIntStats, path: string): void {
  if (after.ino !== before.ino || after.dev !== before.dev) throw changed(path, 'was replaced');
  if (after.size !== before.size) throw changed(path, `changed its size from ${before.size} to ${after.size} bytes`);
  if (after.mtimeNs !== before.mtimeNs) throw changed(path, 'was written to');
}
