import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { RemoraError } from '../../../errors.js';
import { unlessMissing } from '../../../io/files/system-error.js';
import type { CallOptions } from '../../interfaces/store.js';
import { DirectoryFiles } from '../files/directory-files.js';
import type { OpenFile } from '../files/files.js';
import { BLOBS_DIRECTORY, INDEX_FILE, LAYOUT_FILE, UPLOADS_DIRECTORY } from '../files/paths.js';

/** The places of a layout in which a link would lead all requests elsewhere. */
const PLACES = [LAYOUT_FILE, INDEX_FILE, UPLOADS_DIRECTORY, `${BLOBS_DIRECTORY}/sha256`, `${BLOBS_DIRECTORY}/sha512`];

/** Whether a served layout leads elsewhere by a link. */
export async function hasLinks(directory: string): Promise<boolean> {
  const found = await Promise.all(PLACES.map((name) => leadsElsewhere(directory, name)));
  return found.includes(true);
}

/** Whether a part of the path `name`, which is below `directory`, is a link. */
export async function leadsElsewhere(directory: string, name: string): Promise<boolean> {
  for (const path of pathsTo(directory, name)) {
    const info = await statusOf(path);
    if (info === undefined) return false;
    if (info.isSymbolicLink()) return true;
  }
  return false;
}

/**
 * The files of a layout that is served. Links in it are not followed: clients would read and write through them what
 * is not served. A blob that is one is missing, as is everything that is not a regular file. The folders were looked at
 * when the layout was opened for the request.
 */
export class ServedFiles extends DirectoryFiles {
  override async size(name: string): Promise<number | undefined> {
    return (await this.#served(name))?.size;
  }

  override async read(name: string, most: number): Promise<Buffer | undefined> {
    return (await this.#served(name)) && super.read(name, most);
  }

  override async start(name: string, length: number): Promise<Buffer | undefined> {
    return (await this.#served(name)) && super.start(name, length);
  }

  override async open(name: string, options?: CallOptions): Promise<OpenFile | undefined> {
    return (await this.#served(name)) && super.open(name, options);
  }

  /** @throws RemoraError `IO` for what is not a regular file in the place of one that says what the layout is */
  async #served(name: string): Promise<Stats | undefined> {
    const folder = posix.dirname(name);
    if (folder !== '.' && !PLACES.includes(folder) && (await leadsElsewhere(this.location, folder))) return undefined;
    const path = this.describe(name);
    const info = await statusOf(path);
    if (info === undefined || info.isFile()) return info;
    if (info.isSymbolicLink() || name.startsWith(BLOBS_DIRECTORY)) return undefined;
    throw new RemoraError('IO', `${path} is not a regular file`, { hint: 'Put a file in its place, or remove it' });
  }
}

function statusOf(path: string): Promise<Stats | undefined> {
  return unlessMissing(lstat(path), path);
}

function pathsTo(directory: string, name: string): readonly string[] {
  const parts = name.split('/');
  return parts.map((_, index) => join(directory, ...parts.slice(0, index + 1)));
}
