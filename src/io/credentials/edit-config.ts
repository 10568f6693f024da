import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { applyEdits, type ModificationOptions, modify } from 'jsonc-parser';
import { withLock } from '../files/lock.js';
import { makeDirectory } from '../files/make-directory.js';
import { kindOf, notRegular } from '../files/regular-file.js';
import { fileError, ifSystemError } from '../files/system-error.js';
import { readConfigFile } from './config-files.js';
import { type AuthEntry, type DockerConfig, parseDockerConfig } from './docker-config.js';

const MAX_LINKS = 40;

/** Changes to make: an entry for each key of `auths`, undefined to remove it. */
export type AuthChanges = ReadonlyMap<string, AuthEntry | undefined>;

/**
 * Changes `auths` in a file that other tools read and write, too. All else in the file stays as it was written, and
 * readers see the old file or the new one. Two logins at the same time are both kept. A malformed file stays as it is.
 *
 * @param decide gives the changes for the file as it is under the lock
 * @throws RemoraError `MALFORMED`, `IO` (not a regular file, too), `CHANGED` (the lock stayed with another process)
 */
export async function changeAuths(path: string, decide: (config: DockerConfig) => AuthChanges): Promise<void> {
  // The link stays, and what it leads to is replaced.
  const target = await linkTarget(path);
  await requireFile(target, path);
  const directory = dirname(target);
  await makeDirectory(directory, 0o700);
  await withLock(join(directory, `.${basename(target)}.remora-lock`), async (lock) => {
    const bytes = (await readConfigFile(target)) ?? new Uint8Array();
    const changes = decide(parseDockerConfig(bytes, path));
    if (changes.size === 0) return;
    const edited = editAuths(Buffer.from(bytes).toString('utf8'), changes);
    await lock.replaceFile(target, Buffer.from(edited), 0o600);
  });
}

/** A device such as /dev/null can be read as a file of credentials without any, and root could replace it. */
async function requireFile(target: string, path: string): Promise<void> {
  const info = await ifSystemError(stat(target), 'ENOENT', 'ENOTDIR').catch((error: unknown) => {
    throw fileError(error, path);
  });
  if (info !== undefined && !info.isFile()) throw notRegular(path, kindOf(info));
}

/** The text with the changes; edits of the text keep numbers, order and unknown fields as they were written. */
export function editAuths(text: string, changes: AuthChanges): string {
  let edited = text.trim() === '' ? '{}\n' : text;
  const options = { formattingOptions: formatting(edited) };
  const document: { readonly auths?: unknown } = JSON.parse(edited);
  // null cannot take a property.
  if (document.auths === null) edited = applyEdits(edited, modify(edited, ['auths'], {}, options));
  for (const [key, entry] of changes) edited = applyEdits(edited, modify(edited, ['auths', key], entry, options));
  return edited;
}

/** Docker indents with a tab; a file written by hand may have spaces. */
function formatting(text: string): NonNullable<ModificationOptions['formattingOptions']> {
  const spaces = /^\{\s*?\n( +)"/.exec(text.trimStart())?.[1]?.length;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return spaces === undefined ? { insertSpaces: false, tabSize: 1, eol } : { insertSpaces: true, tabSize: spaces, eol };
}

async function linkTarget(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    const found = await ifSystemError(realpath(target), 'ENOENT', 'ENOTDIR').catch((error: unknown) => {
      throw fileError(error, path);
    });
    if (found !== undefined) return found;
    // The target does not exist yet, or the target of a link.
    const link = await ifSystemError(readlink(target), 'ENOENT', 'ENOTDIR', 'EINVAL');
    if (link === undefined) return target;
    target = resolve(dirname(target), link);
  }
  return target;
}
