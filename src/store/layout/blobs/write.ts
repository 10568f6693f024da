import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { throwIfInterrupted } from '../../../io/async/interrupt.js';
import { makeDirectory } from '../../../io/files/make-directory.js';
import { createTempFile, writeStream } from '../../../io/files/temp-file.js';
import { counted } from '../../../io/streams/counted.js';
import { verified } from '../../../io/streams/verify.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { digestFromHash } from '../../../oci/values/digest.js';
import type { TransferOptions, WriteResult } from '../../interfaces/store.js';
import { blobPath } from '../files/paths.js';
import { claimBlob, LOOKED_AT_BYTES } from './claim.js';

/** Writes a blob whose digest is known, unless it is there. A large file of the right size is taken to be it. */
export async function writeBlob(
  directory: string,
  expected: Descriptor,
  source: () => Promise<Readable>,
  options: TransferOptions = {},
): Promise<WriteResult> {
  throwIfInterrupted(options.signal);
  if (await claimBlob(directory, expected, { own: true, signal: options.signal })) return 'exists';
  const file = await createTempFile(directory);
  try {
    await writeStream(file, progress(verified(await source(), expected), options.onProgress), options.signal);
    const target = blobPath(directory, expected.digest);
    await makeDirectory(dirname(target));
    await file.commit(target);
    return 'written';
  } finally {
    await file.discard();
  }
}

/** Writes a blob whose digest is not known yet: the content is read once. */
export async function ingestBlob(
  directory: string,
  mediaType: string,
  source: () => Promise<Readable>,
  options: TransferOptions = {},
): Promise<{ descriptor: Descriptor; result: WriteResult }> {
  const { onProgress, signal } = options;
  const file = await createTempFile(directory);
  try {
    const hash = createHash('sha256');
    let size = 0;
    const hashed = counted(await source(), (bytes, chunk) => {
      hash.update(chunk);
      size = bytes;
      onProgress?.(bytes);
    });
    await writeStream(file, hashed, signal);
    const descriptor: Descriptor = { mediaType, digest: digestFromHash('sha256', hash), size };
    const isThere = await claimBlob(directory, descriptor, { own: true, signal });
    if (isThere && size <= LOOKED_AT_BYTES) return { descriptor, result: 'exists' };
    // Whole content is at hand, and costs less to put in its place than to compare with what is there.
    const target = blobPath(directory, descriptor.digest);
    await makeDirectory(dirname(target));
    await file.commit(target);
    return { descriptor, result: isThere ? 'exists' : 'written' };
  } finally {
    await file.discard();
  }
}

function progress(source: Readable, onProgress: TransferOptions['onProgress']): Readable {
  return onProgress === undefined ? source : counted(source, onProgress);
}
