import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { counted } from '../../io/count.js';
import { makeDirectory } from '../../io/directory.js';
import { interrupted, throwIfInterrupted } from '../../io/interrupt.js';
import { fileError, systemCode } from '../../io/system-error.js';
import { createTempFile, writeStream } from '../../io/temp-file.js';
import { verified } from '../../io/verify.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { type Digest, digestFromHash } from '../../oci/digest.js';
import type { CallOptions, TransferOptions, WriteResult } from '../store.js';
import { blobPath } from './paths.js';

/** The size of a blob's file in bytes, undefined when there is none. */
export async function blobSize(directory: string, digest: Digest): Promise<number | undefined> {
  const path = blobPath(directory, digest);
  try {
    const info = await stat(path);
    return info.isFile() ? info.size : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw fileError(error, path);
  }
}

/** @throws RemoraError `NOT_FOUND`, `SIZE_MISMATCH` at once, `DIGEST_MISMATCH` at the stream's end */
export async function openBlob(
  directory: string,
  descriptor: Descriptor,
  options: CallOptions = {},
): Promise<Readable> {
  const { signal } = options;
  throwIfInterrupted(signal);
  const path = blobPath(directory, descriptor.digest);
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw fileError(error, path);
    throw new RemoraError('NOT_FOUND', `blob ${descriptor.digest} is missing: ${path} does not exist`, {
      cause: error,
    });
  });
  const { size } = await handle.stat();
  if (size !== descriptor.size) {
    await handle.close();
    throw new RemoraError(
      'SIZE_MISMATCH',
      `blob ${descriptor.digest} has ${size} bytes in ${path}, wanted ${descriptor.size}`,
      {
        expected: descriptor.size,
        found: size,
      },
    );
  }
  const source = createReadStream('', { fd: handle, highWaterMark: 256 * 1024, ...(signal ? { signal } : {}) });
  return verified(source, descriptor, (error) => (signal?.aborted ? interrupted(signal) : fileError(error, path)));
}

/** Writes a blob whose digest is known; a file of the right size is taken to be it. */
export async function writeBlob(
  directory: string,
  expected: Descriptor,
  source: () => Promise<Readable>,
  options: TransferOptions = {},
): Promise<WriteResult> {
  throwIfInterrupted(options.signal);
  if ((await blobSize(directory, expected.digest)) === expected.size) return 'exists';
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
    if ((await blobSize(directory, descriptor.digest)) === size) return { descriptor, result: 'exists' };
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
