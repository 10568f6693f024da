import { dirname } from 'node:path';
import { RemoraError } from '../../errors.js';
import { lstatIfExists } from './safe-path.js';
import { fileError } from './system-error.js';
import { createTempFile } from './temp-file.js';

/** A file that can be written, and has its name only when it is. Always end it with `write` or `discard`. */
export interface ReservedFile {
  write(content: Uint8Array): Promise<void>;
  /** Does nothing after `write`. */
  discard(): Promise<void>;
}

/**
 * Opens a file beside its place before longer work, so that a wrong path does not show only afterwards.
 *
 * @throws RemoraError `EXISTS` for a directory, `NOT_FOUND` (its directory), `IO`
 */
export async function reserveFile(path: string): Promise<ReservedFile> {
  if ((await lstatIfExists(path))?.isDirectory()) {
    throw new RemoraError('EXISTS', `${path} is a directory, wanted a file for the manifest`, {
      hint: 'Give --export-manifest the name of a file',
    });
  }
  const file = await createTempFile(dirname(path));
  return {
    async write(content) {
      await file.handle.writeFile(content).catch((error: unknown) => {
        throw fileError(error, path);
      });
      await file.commit(path);
    },
    discard: () => file.discard(),
  };
}
