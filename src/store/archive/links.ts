import { badTar } from '../../io/tar/parse-header.js';
import { quote } from '../../oci/text/quote.js';

/** Where the content of a file lies in the archive. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** A link in an archive: a hard link has the name of another member, a symlink a path from where it lies. */
export interface ArchiveLink {
  readonly type: 'symlink' | 'hard link';
  readonly target: string;
}

/** The members of an archive, by their clean names. */
export interface ArchiveMembers {
  readonly extents: ReadonlyMap<string, Extent>;
  readonly links: ReadonlyMap<string, ArchiveLink>;
  /** Names of several members, of which tools take the first or the last. */
  readonly twice: ReadonlySet<string>;
}

/** So many links after each other lead to no file in other programs either (Linux, ELOOP). */
const MAX_STEPS = 40;

/** Folders of a layout that may be symlinks. */
const FOLDERS: readonly string[] = ['blobs', 'blobs/sha256', 'blobs/sha512'];

/**
 * The files that a link of a layout stands for, by their names in it: one, or those of a folder. Links are followed
 * within the archive alone.
 *
 * @throws RemoraError `MALFORMED` for a link that leads out, to nothing, or to what is there twice
 */
export function linkedFiles(name: string, members: ArchiveMembers): ReadonlyMap<string, Extent> {
  const link = members.links.get(name);
  const target = follow(name, members);
  const file = members.extents.get(target);
  if (members.twice.has(target)) throw badLink(name, link, 'is there twice');
  if (file !== undefined) return new Map([[name, file]]);
  const found = new Map<string, Extent>();
  if (FOLDERS.includes(name)) {
    for (const [other, extent] of members.extents)
      if (other.startsWith(`${target}/`)) found.set(name + other.slice(target.length), extent);
  }
  if (found.size === 0) throw badLink(name, link, 'is not a file of the archive');
  return found;
}

/** The name to which all links on the way of `name` lead. */
function follow(name: string, { links }: ArchiveMembers): string {
  let at = name;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const parts = at.split('/');
    const depth = parts.findIndex((_, index) => links.has(parts.slice(0, index + 1).join('/')));
    const link = links.get(parts.slice(0, depth + 1).join('/'));
    if (depth < 0 || link === undefined) return at;
    const folder = link.type === 'symlink' ? parts.slice(0, depth) : [];
    const target = inside(folder, link.target);
    if (target === undefined) throw badLink(name, link, 'leads out of the archive');
    at = [...target, ...parts.slice(depth + 1)].join('/');
  }
  throw badLink(name, links.get(name), 'goes through too many links');
}

/** The parts of a target below a folder; undefined where it leads above the archive. */
function inside(folder: readonly string[], target: string): readonly string[] | undefined {
  if (target.startsWith('/')) return undefined;
  const parts = [...folder];
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts;
}

function badLink(name: string, link: ArchiveLink | undefined, problem: string): Error {
  const what = link === undefined ? '' : ` is a ${link.type} to ${quote(link.target)}, which`;
  return badTar(`${quote(name)}${what} ${problem}`, {
    hint: 'Pack it again with the files themselves: tar --dereference --hard-dereference',
  });
}
