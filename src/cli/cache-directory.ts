import fs from 'node:fs';
import path from 'node:path';
import { bestEffortSync, systemCode } from '../io/files/system-error.js';

const STICKY = 0o1000;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * The directory of compiled code, where this user alone can have put something: code in it runs. `make` makes it.
 *
 * `sudo` can leave `HOME` as it is, and `XDG_CACHE_HOME` can be a directory of all users. remora keeps nothing with a
 * home of another user, nor where a link, another owner or a mode lets others decide what is there.
 */
export function cacheDirectory(make: boolean): string | undefined {
  const { env, platform } = process;
  const home = env.HOME ?? env.USERPROFILE;
  const own = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME;
  const usual = platform === 'darwin' ? 'Library/Caches' : '.cache';
  const base = own || (home && path.join(home, usual));
  if (!base || !path.isAbsolute(base)) return undefined;
  if (home && !isHome(home)) return undefined;
  const remora = path.join(base, 'remora');
  const compiled = path.join(remora, 'compiled');
  const isThere = (directory: string) => !make || makeDirectory(directory);
  const isFound = isThere(base) && isParent(base) && isThere(remora) && isOwn(remora) && isThere(compiled);
  return isFound && isOwn(compiled) ? compiled : undefined;
}

/** True for a file or directory of this user that no other can change. */
export function isPrivate(found: fs.Stats): boolean {
  return isOurs(found) && !isOpen(found);
}

function isHome(directory: string): boolean {
  const found = bestEffortSync(() => fs.statSync(directory));
  return found !== undefined && isOurs(found) && isSafeParent(found);
}

/** True for a directory whose entries no other user can replace. */
function isParent(directory: string): boolean {
  const found = bestEffortSync(() => fs.statSync(directory));
  return found?.isDirectory() === true && (isOurs(found) || found.uid === 0) && isSafeParent(found);
}

function isOwn(directory: string): boolean {
  const found = bestEffortSync(() => fs.lstatSync(directory));
  return found?.isDirectory() === true && isPrivate(found);
}

/** Others can replace entries that are not theirs in a directory that they may write to, unless its mode is sticky. */
function isSafeParent(found: fs.Stats): boolean {
  return !isOpen(found) || (found.mode & STICKY) !== 0;
}

/** Windows has neither owners nor modes that Node.js tells of: a user's directories are closed to others there. */
function isOurs({ uid }: fs.Stats): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}

function isOpen({ mode }: fs.Stats): boolean {
  return process.geteuid !== undefined && (mode & WRITABLE_BY_OTHERS) !== 0;
}

/** Not `recursive`: where a file system says ENOENT for ever, as `/proc` does, Node.js then tries for ever. */
function makeDirectory(directory: string): boolean {
  const made = bestEffortSync(() => {
    try {
      fs.mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    return true;
  });
  return made === true;
}
