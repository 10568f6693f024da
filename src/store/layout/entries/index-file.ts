import { join } from 'node:path';
import { isRemoraError, RemoraError } from '../../../errors.js';
import { type HeldLock, withLock } from '../../../io/files/lock.js';
import { sweepTempFiles } from '../../../io/files/temp-file.js';
import { editedEntries } from '../../../oci/documents/edit-index.js';
import { parseIndex } from '../../../oci/documents/manifest.js';
import type { UnreadEntry } from '../../../oci/documents/read-document.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { MediaType } from '../../../oci/values/media-types.js';
import type { CallOptions } from '../../interfaces/store.js';
import { DirectoryFiles } from '../files/directory-files.js';
import type { LayoutFiles } from '../files/files.js';
import { INDEX_FILE, LOCK_FILE } from '../files/paths.js';

/** `index.json` with every field that anyone put there. */
export interface IndexFile {
  readonly document: Readonly<Record<string, unknown>>;
  readonly entries: readonly Descriptor[];
  /** The entries that cannot be read. They stay where they are. */
  readonly unread: readonly UnreadEntry[];
}

/** Lists of referrers grow here: the limit of a manifest does not apply. */
export const MAX_INDEX_BYTES = 256 * 1024 * 1024;

const RESTORE = 'Restore the file from a copy; it was not changed';

/**
 * Reads the entries of `index.json` (image-spec image-layout.md, "index.json file").
 *
 * @throws RemoraError `NOT_FOUND`, `MALFORMED`
 */
export async function readEntries(files: LayoutFiles): Promise<readonly Descriptor[]> {
  return (await readIndexJson(files)).entries;
}

/** The same, with what cannot be read. */
export async function readIndexJson(files: LayoutFiles): Promise<IndexFile> {
  return readIndexFile(files, true);
}

async function readIndexFile(files: LayoutFiles, required: boolean): Promise<IndexFile> {
  const path = files.describe(INDEX_FILE);
  const bytes = await files.read(INDEX_FILE, MAX_INDEX_BYTES);
  if (bytes === undefined && required) {
    throw new RemoraError('NOT_FOUND', `${path} does not exist: the image layout is not complete`, {
      hint: 'Restore it from a copy; in a layout directory remora tag writes one for a manifest named by its digest',
    });
  }
  if (bytes === undefined)
    return { document: { schemaVersion: 2, mediaType: MediaType.imageIndex }, entries: [], unread: [] };
  if (bytes.length === 0) throw new RemoraError('MALFORMED', `${path} is empty`, { hint: RESTORE });
  try {
    const { document, content, unread } = parseIndex(bytes, path);
    return { document, entries: content.manifests, unread };
  } catch (error) {
    if (!isRemoraError(error) || error.hint !== undefined) throw error;
    throw new RemoraError(error.code, error.message, { cause: error, hint: RESTORE });
  }
}

/** Gives the changed entries, or undefined when there is nothing to do. */
export type EntriesChange = (
  entries: readonly Descriptor[],
  lock: HeldLock,
) => readonly Descriptor[] | undefined | Promise<readonly Descriptor[] | undefined>;

/** Options of {@link changeEntries}. */
export interface ChangeOptions extends CallOptions {
  /** Runs under the lock when the change is on disk, or when there was nothing to change. */
  readonly afterwards?: (lock: HeldLock) => Promise<void>;
}

/**
 * Changes `index.json`: locked, read again under the lock, replaced in one step. Entries and fields that `change` does
 * not touch are kept as they are. `change` returns undefined when there is nothing to do.
 *
 * @throws RemoraError as {@link readEntries} and {@link withLock}; the file is untouched then
 */
export async function changeEntries(
  directory: string,
  change: EntriesChange,
  options: ChangeOptions = {},
): Promise<boolean> {
  return withLock(
    join(directory, LOCK_FILE),
    async (lock) => {
      const { document, entries } = await readIndexFile(new DirectoryFiles(directory), false);
      const changed = await change(entries, lock);
      if (changed === undefined) {
        await options.afterwards?.(lock);
        return false;
      }
      const bytes = Buffer.from(JSON.stringify({ ...document, manifests: editedEntries(document.manifests, changed) }));
      await lock.replaceFile(join(directory, INDEX_FILE), bytes);
      await options.afterwards?.(lock);
      await sweepTempFiles(directory);
      return true;
    },
    { signal: options.signal },
  );
}
