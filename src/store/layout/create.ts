import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RemoraError } from '../../errors.js';
import { makeDirectory } from '../../io/files/make-directory.js';
import { fileError, systemCode } from '../../io/files/system-error.js';
import { replaceFile } from '../../io/files/temp-file.js';
import { hasLayoutNames } from './check-layout.js';
import { changeEntries } from './entries/index-file.js';
import { DirectoryFiles } from './files/directory-files.js';
import { hasLayoutFile, LAYOUT_VERSION } from './files/layout-file.js';
import { LAYOUT_FILE } from './files/paths.js';

/**
 * Makes sure that `directory` is an image layout, and creates it where it does not exist or is empty. Several processes
 * may do so at once: each file is written whole and they are all the same.
 *
 * @param options `amongOthers`: other things in the directory are allowed
 * @throws RemoraError `EXISTS` when the directory holds other things, and as `checkLayout`
 */
export async function createLayout(
  directory: string,
  options: { readonly amongOthers?: boolean | undefined } = {},
): Promise<void> {
  if (await hasLayoutFile(new DirectoryFiles(directory))) return;
  const names = await namesIn(directory);
  const foreign = options.amongOthers || hasLayoutNames(names) ? [] : names.filter((name) => !OWN.test(name));
  if (foreign.length > 0) {
    throw new RemoraError(
      'EXISTS',
      `${directory} is not an OCI image layout and not empty: it has ${foreign.slice(0, 3).join(', ')}`,
      {
        hint: 'Choose another directory',
      },
    );
  }
  await makeDirectory(join(directory, 'blobs', 'sha256'));
  // The layout file comes last: a directory that has it is complete.
  await changeEntries(directory, (entries) => (entries.length === 0 ? [] : undefined));
  await replaceFile(join(directory, LAYOUT_FILE), Buffer.from(JSON.stringify({ imageLayoutVersion: LAYOUT_VERSION })));
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw fileError(error, directory);
  }
}

/** The files that another process may have made already, which creates the same layout. */
const OWN = /^(blobs|oci-layout|index\.json(\.lock.*)?|\.remora-.*)$/;
