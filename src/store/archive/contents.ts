import { RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import type { ReadableFile } from '../../io/files/range.js';
import { nameFault } from '../../io/files/safe-path.js';
import { FileWindow } from '../../io/tar/file-window.js';
import { type TarMember, tarMembers } from '../../io/tar/members.js';
import { badTar } from '../../io/tar/parse-header.js';
import { quote } from '../../oci/text/quote.js';
import { hasLayoutNames } from '../layout/check-layout.js';
import { BLOBS_DIRECTORY, INDEX_FILE, LAYOUT_FILE } from '../layout/files/paths.js';

/** Where the content of a file lies in the archive. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** The files that were seen in an archive. */
export interface ArchiveContents {
  /** The files of the layout, by their names in it. */
  readonly files: ReadonlyMap<string, Extent>;
  /** It has the names of a layout, with or without `oci-layout`. */
  readonly hasLayout: boolean;
  /** It has the `manifest.json` of `docker save`. */
  readonly hasDockerManifest: boolean;
  /** The folder in which a layout lies that is not at the top. */
  readonly folder: string | undefined;
}

/** More blobs than any layout was seen to have; what is known of them is held in memory. */
const MAX_FILES = 1_000_000;

/**
 * Reads the headers of an archive, and nothing else: contents are seeked over.
 *
 * Members that tools understand differently are refused, where they are files of a layout: a name that is there twice
 * (some tools take the first, some the last), links and sparse files. A name that leads out is always refused.
 *
 * @throws RemoraError `MALFORMED`, `SIZE_MISMATCH` (too many files), `INTERRUPTED`
 */
export async function readContents(file: ReadableFile, size: number, signal?: AbortSignal): Promise<ArchiveContents> {
  const files = new Map<string, Extent>();
  let hasDockerManifest = false;
  let folder: string | undefined;
  const window = new FileWindow(file, size, () => badTar('it ends too early'));
  for await (const member of tarMembers(window)) {
    throwIfInterrupted(signal);
    const name = cleanName(member.name);
    const offset = window.position;
    window.skip(member.size);
    if (name === 'manifest.json') hasDockerManifest = true;
    if (name.endsWith(`/${LAYOUT_FILE}`)) folder = name.slice(0, -LAYOUT_FILE.length);
    if (!isOfLayout(name) || isFolder(name, member)) continue;
    const fault = faultOf(member) ?? (files.has(name) ? 'is there twice' : undefined);
    if (fault !== undefined) throw badTar(`${quote(name)} ${fault}`);
    files.set(name, { offset, size: member.size });
    if (files.size > MAX_FILES)
      throw new RemoraError('SIZE_MISMATCH', `tar archive has too many blobs, wanted at most ${MAX_FILES}`, {
        expected: MAX_FILES,
      });
  }
  const hasLayout = hasLayoutNames([...files.keys()].map((name) => name.replace(/\/.*$/, '')));
  return { files, hasLayout, hasDockerManifest, folder };
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
  if (type !== 'file') return `is a ${type}, wanted a file`;
  return sparse ? 'is a sparse file, which is not supported' : undefined;
}
