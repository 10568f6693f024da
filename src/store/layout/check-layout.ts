import { lstat, readdir } from 'node:fs/promises';
import { RemoraError } from '../../errors.js';
import { fileError, ifSystemError, systemCode, UNREADABLE_CODES } from '../../io/files/system-error.js';
import { formatPlace } from '../../oci/names/place.js';
import { DirectoryFiles } from './files/directory-files.js';
import { hasLayoutFile } from './files/layout-file.js';
import { BLOBS_DIRECTORY, INDEX_FILE, LAYOUT_FILE } from './files/paths.js';

/**
 * Checks that `directory` is an image layout (image-spec image-layout.md, "oci-layout file"). Older BuildKit writes no
 * `oci-layout`: `index.json` beside `blobs/` is enough.
 *
 * @throws RemoraError `NOT_FOUND` when it is none, `MALFORMED`, `UNSUPPORTED` (another version), `IO`
 */
export async function checkLayout(directory: string): Promise<void> {
  if (await hasLayoutFile(new DirectoryFiles(directory))) return;
  const names = await readdir(directory).catch((error: unknown) => unreadable(directory, error));
  if (names.length === 0 || !hasLayoutNames(names)) throw noLayout(directory, names);
}

/** Whether files with these names make an image layout, with or without the file that says so. */
export function hasLayoutNames(names: readonly string[]): boolean {
  return names.includes(LAYOUT_FILE) || [INDEX_FILE, BLOBS_DIRECTORY].every((name) => names.includes(name));
}

/** @throws RemoraError always: `NOT_FOUND` for a path that leads nowhere or to a file, else `IO` */
async function unreadable(directory: string, error: unknown): Promise<never> {
  const code = systemCode(error);
  if (code === 'ENOTDIR') {
    throw new RemoraError('NOT_FOUND', `${directory} is a file, not a directory with an image layout`, {
      hint: `Write ${formatPlace({ kind: 'archive', path: directory })} if it is an archive of an image layout`,
    });
  }
  if (code !== 'ENOENT') throw fileError(error, directory, 'See who may read it, and what its path goes through');
  const isLink = (await ifSystemError(lstat(directory), ...UNREADABLE_CODES))?.isSymbolicLink() === true;
  throw isLink
    ? new RemoraError('NOT_FOUND', `image layout ${directory} is a symlink that leads nowhere`, {
        hint: 'Write the path that it should lead to, or replace the link',
      })
    : new RemoraError('NOT_FOUND', `image layout ${directory} does not exist`, {
        hint: 'Check the path; push creates a layout',
      });
}

function noLayout(path: string, names: readonly string[]): RemoraError {
  const fail = (why: string, hint: string) =>
    new RemoraError('NOT_FOUND', `${path} is not an OCI image layout: ${why}`, { hint });
  if (names.length === 0) return fail('it is empty', 'Check the path; push and copy create a layout there');
  if (names.includes(INDEX_FILE))
    return fail(
      `it has ${INDEX_FILE}, and neither ${LAYOUT_FILE} nor ${BLOBS_DIRECTORY}/`,
      `Restore ${BLOBS_DIRECTORY}/ from a copy; remora check --fix writes ${LAYOUT_FILE} then`,
    );
  if (names.includes(BLOBS_DIRECTORY))
    return fail(
      `it has ${BLOBS_DIRECTORY}/, and neither ${LAYOUT_FILE} nor ${INDEX_FILE}`,
      `Restore ${INDEX_FILE} from a copy: it names the manifests among the blobs`,
    );
  if (names.includes('manifest.json') && names.includes('version'))
    return fail("it is a directory of skopeo's", `Write ${formatPlace({ kind: 'directory', path })}`);
  return fail(`it has no ${LAYOUT_FILE} file`, 'Check the path; push creates a layout in an empty or new directory');
}
