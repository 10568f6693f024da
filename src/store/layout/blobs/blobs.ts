import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../../errors.js';
import { interrupted, throwIfInterrupted } from '../../../io/async/interrupt.js';
import { makeDirectory } from '../../../io/files/make-directory.js';
import { fileError } from '../../../io/files/system-error.js';
import { createTempFile, writeStream } from '../../../io/files/temp-file.js';
import { counted } from '../../../io/streams/counted.js';
import { verified } from '../../../io/streams/verify.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { type Digest, digestFromHash } from '../../../oci/values/digest.js';
import type { CallOptions, TransferOptions, WriteResult } from '../../interfaces/store.js';
import { DirectoryFiles } from '../files/directory-files.js';
import type { LayoutFiles } from '../files/files.js';
import { blobName, blobPath } from '../files/paths.js';

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

/** Writes a blob whose digest is known; a file of the right size is taken to be it. */
export async function writeBlob(
  directory: string,
  expected: Descriptor,
  source: () => Promise<Readable>,
  options: TransferOptions = {},
): Promise<WriteResult> {
  throwIfInterrupted(options.signal);
  if ((await blobSize(new DirectoryFiles(directory), expected.digest)) === expected.size) return 'exists';
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
  const file = await createTempFile(directory);
  try {
    const hash = createHash('sha256');
    let size = 0;
    const hashed = counted(await source(), (bytes, chunk) => {
      hash.update(chunk);
      size = bytes;
      options.onProgress?.(bytes);
    });
    await writeStream(file, hashed, options.signal);
    const descriptor: Descriptor = { mediaType, digest: digestFromHash('sha256', hash), size };
    if ((await blobSize(new DirectoryFiles(directory), descriptor.digest)) === size)
      return { descriptor, result: 'exists' };
    const target = blobPath(directory, descriptor.digest);
    await makeDirectory(dirname(target));
    await file.commit(target);
    return { descriptor, result: 'written' };
  } finally {
    await file.discard();
  }
}

function progress(source: Readable, onProgress: TransferOptions['onProgress']): Readable {
  return onProgress === undefined ? source : counted(source, onProgress);
}
