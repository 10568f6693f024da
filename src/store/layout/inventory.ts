import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifSystemError, UNREADABLE_CODES, unlessMissing } from '../../io/files/system-error.js';
import { leftOverOf } from '../../io/files/temp-file.js';
import { LIST_KEYS } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { isDigest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { referrersTag } from '../../oci/values/referrers-tag.js';
import type { LayoutItem, ListMark } from '../interfaces/inventory.js';
import { isAbandonedUpload } from './blobs/upload-files.js';
import { nameOf, tagPart } from './entries/names.js';
import { BLOBS_DIRECTORY, LOCK_FILE, UPLOADS_DIRECTORY } from './files/paths.js';
import { listKind } from './referrers/list.js';

/** How an entry is marked as a list of referrers: by its name (regctl) or by an annotation (olareg). */
export function listMark(entry: Descriptor): ListMark | undefined {
  const via = listKind(entry);
  if (via === 'layout-referrers') {
    const subject = LIST_KEYS.map((key) => entry.annotations?.[key]).find((value) => value !== undefined);
    return { via, isFor: (digest) => digest === subject };
  }
  if (via !== 'layout-tag') return undefined;
  const tag = tagPart(nameOf(entry)) ?? nameOf(entry);
  return { via, isFor: (digest) => referrersTag(digest) === tag };
}

/** All in a layout's directory that is not a blob under its own name (image-spec image-layout.md, "Content"). */
export async function itemsOf(directory: string): Promise<readonly LayoutItem[]> {
  const items: LayoutItem[] = [];
  for (const entry of await entriesOf(directory)) {
    const { name } = entry;
    // The lock is nobody's blob, and goes with the next writer.
    if (name === LOCK_FILE || name.startsWith(`${LOCK_FILE}.`)) continue;
    if (name === UPLOADS_DIRECTORY) items.push(...(await uploads(directory)));
    else {
      const leftOver = await leftOverOf(join(directory, name));
      items.push(given({ name, type: typeOf(entry), leftOver }));
    }
  }
  for (const algorithm of await entriesOf(join(directory, BLOBS_DIRECTORY))) {
    const folder = `${BLOBS_DIRECTORY}/${algorithm.name}`;
    if (!(await isDirectory(algorithm, join(directory, folder)))) items.push({ name: folder, type: typeOf(algorithm) });
    else
      for (const entry of await entriesOf(join(directory, folder)))
        if (!entry.isFile() || !isDigest(`${algorithm.name}:${entry.name}`))
          items.push({ name: `${folder}/${entry.name}`, type: typeOf(entry) });
  }
  return items;
}

async function uploads(directory: string): Promise<readonly LayoutItem[]> {
  const names = (await entriesOf(join(directory, UPLOADS_DIRECTORY))).map(({ name }) => name);
  return Promise.all(
    names.map(async (name): Promise<LayoutItem> => {
      const abandoned = await isAbandonedUpload(join(directory, UPLOADS_DIRECTORY, name));
      return { name: `${UPLOADS_DIRECTORY}/${name}`, type: 'file', leftOver: abandoned ? 'abandoned' : 'in-use' };
    }),
  );
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  return (await unlessMissing(readdir(path, { withFileTypes: true }), path)) ?? [];
}

/** A link to a folder of blobs is followed when blobs are read, too. */
async function isDirectory(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return (await ifSystemError(stat(path), ...UNREADABLE_CODES))?.isDirectory() === true;
}

function typeOf(entry: Dirent): LayoutItem['type'] {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'directory' : 'other';
}
