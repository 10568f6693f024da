import { RemoraError } from '../../errors.js';
import { readRegular } from './regular-file.js';
import { fileError } from './system-error.js';

/**
 * Reads a small file that an argument names, such as a key or a policy.
 *
 * @throws RemoraError `INVALID_ARGUMENT` where it is not there, not a regular file, or has more than `most` bytes
 */
export async function readArgumentFile(path: string, most: number): Promise<Buffer> {
  // A message with the path would write a private key into a log.
  if (path.includes('-----BEGIN ')) {
    const hint = 'Write it to a file, and give the path';
    throw new RemoraError('INVALID_ARGUMENT', 'argument is PEM itself, wanted the path of a file', { hint });
  }
  try {
    const { size, bytes } = await readRegular(path, most);
    if (bytes !== undefined) return bytes;
    throw new RemoraError('INVALID_ARGUMENT', `${path} has ${size} bytes, wanted at most ${most}`);
  } catch (cause) {
    const error = fileError(cause, path);
    // A missing file of this kind must look neither like a missing image nor like a missing signature (exit code 3).
    throw new RemoraError('INVALID_ARGUMENT', error.message, {
      cause,
      hint: error.hint ?? 'Check the path of the file',
    });
  }
}
