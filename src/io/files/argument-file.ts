import { constants, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { OPEN_FLAGS, readRegular, type WholeFile } from './regular-file.js';
import { fileError } from './system-error.js';

/**
 * Reads a small file that an argument names, such as a key or a policy. A shell passes a pipe for `<(command)`.
 *
 * @throws RemoraError `INVALID_ARGUMENT` where it is not there, neither a regular file nor a pipe, or has more than `most` bytes
 */
export async function readArgumentFile(path: string, most: number): Promise<Buffer> {
  // A message with the path would write a private key into a log.
  if (path.includes('-----BEGIN ')) {
    const hint = 'Write it to a file, and give the path';
    throw new RemoraError('INVALID_ARGUMENT', 'argument is PEM itself, wanted the path of a file', { hint });
  }
  try {
    const { size, bytes } = statSync(path).isFIFO() ? await readPipe(path, most) : await readRegular(path, most);
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

/** Opened so that a pipe which nobody writes to is empty, and does not hold the process. */
async function readPipe(path: string, most: number): Promise<WholeFile> {
  const fd = openSync(path, constants.O_RDONLY | OPEN_FLAGS);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of new Socket({ fd, writable: false })) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) return { size };
  }
  return { size, bytes: Buffer.concat(chunks) };
}

/** A key of 16,384 bits has 13 kB in PEM, also with its certificate. */
const MAX_KEY_BYTES = 1024 * 1024;

/**
 * Reads a key that an argument names: a path, or as cosign has it `env://NAME`.
 *
 * @param noun of the key: `private key` or `public key`
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function readKeyArgument(
  location: string,
  noun: string,
  env: NodeJS.ProcessEnv,
): Promise<string | Uint8Array> {
  const [, scheme, name = ''] = /^([a-z0-9]{1,20}):\/\/(.*)$/.exec(location) ?? [];
  if (scheme === undefined) return readArgumentFile(location, MAX_KEY_BYTES);
  if (scheme !== 'env') {
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `key ${quote(location)} is not a file or env://NAME: remora cannot use key management services`,
      {
        found: location,
        hint: 'Sign and verify with cosign, or give the key as a file',
      },
    );
  }
  const pem = env[name];
  if (pem !== undefined && pem !== '') return pem;
  throw new RemoraError('INVALID_ARGUMENT', `variable ${quote(name)} is not set, wanted a ${noun} in it`, {
    found: location,
    hint: `Set ${name}, or name a file`,
  });
}
