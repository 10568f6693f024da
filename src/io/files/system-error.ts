import { isRemoraError, RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';

/** The code of an operating system error (`ENOENT`, …), if it is one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Codes of a path that leads nowhere, or that this user may not follow. */
export const UNREADABLE_CODES: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EACCES', 'EPERM', 'ELOOP'];

/** The value of a promise; undefined where the system fails it with one of these codes. Every other failure is thrown. */
export async function ifSystemError<T>(promise: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codes.includes(systemCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** The value of a promise; undefined where the system fails it, for work that must not hide an earlier failure. */
export async function bestEffort<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    return dropSystemError(error);
  }
}

/** The same for work that waits for nothing. */
export function bestEffortSync<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    return dropSystemError(error);
  }
}

function dropSystemError(error: unknown): undefined {
  if (isRemoraError(error) || systemCode(error) === undefined) throw error;
}

/** The value of a promise about `path`; undefined where the path leads nowhere. Other failures are errors of ours. */
export async function unlessMissing<T>(promise: Promise<T>, path: string): Promise<T | undefined> {
  try {
    return await ifSystemError(promise, 'ENOENT', 'ENOTDIR');
  } catch (error) {
    throw fileError(error, path);
  }
}

/** The same for a call that waits for nothing. */
export function unlessMissingSync<T>(action: () => T, path: string): T | undefined {
  try {
    return action();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw fileError(error, path);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'cannot be accessed: permission denied',
  EPERM: 'cannot be changed: operation not permitted',
  EROFS: 'is on a read-only file system',
  ENOSPC: 'cannot be written: the disk is full',
  EDQUOT: 'cannot be written: the quota is used up',
  EFBIG: 'cannot be written: it would be larger than the limit for files',
  EISDIR: 'is a directory, wanted a file',
  ENOTDIR: 'is below something that is not a directory',
  ENAMETOOLONG: 'has a name that is too long',
  ELOOP: 'goes through too many symbolic links',
  ENXIO: 'is not a regular file',
};

/** Whether an error comes from a look for the working directory, which was removed. */
export function isWithoutDirectory(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd';
}

/** Codes of a path where nothing can be. */
const NOWHERE_CODES: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'];

/** Turns an error of the operating system about `path` into a RemoraError: `NOT_FOUND` where nothing can be there, else `IO`. */
export function fileError(error: unknown, path: string, hint?: string): RemoraError {
  if (isRemoraError(error)) return error;
  if (isWithoutDirectory(error)) {
    return new RemoraError('IO', 'working directory does not exist any more, so relative paths lead nowhere', {
      cause: error,
      hint: 'Change to a directory that exists, and run the command again',
    });
  }
  const code = systemCode(error);
  const reason = (code && REASONS[code]) ?? `failed: ${error instanceof Error ? error.message : String(error)}`;
  const isNowhere = NOWHERE_CODES.includes(code ?? '');
  return new RemoraError(isNowhere ? 'NOT_FOUND' : 'IO', `${path} ${reason}`, {
    cause: error,
    ...given({ hint: hint ?? (isNowhere && code !== 'ENOENT' ? 'Check the path' : undefined) }),
  });
}
