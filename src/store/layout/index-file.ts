import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RemoraError } from '../../errors.js';
import { withLock } from '../../io/lock.js';
import { fileError, systemCode } from '../../io/system-error.js';
import { replaceFile, sweepTempFiles } from '../../io/temp-file.js';
import { type Descriptor, entrySchema } from '../../oci/descriptor.js';
import { checkShape, parseJson } from '../../oci/json.js';
import { MediaType } from '../../oci/media-types.js';
import type { CallOptions } from '../store.js';
import { INDEX_FILE, LOCK_FILE } from './paths.js';

/** `index.json` with every field that anyone put there. */
interface IndexFile {
  readonly document: Readonly<Record<string, unknown>>;
  readonly entries: readonly Descriptor[];
}

const documentSchema = z.record(z.string(), z.unknown());
const entriesSchema = z.array(entrySchema).nullable();

/** Lists of referrers grow here: the limit of a manifest does not apply. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;

/**
 * Reads the entries of `index.json`. A layout without that file has none yet, unless `required`.
 *
 * @throws RemoraError `NOT_FOUND` (when required), `MALFORMED`
 */
export async function readEntries(directory: string): Promise<readonly Descriptor[]> {
  return (await readIndexFile(directory, true)).entries;
}

/** What tells one state of `index.json` from the next without reading it. */
export async function indexStamp(directory: string): Promise<string> {
  const path = join(directory, INDEX_FILE);
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    throw missing(error, path);
  }
}

async function readIndexFile(directory: string, required: boolean): Promise<IndexFile> {
  const path = join(directory, INDEX_FILE);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (!required && systemCode(error) === 'ENOENT') {
      return { document: { schemaVersion: 2, mediaType: MediaType.imageIndex }, entries: [] };
    }
    throw missing(error, path);
  }
  if (bytes.byteLength > MAX_INDEX_BYTES)
    throw new RemoraError('MALFORMED', `${path} is larger than ${MAX_INDEX_BYTES} bytes`);
  const document = checkShape(documentSchema, parseJson(bytes, path), path);
  if (
    document.schemaVersion !== 2 ||
    !('manifests' in document) ||
    (document.mediaType !== undefined && document.mediaType !== MediaType.imageIndex)
  ) {
    throw new RemoraError('MALFORMED', `${path} is not an image index`, {
      expected: 'schemaVersion 2 and manifests',
      hint: 'Restore the file from a copy; it was not changed',
    });
  }
  return { document, entries: checkShape(entriesSchema, document.manifests, path) ?? [] };
}

function missing(error: unknown, path: string): RemoraError {
  if (systemCode(error) !== 'ENOENT') return fileError(error, path);
  return new RemoraError('NOT_FOUND', `${path} does not exist: the image layout is not complete`, { cause: error });
}

/** Options of {@link changeEntries}. */
export interface ChangeOptions extends CallOptions {
  /** Runs under the lock when the change is on disk, or when there was nothing to change. */
  readonly afterwards?: () => Promise<void>;
}

/**
 * Changes `index.json`: locked, read again under the lock, replaced in one step. Entries and fields that `change` does
 * not touch are kept as they are. `change` returns undefined when there is nothing to do.
 *
 * @throws RemoraError as {@link readEntries} and {@link withLock}; the file is untouched then
 */
export async function changeEntries(
  directory: string,
  change: (
    entries: readonly Descriptor[],
  ) => readonly Descriptor[] | undefined | Promise<readonly Descriptor[] | undefined>,
  options: ChangeOptions = {},
): Promise<boolean> {
  return withLock(
    join(directory, LOCK_FILE),
    async (lock) => {
      const { document, entries } = await readIndexFile(directory, false);
      const changed = await change(entries);
      if (changed === undefined) {
        await options.afterwards?.();
        return false;
      }
      const bytes = Buffer.from(JSON.stringify({ ...document, manifests: changed }));
      await replaceFile(join(directory, INDEX_FILE), bytes, 0o644, () => lock.assertHeld());
      await options.afterwards?.();
      await sweepTempFiles(directory);
      return true;
    },
    { signal: options.signal },
  );
}
