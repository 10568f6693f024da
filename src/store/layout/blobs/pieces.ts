import type { FileHandle } from 'node:fs/promises';
import { RemoraError } from '../../../errors.js';
import { throwIfInterrupted } from '../../../io/async/interrupt.js';
import { openRegular } from '../../../io/files/regular-file.js';
import { fileError } from '../../../io/files/system-error.js';
import { giveBack, LENT_BYTES, lend, lentChunk } from '../../../io/streams/lent.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { algorithmOf, hasherFor } from '../../../oci/values/digest.js';
import type { CallOptions } from '../../interfaces/store.js';

/**
 * Opens a blob to be read piece by piece; it is closed when the reading ends. The memory of a piece is used again as soon
 * as the next one is asked for. The last one comes when all are verified.
 *
 * @throws RemoraError `NOT_FOUND`, `UNSUPPORTED` at once; `SIZE_MISMATCH`, `DIGEST_MISMATCH` in place of the last piece
 */
export async function openPieces(
  path: string,
  expected: Descriptor,
  options: CallOptions = {},
): Promise<AsyncIterable<Buffer>> {
  hasherFor(expected.digest);
  const handle = await openRegular(path, { followLinks: false }).catch((error: unknown) => {
    throw fileError(error, path);
  });
  return pieces(handle, path, expected, options);
}

async function* pieces(
  handle: FileHandle,
  path: string,
  { digest, size }: Descriptor,
  { signal }: CallOptions,
): AsyncGenerator<Buffer> {
  const hash = hasherFor(digest);
  const memory = size < LENT_BYTES ? Buffer.allocUnsafe(size) : lend();
  try {
    for (let offset = 0; ; ) {
      throwIfInterrupted(signal);
      const length = Math.min(memory.length, size - offset);
      const { bytesRead } = await handle.read(memory, 0, length, offset);
      offset += bytesRead;
      if (bytesRead < length) throw mismatch('SIZE_MISMATCH', path, size, offset);
      hash.update(memory.subarray(0, length));
      const found = offset === size ? `${algorithmOf(digest)}:${hash.digest('hex')}` : digest;
      if (found !== digest) throw mismatch('DIGEST_MISMATCH', path, digest, found);
      yield memory.subarray(0, length);
      if (offset === size) break;
    }
    // After a failure the system may still be sending it.
    if (memory.length === LENT_BYTES) giveBack(lentChunk(memory, LENT_BYTES));
  } finally {
    await handle.close();
  }
}

function mismatch(
  code: 'SIZE_MISMATCH' | 'DIGEST_MISMATCH',
  path: string,
  expected: string | number,
  found: string | number,
): RemoraError {
  return new RemoraError(code, `${path} is not what it should be: ${found}, wanted ${expected}`, { expected, found });
}
