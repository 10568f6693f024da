import { lstat } from 'node:fs/promises';
import { isAccepted, RemoraError } from '../../errors.js';
import { ifSystemError, UNREADABLE_CODES } from '../../io/files/system-error.js';
import { isBareName, isFileName } from '../../oci/names/place.js';
import { parsePinnedTarget } from '../../oci/names/target.js';
import { quote } from '../../oci/text/quote.js';
import { isThere } from '../../store/open.js';
import { isStandardInput, unguarded } from './standard-input.js';

/**
 * Checks that a place does not stand where a file is wanted, and a file where the place is.
 *
 * @param command the words of the command, `attach`
 * @throws RemoraError `INVALID_ARGUMENT` when the arguments are swapped
 */
export async function checkOrder(command: string, place: string, files: readonly string[]): Promise<void> {
  const first = unguarded(place);
  const isFile = isStandardInput(first) || (await exists(first.replace(/:[a-z]+\/[^/:]+$/i, '')));
  if (!isFile && !isFileName(first)) return;
  for (const file of files) {
    if (!isPlace(file) || (await exists(file))) continue;
    const others = files.filter((other) => other !== file);
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `${quote(first)} ${isFile ? 'is' : 'looks like'} a file, and ${quote(file)} a place: swapped arguments`,
      {
        found: first,
        hint: `Write remora ${[command, file, first, ...others].join(' ')}`,
      },
    );
  }
  if (!isFile || isStandardInput(first) || /^oci|\.(?:tar|tgz|tzst|tar\.(?:gz|zst))(?:[:@]|$)/.test(first)) return;
  throw new RemoraError('INVALID_ARGUMENT', `${quote(first)} is a file, wanted an image or artifact`, {
    found: first,
    hint: `Write remora ${[command, 'ghcr.io/owner/app:v1', first, ...files].join(' ')}`,
  });
}

/** A layout or an archive, or a name in a registry that names it, or has a tag or digest. */
function isPlace(text: string): boolean {
  return isAccepted(() => {
    const { place, tags, digest } = parsePinnedTarget(text);
    if (place.kind !== 'registry') return /^[a-z-]+:/.test(text) || isThere(place);
    return !isBareName(place) || tags.length > 0 || digest !== undefined;
  });
}

/** A directory can be a place as well. */
async function exists(path: string): Promise<boolean> {
  const info = await ifSystemError(lstat(path), ...UNREADABLE_CODES);
  return info !== undefined && !info.isDirectory();
}
