import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { gitFault } from './same-name.js';
import { fileError, ifSystemError } from './system-error.js';

/** NAME_MAX of ext4, xfs, btrfs, apfs and ntfs, and PATH_MAX of Linux. */
const MAX_COMPONENT_BYTES = 255;
const MAX_NAME_BYTES = 4096;

/** Control characters reach terminals and logs; lone surrogates make two names one when they are written as UTF-8. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
const WINDOWS_RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?$/i;

/** The components of a name, without empty ones and `.`. */
function componentsOf(name: string): string[] {
  return name.split('/').filter((part) => part !== '' && part !== '.');
}

function componentFault(part: string, platform: NodeJS.Platform): string | undefined {
  // Not only "..": Windows drops dots and spaces at the end, so that ".. " and "..." lead up there too.
  if (/^ *\.[. ]*$/.test(part)) return `it has the component ${quote(part)}`;
  if (Buffer.byteLength(part) > MAX_COMPONENT_BYTES) return `a component is longer than ${MAX_COMPONENT_BYTES} bytes`;
  if (platform !== 'win32') return undefined;
  if (WINDOWS_RESERVED.test(part)) return `${quote(part)} is a device on Windows`;
  if (/[<>:"|?*]|[. ]$/.test(part)) return `${quote(part)} cannot be a file name on Windows`;
  return undefined;
}

function textFault(text: string): string | undefined {
  if (UNPRINTABLE.test(text)) return 'it has a control character';
  if (text.includes('\\')) return 'it has a backslash';
  if (text.startsWith('/') || /^[a-z]:\//i.test(text)) return 'it is absolute';
  if (/^[a-z]:/i.test(text)) return `it begins like a path on drive ${text[0]}: of Windows`;
  if (Buffer.byteLength(text) > MAX_NAME_BYTES) return `it is longer than ${MAX_NAME_BYTES} bytes`;
  return undefined;
}

/** Why `name` must not become a path below a directory, or `undefined` when it may. */
export function nameFault(name: string, platform: NodeJS.Platform = process.platform): string | undefined {
  const fault = textFault(name);
  if (fault !== undefined) return fault;
  const parts = componentsOf(name);
  if (parts.length === 0) return 'it names nothing';
  return parts.map((part) => componentFault(part, platform)).find((found) => found !== undefined);
}

/**
 * Why a symlink at `name` (a clean name below some directory) must not point to `target`, or `undefined` when it may.
 *
 * `..` is allowed at the start only, and no further up than the directory. The rest only goes down, and stays inside
 * even through other symlinks that keep this rule. `a/../..` would not: `a` may be such a symlink.
 */
export function linkFault(name: string, target: string): string | undefined {
  if (target === '') return 'it is empty';
  const fault = textFault(target);
  if (fault !== undefined) return fault;
  const parts = componentsOf(target);
  const ups = parts.findIndex((part) => part !== '..');
  const down = ups < 0 ? [] : parts.slice(ups);
  if (parts.length - down.length > componentsOf(name).length - 1) return 'it leads out of the directory';
  if (down.includes('..')) return 'it has ".." behind another component, which may lead out of the directory';
  return undefined;
}

/**
 * Cleans a name that came from elsewhere: `./` and doubled slashes go away.
 *
 * @throws RemoraError `MALFORMED` when the name could leave its directory, belongs to git, or is empty
 */
export function checkName(name: string): string {
  const fault = nameFault(name);
  const git = fault === undefined ? gitFault(name) : undefined;
  if (fault === undefined && git === undefined) return componentsOf(name).join('/');
  throw new RemoraError('MALFORMED', `name ${quote(name)} cannot be used for a file: ${fault ?? git}`, {
    hint:
      git === undefined
        ? 'Names must be relative, with forward slashes, and stay below their directory'
        : 'Give it another name, as with --name {digest}{ext}',
  });
}

/**
 * The absolute path of `name` below `root`, after a look at everything that exists on the way: directories that are
 * not symlinks. The root may be reached through symlinks. Later changes by other processes are not seen.
 *
 * @throws RemoraError `MALFORMED` when the name is hostile
 * @throws RemoraError `EXISTS` when a file or a symlink is in the way
 */
export async function resolveInside(root: string, name: string): Promise<string> {
  const parts = checkName(name).split('/');
  let path = resolve(root);
  for (const [index, part] of parts.entries()) {
    path = join(path, part);
    const stats = await lstatIfExists(path);
    if (stats === undefined) break;
    if (stats.isSymbolicLink()) throw inTheWay(path, 'is a symlink, which is never written through');
    if (index < parts.length - 1 && !stats.isDirectory()) throw inTheWay(path, 'is not a directory, wanted one');
  }
  return join(resolve(root), ...parts);
}

/** The error for something that exists where something else must go. */
export function inTheWay(path: string, problem: string): RemoraError {
  return new RemoraError('EXISTS', `${path} ${problem}`, { hint: 'Remove it, or choose another output directory' });
}

/** The entry at `path` itself, `undefined` where there is none. */
export async function lstatIfExists(path: string) {
  return ifSystemError(lstat(path), 'ENOENT').catch((error: unknown) => {
    throw fileError(error, path);
  });
}
