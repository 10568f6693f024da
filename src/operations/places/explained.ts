import { isRemoraError, RemoraError } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { openRegular } from '../../io/files/regular-file.js';
import { bestEffort } from '../../io/files/system-error.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import { isRefName } from '../../oci/values/annotations.js';
import { isThere } from '../../store/open.js';

/** Bytes at the beginning of a file that tell its kind: a tar archive says so in its first block. */
const BEGINNING = 512;

/**
 * The value of an opening. The error for a path without a layout tells the file that is there, or the layout that is meant.
 *
 * @throws RemoraError as the opening
 */
export async function explained<T>(place: Place, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (!isRemoraError(error) || error.code !== 'NOT_FOUND' || place.kind !== 'layout') throw error;
    throw taggedPath(place.path, error) ?? (await otherFile(place.path, error)) ?? error;
  }
}

/** `./layout@v1` where the layout is `./layout`. */
function taggedPath(path: string, { message, cause }: RemoraError): RemoraError | undefined {
  const at = path.lastIndexOf('@');
  const name = { kind: 'layout', path: path.slice(0, at) } as const;
  const tag = path.slice(at + 1);
  if (at < 1 || !isRefName(tag) || !isThere(name)) return undefined;
  return new RemoraError('NOT_FOUND', message, {
    cause,
    hint: `Write ${formatPlace(name, { tag })} for its tag ${tag}`,
  });
}

async function otherFile(path: string, { cause }: RemoraError): Promise<RemoraError | undefined> {
  const kind = await fileKind(path);
  if (kind === undefined) return undefined;
  return new RemoraError('NOT_FOUND', `${path} is a file of ${kind}, wanted an image, a layout or an archive`, {
    cause,
    hint: `Write the image first: remora attach IMAGE ${path} attaches the file`,
  });
}

/** JSON, PEM or text; undefined for other data, which may be an archive, and for a file that cannot be read. */
async function fileKind(path: string): Promise<string | undefined> {
  const file = await orUndefined(bestEffort(openRegular(path)), 'IO');
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytesRead === 0 || bytes.includes(0)) return undefined;
    const text = bytes.toString().trimStart();
    if (text.includes('\ufffd') && bytesRead < BEGINNING) return undefined;
    if (/^[[{]/.test(text)) return 'JSON';
    return text.startsWith('-----BEGIN ') ? 'PEM' : 'text';
  } finally {
    await file.close();
  }
}
