import type { Readable } from 'node:stream';
import { RemoraError } from '../../../errors.js';
import { interrupted, throwIfInterrupted } from '../../../io/async/interrupt.js';
import { fileError } from '../../../io/files/system-error.js';
import { verified } from '../../../io/streams/verify.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { LayoutFiles } from '../files/files.js';
import { blobName } from '../files/paths.js';

/** The size of a blob's file in bytes, undefined when there is none. */
export function blobSize(files: LayoutFiles, digest: Digest): Promise<number | undefined> {
  return files.size(blobName(digest));
}

/** @throws RemoraError `NOT_FOUND`, `SIZE_MISMATCH` at once, `DIGEST_MISMATCH` at the stream's end */
export async function openBlob(
  files: LayoutFiles,
  descriptor: Descriptor,
  options: CallOptions = {},
): Promise<Readable> {
  const { signal } = options;
  throwIfInterrupted(signal);
  const path = files.describe(blobName(descriptor.digest));
  const file = await files.open(blobName(descriptor.digest), { signal });
  if (file === undefined)
    throw new RemoraError('NOT_FOUND', `blob ${descriptor.digest} is missing: ${path} does not exist`);
  const { size, stream } = file;
  if (size !== descriptor.size) {
    stream.destroy();
    throw new RemoraError(
      'SIZE_MISMATCH',
      `blob ${descriptor.digest} has ${size} bytes in ${path}, wanted ${descriptor.size}`,
      {
        expected: descriptor.size,
        found: size,
      },
    );
  }
  return verified(stream, descriptor, (error) => (signal?.aborted ? interrupted(signal) : fileError(error, path)));
}
