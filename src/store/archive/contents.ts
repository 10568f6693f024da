import { throwIfInterrupted } from '../../io/async/interrupt.js';
import type { UnpackLimit } from '../../io/compression/unpack-limit.js';
import type { ReadableFile } from '../../io/files/range.js';
import { nameFault } from '../../io/files/safe-path.js';
import { FileWindow } from '../../io/tar/file-window.js';
import { NO_SPARSE, type TarMember, tarMembers } from '../../io/tar/members.js';
import { badTar, cutTar } from '../../io/tar/parse-header.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { hasLayoutNames } from '../layout/check-layout.js';
import { BLOBS_DIRECTORY, INDEX_FILE, LAYOUT_FILE } from '../layout/files/paths.js';
import { type ArchiveLink, type ArchiveMembers, type Extent, linkedFiles } from './links.js';

/** The files that were seen in an archive. */
export interface ArchiveContents {
  /** The files of the layout, by their names in it. */
  readonly files: ReadonlyMap<string, Extent>;
  readonly isEmpty: boolean;
  /** It has the names of a layout, with or without `oci-layout`. */
  readonly hasLayout: boolean;
  /** It has the `manifest.json` of `docker save`. */
  readonly hasDockerManifest: boolean;
  /** The folder in which a layout lies that is not at the top. */
  readonly folder: string | undefined;
}

/**
 * Reads the headers of an archive, and nothing else: contents are seeked over.
 *
 * Members that tools understand differently are refused, where they are files of a layout: a name that is there twice
 * (some tools take the first, some the last), and sparse files. A name that leads out is always refused, and so is a link
 * of the layout that does.
 *
 * @throws RemoraError `MALFORMED`, `SIZE_MISMATCH` (too many members), `INTERRUPTED`
 */
export async function readContents(
  file: ReadableFile,
  size: number,
  limit: UnpackLimit,
  signal?: AbortSignal,
): Promise<ArchiveContents> {
  const extents = new Map<string, Extent>();
  const links = new Map<string, ArchiveLink>();
  const twice = new Set<string>();
  let within: string | undefined;
  const window = new FileWindow(file, size, () => cutTar(within));
  for await (const member of tarMembers(window, nameOf)) {
    throwIfInterrupted(signal);
    limit.countEntry();
    const offset = window.position;
    // The label of a GNU archive is not a path.
    const name = member.flag === 'V' ? '' : cleanName(member.name);
    within = quote(member.name);
    window.skip(member.size);
    within = undefined;
    if (isOfLayout(name) && !isFolder(name, member)) {
      const fault = faultOf(member) ?? (extents.has(name) || links.has(name) ? 'is there twice' : undefined);
      if (fault !== undefined)
        throw badTar(`${quote(name)} ${fault}`, given({ hint: member.sparse ? NO_SPARSE : undefined }));
    } else if (extents.has(name) || links.has(name)) twice.add(name);
    if (member.type === 'file' && !member.sparse) extents.set(name, { offset, size: member.size });
    else if (member.type === 'symlink' || member.type === 'hard link')
      links.set(name, { type: member.type, target: member.target });
  }
  return contentsOf({ extents, links, twice });
}

function contentsOf(members: ArchiveMembers): ArchiveContents {
  const names = [...members.extents.keys()];
  const files = new Map([...members.extents].filter(([name]) => isOfLayout(name)));
  for (const link of members.links.keys()) {
    if (!isOfLayout(link)) continue;
    for (const [name, extent] of linkedFiles(link, members)) {
      if (files.has(name)) throw badTar(`${quote(name)} is there twice`);
      files.set(name, extent);
    }
  }
  return {
    files,
    isEmpty: names.length + members.links.size === 0,
    hasLayout: hasLayoutNames([...files.keys()].map((name) => name.split('/', 1)[0] ?? '')),
    hasDockerManifest: names.includes('manifest.json') || names.includes('repositories'),
    folder: names.find((name) => name.endsWith(`/${LAYOUT_FILE}`))?.slice(0, -LAYOUT_FILE.length),
  };
}

/** Names of a layout are ASCII. A name beside it may have any encoding. */
function nameOf(bytes: Buffer): string {
  return bytes.toString('utf8');
}

/** The name without `./` and doubled slashes; empty for the top itself. The files are not unpacked, so that any system will do. */
function cleanName(name: string): string {
  const clean = name.split('/').filter((part) => part !== '' && part !== '.');
  const fault = clean.length === 0 && !name.startsWith('/') ? undefined : nameFault(name, 'linux');
  if (fault !== undefined) throw badTar(`${quote(name)} is a name that leads nowhere: ${fault}`);
  return clean.join('/');
}

function isOfLayout(name: string): boolean {
  return (
    name === INDEX_FILE || name === LAYOUT_FILE || name === BLOBS_DIRECTORY || name.startsWith(`${BLOBS_DIRECTORY}/`)
  );
}

function isFolder(name: string, { type }: TarMember): boolean {
  return type === 'directory' && name !== INDEX_FILE && name !== LAYOUT_FILE;
}

function faultOf({ type, flag, sparse }: TarMember): string | undefined {
  if (type === 'other') return `has the unsupported type ${quote(flag)}`;
  if (type === 'directory') return 'is a directory, wanted a file';
  return sparse ? 'is a sparse file, which is not supported' : undefined;
}
