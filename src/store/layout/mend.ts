import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { makeDirectory } from '../../io/files/make-directory.js';
import { createTempFile, replaceFile, sweepTempFiles, writeStream } from '../../io/files/temp-file.js';
import { verified } from '../../io/streams/verify.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { CallOptions } from '../interfaces/store.js';
import { ABANDONED_UPLOAD_MS } from './blobs/upload-files.js';
import { Uploads } from './blobs/upload-sessions.js';
import { DirectoryFiles } from './files/directory-files.js';
import { LAYOUT_VERSION, layoutVersion } from './files/layout-file.js';
import { BLOBS_DIRECTORY, blobPath, LAYOUT_FILE } from './files/paths.js';

/** Puts a blob in its place, also where a damaged file of the right size is there. Readers see the old file or the new. */
export async function replaceBlob(
  directory: string,
  expected: Descriptor,
  open: () => Promise<Readable>,
  { signal }: CallOptions = {},
): Promise<void> {
  throwIfInterrupted(signal);
  const file = await createTempFile(directory);
  try {
    await writeStream(file, verified(await open(), expected), signal);
    const target = blobPath(directory, expected.digest);
    await makeDirectory(dirname(target));
    await file.commit(target);
  } finally {
    await file.discard();
  }
}

/** Writes what a layout must have (image-spec image-layout.md), where it is missing or malformed. */
export async function completeLayout(directory: string): Promise<void> {
  await makeDirectory(join(directory, BLOBS_DIRECTORY));
  if ((await orUndefined(layoutVersion(new DirectoryFiles(directory)), 'MALFORMED')) !== undefined) return;
  await replaceFile(join(directory, LAYOUT_FILE), Buffer.from(JSON.stringify({ imageLayoutVersion: LAYOUT_VERSION })));
}

/** Removes temporary files and upload sessions whose makers are gone. */
export async function sweepLeftOvers(directory: string): Promise<void> {
  await sweepTempFiles(directory);
  await new Uploads(directory).sweep(ABANDONED_UPLOAD_MS);
}
