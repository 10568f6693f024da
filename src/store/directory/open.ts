import { readdir, stat } from 'node:fs/promises';
import { isRemoraError, RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { fileError, ifSystemError, UNREADABLE_CODES } from '../../io/files/system-error.js';
import { MAX_READ_BYTES, type Manifest, parseManifest } from '../../oci/documents/manifest.js';
import { formatPlace } from '../../oci/names/place.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions } from '../interfaces/store.js';
import { DirectoryFiles } from '../layout/files/directory-files.js';
import { LAYOUT_FILE } from '../layout/files/paths.js';
import { LayoutSource } from '../layout/source.js';
import { ImageFiles, MANIFEST_FILE } from './files.js';

/**
 * Opens a directory with one image for reading, as `skopeo copy … dir:PATH` writes it. Its `signature-N` files are not read:
 * they are not artifacts.
 *
 * @throws RemoraError `NOT_FOUND`, `MALFORMED`, `UNSUPPORTED` (manifests of schema 1), `IO`, `INTERRUPTED`
 */
export async function openImageDirectory(path: string, { signal }: CallOptions = {}): Promise<LayoutSource> {
  throwIfInterrupted(signal);
  const files = new DirectoryFiles(path);
  const bytes = await files.read(MANIFEST_FILE, MAX_READ_BYTES);
  if (bytes === undefined) throw await noImage(files);
  return new LayoutSource(new ImageFiles(files, parse(bytes, files.describe(MANIFEST_FILE))), {
    kind: 'directory',
    path,
  });
}

async function noImage(files: DirectoryFiles): Promise<RemoraError> {
  const path = files.location;
  await readdir(path).catch(async (error: unknown) => {
    const hint = await tagHint(path);
    if ((await ifSystemError(stat(path), ...UNREADABLE_CODES))?.isFile() !== true) throw fileError(error, path, hint);
    throw new RemoraError('NOT_FOUND', `${path} is a file, wanted a directory of skopeo's`, {
      cause: error,
      hint: hint ?? 'Check the path',
    });
  });
  const isLayout = (await files.size(LAYOUT_FILE)) !== undefined;
  return new RemoraError('NOT_FOUND', `${path} has no ${MANIFEST_FILE}, as a directory of skopeo's has`, {
    hint: isLayout ? `It is an image layout: write oci:${path}` : 'Check the path',
  });
}

/** The next step where a tag stands behind the path of a directory. */
async function tagHint(path: string): Promise<string | undefined> {
  const ends = [...path.matchAll(/:/g)].map(({ index }) => index).reverse();
  for (const end of ends) {
    const shorter = path.slice(0, end);
    if ((await new DirectoryFiles(shorter).size(MANIFEST_FILE)) !== undefined)
      return `Write ${formatPlace({ kind: 'directory', path: shorter })}: a directory of skopeo's has no tags`;
  }
  return undefined;
}

function parse(bytes: Buffer, path: string): Manifest {
  try {
    return parseManifest(bytes);
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    const { code, message, hint } = error;
    throw new RemoraError(code, `${path}: ${message}`, { cause: error, ...given({ hint }) });
  }
}
