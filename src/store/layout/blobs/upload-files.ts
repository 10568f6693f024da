import type { Hash } from 'node:crypto';
import { type FileHandle, lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { now } from '../../../io/files/clock.js';
import { openRegular } from '../../../io/files/regular-file.js';
import { ifSystemError, UNREADABLE_CODES } from '../../../io/files/system-error.js';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The end of the name of a file that several processes write to. */
export const SHARED = '.shared';

/** Sessions that nobody touched for so long are given up. */
export const ABANDONED_UPLOAD_MS = 24 * 60 * 60 * 1000;

/** The same where a repository has as many sessions as it may: those of clients that died would bar all others. */
export const CROWDED_UPLOAD_MS = 60 * 60 * 1000;

/** Whether a text is the id of a session: it becomes the name of a file. */
export function isUpload(id: string): boolean {
  return ID.test(id);
}

/** The session that a file belongs to, undefined for other files. */
export function uploadOf(name: string): string | undefined {
  const id = name.endsWith(SHARED) ? name.slice(0, -SHARED.length) : name;
  return ID.test(id) ? id : undefined;
}

/** Whether a file in `.remora-uploads` is a session that was given up. */
export async function isAbandonedUpload(path: string): Promise<boolean> {
  const info =
    uploadOf(basename(path)) === undefined ? undefined : await ifSystemError(lstat(path), ...UNREADABLE_CODES);
  return info !== undefined && now() - info.mtimeMs > ABANDONED_UPLOAD_MS;
}

/** A session that was cancelled meanwhile is not created anew, and a link in its place is not followed. */
export function openUpload(path: string): Promise<FileHandle> {
  return openRegular(path, { writable: true, followLinks: false });
}

export async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += (await handle.write(bytes, offset, bytes.length - offset, position + offset)).bytesWritten;
  }
}

export async function hashFile(handle: FileHandle, hash: Hash): Promise<string> {
  const buffer = Buffer.allocUnsafe(256 * 1024);
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
