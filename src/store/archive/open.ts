import { RemoraError } from '../../errors.js';
import { fileError } from '../../io/files/system-error.js';
import { formatPlace } from '../../oci/names/place.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { hasLayoutFile } from '../layout/files/layout-file.js';
import { LayoutSource } from '../layout/source.js';
import { type ArchiveContents, readContents } from './contents.js';
import { ArchiveFiles } from './files.js';
import { openPlainFile, type PlainFileOptions } from './plain-file.js';

/**
 * Opens a tar archive of an image layout for reading, as `oci-archive:` of skopeo and Podman, `buildx --output type=oci` and
 * `docker save` write it; compressed with gzip or zstd, or not. Its headers are read at once, contents where they are asked
 * for. To be closed.
 *
 * @throws RemoraError `NOT_FOUND` (no file, or no layout in it), `INVALID_ARGUMENT` (a directory, a pipe), `MALFORMED`,
 * `SIZE_MISMATCH` (a limit), `UNSUPPORTED` (an archive of Docker's older kind, or another version of layouts), `IO`,
 * `INTERRUPTED`
 */
export async function openArchive(path: string, options: PlainFileOptions = {}): Promise<LayoutSource> {
  const file = await naming(path, openPlainFile(path, options));
  try {
    const contents = await naming(path, readContents(file.handle, file.size, file.limit, options.signal));
    const files = new ArchiveFiles(path, file, contents.files);
    if (!(await hasLayoutFile(files)) && !contents.hasLayout) throw noLayout(path, contents);
    return new LayoutSource(files, { kind: 'archive', path });
  } catch (error) {
    await file.close();
    throw error;
  }
}

function noLayout(path: string, { hasDockerManifest, folder, isEmpty }: ArchiveContents): RemoraError {
  if (hasDockerManifest) {
    const to = formatPlace({ kind: 'archive', path: 'image.tar' });
    return new RemoraError(
      'UNSUPPORTED',
      `${path} is a docker-archive, which has no image layout in it: docker save before 25 and podman save write such`,
      { hint: `Convert it: skopeo copy docker-archive:${path} ${to}` },
    );
  }
  const lacks = isEmpty ? 'it has no files' : 'it has no oci-layout file, and not both of index.json and blobs/';
  const where = folder === undefined ? lacks : `that is below ${quote(folder)} in it`;
  return new RemoraError('NOT_FOUND', `${path} is not an archive of an OCI image layout: ${where}`, {
    hint:
      folder === undefined
        ? 'Check the path'
        : 'Pack the files of the layout without the folder: tar -C LAYOUT -cf FILE .',
  });
}

/** Puts the file's name before what is wrong with its bytes: those who read them do not know it. */
async function naming<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const failure = fileError(error, path);
    const { code, message, expected, found } = failure;
    if (!['MALFORMED', 'SIZE_MISMATCH', 'UNSUPPORTED'].includes(code)) throw failure;
    throw new RemoraError(code, `${path}: ${message}`, {
      cause: failure,
      ...given({ expected, found }),
      hint: failure.hint ?? 'It is damaged, or not a tar archive of an image layout: write it again',
    });
  }
}
