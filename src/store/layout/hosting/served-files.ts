import type { Stats } from 'node:fs';
import { join, posix } from 'node:path';
import { RemoraError } from '../../../errors.js';
import { lookAt } from '../../../io/files/stamp.js';
import type { CallOptions } from '../../interfaces/store.js';
import { DirectoryFiles } from '../files/directory-files.js';
import type { OpenFile } from '../files/files.js';
import { BLOBS_DIRECTORY, INDEX_FILE, LAYOUT_FILE, UPLOADS_DIRECTORY } from '../files/paths.js';

/** The places of a layout in which a link would lead all requests elsewhere; the way to each stands before it. */
const PLACES = [
  LAYOUT_FILE,
  INDEX_FILE,
  UPLOADS_DIRECTORY,
  BLOBS_DIRECTORY,
  `${BLOBS_DIRECTORY}/sha256`,
  `${BLOBS_DIRECTORY}/sha512`,
];

/** Whether a served layout leads elsewhere by a link. */
export function hasLinks(directory: string): boolean {
  return PLACES.some((name) => lookAt(join(directory, name))?.isSymbolicLink());
}

/** Whether a part of the path `name`, which is below `directory`, is a link. */
export function leadsElsewhere(directory: string, name: string): boolean {
  let path = directory;
  for (const part of name.split('/')) {
    path = join(path, part);
    const info = lookAt(path);
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
    return this.#served(name)?.size;
  }

  override async read(name: string, most: number): Promise<Buffer | undefined> {
    return this.#served(name) && super.read(name, most);
  }

  override async start(name: string, length: number): Promise<Buffer | undefined> {
    return this.#served(name) && super.start(name, length);
  }

  override async open(name: string, options?: CallOptions): Promise<OpenFile | undefined> {
    return this.#served(name) && super.open(name, options);
  }

  /** @throws RemoraError `IO` for what is not a regular file in the place of one that says what the layout is */
  #served(name: string): Stats | undefined {
    const folder = posix.dirname(name);
    if (folder !== '.' && !PLACES.includes(folder) && leadsElsewhere(this.location, folder)) return undefined;
    const path = this.describe(name);
    const info = lookAt(path);
    if (info === undefined || info.isFile()) return info;
    if (info.isSymbolicLink() || name.startsWith(BLOBS_DIRECTORY)) return undefined;
    throw new RemoraError('IO', `${path} is not a regular file`, { hint: 'Put a file in its place, or remove it' });
  }
}
