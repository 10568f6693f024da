import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RemoraError } from '../../errors.js';
import { processDomain } from './process-identity.js';
import { kindOf, NO_LINK, OPEN_FLAGS } from './regular-file.js';
import { bestEffortSync, fileError, systemCode } from './system-error.js';

/** A lock file as it was seen. */
export interface SeenLock {
  /** Names the lock, and fits {@link REMAINS}: it becomes a part of file names. */
  readonly id: string;
  readonly isEmpty: boolean;
  /** Empty where the content is not of ours. */
  readonly domain: string;
  readonly pid: number;
  readonly mtimeNs: bigint;
}

/** Id, domain and process id. A lock may come from elsewhere: other content names no file and no process. */
const CONTENT = /^([0-9a-f]{16}) ([0-9a-f]{12}) (\d{1,10})\n?$/;
const MAX_CONTENT_BYTES = 64;

/** The names of locks under which locks are removed, without the name of the first lock. */
const REMAINS = /^(?:\.(?:[0-9a-f]{16}|file-\d+-\d+))+$/;

/** Creates a lock file with its content in one go of synchronous calls; undefined when it exists. */
export function createLock(path: string): { id: string; file: number } | undefined {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o644);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw fileError(error, path);
  }
  const id = randomBytes(8).toString('hex');
  try {
    writeSync(file, `${id} ${processDomain()} ${process.pid}\n`);
  } catch (error) {
    closeSync(file);
    unlinkSync(path);
    throw fileError(error, path);
  }
  return { id, file };
}

/** @throws RemoraError `EXISTS` where something else than a file has the name of the lock, `IO` */
export function readLock(path: string): SeenLock | undefined {
  const file = openLock(path);
  if (file === undefined) return undefined;
  try {
    const info = fstatSync(file, { bigint: true });
    if (!info.isFile()) throw noLock(path, kindOf(info));
    const bytes = Buffer.alloc(MAX_CONTENT_BYTES);
    const text = bytes.toString('latin1', 0, readSync(file, bytes));
    const [, id, domain = '', pid = 0] = CONTENT.exec(text) ?? [];
    // Empty: its maker is between two system calls, or was killed there.
    const isEmpty = text === '';
    const { ino, mtimeNs } = info;
    return { id: id ?? `file-${ino}-${BigInt.asUintN(64, mtimeNs)}`, isEmpty, domain, pid: Number(pid), mtimeNs };
  } catch (error) {
    throw fileError(error, path);
  } finally {
    closeSync(file);
  }
}

function openLock(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | NO_LINK | OPEN_FLAGS);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return undefined;
    // Systems answer so to O_NOFOLLOW, and for a socket.
    if (code === 'ELOOP' || code === 'EMLINK') throw noLock(path, 'a symlink');
    if (code === 'ENXIO') throw noLock(path, 'a socket');
    throw fileError(error, path);
  }
}

function noLock(path: string, found: string): RemoraError {
  return new RemoraError('EXISTS', `${path} is ${found}, wanted a lock file`, { hint: 'Remove it' });
}

/**
 * Removes what killed processes left of the removal of earlier locks. Such a file means something only while the lock
 * that it is named after is there; that is ours now, and no id comes again.
 */
export function removeRemains(path: string, id: string): void {
  const name = basename(path);
  for (const other of bestEffortSync(() => readdirSync(dirname(path))) ?? []) {
    if (!other.startsWith(`${name}.`) || other.startsWith(`${name}.${id}`)) continue;
    if (REMAINS.test(other.slice(name.length))) bestEffortSync(() => unlinkSync(join(dirname(path), other)));
  }
}
