import type { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { TAR_BLOCK, tarPaddingSize } from './header.js';
import {
  badTar,
  cutTar,
  decodeTarText,
  parseLongName,
  parsePax,
  parseTarHeader,
  type TarOverrides,
} from './parse-header.js';

export type TarMemberType = 'file' | 'directory' | 'symlink' | 'hard link' | 'other';

/** The headers of a member, unchecked: names are as hostile as their author. */
export interface TarMember {
  readonly type: TarMemberType;
  /** The type as it stands in the header, one character. */
  readonly flag: string;
  readonly name: string;
  /** Where a link points to, else empty. */
  readonly target: string;
  readonly mode: number;
  /** Bytes of content. */
  readonly size: number;
  /** The content is a map of holes and what is between them, not the file. */
  readonly sparse: boolean;
}

/** Where an archive is read from, front to back. */
export interface TarInput {
  /** Exactly `size` bytes, in memory; an error where there are fewer. */
  take(size: number): Promise<Buffer>;
  /** All bytes that are at hand, or undefined at the end. */
  next(): Promise<Buffer | undefined>;
  /** Whether no bytes are left. */
  isDone(): Promise<boolean>;
}

/** More than any name needs, and little enough to hold in memory. */
const MAX_EXTENDED_HEADER = 1024 * 1024;

const TYPES: Readonly<Record<string, TarMemberType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  // A directory with the names in it (GNU, --incremental).
  D: 'directory',
  '1': 'hard link',
  '2': 'symlink',
  '5': 'directory',
};

/**
 * Reads the headers of a ustar, pax or GNU archive, or of one of version 7, strictly: a block of zeros must mark the end,
 * and only zeros may follow. Readers differ in their treatment of other archives, so that a check could see other files
 * than the unpacking. The caller takes the content of a member from the input before it asks for the next.
 *
 * @throws RemoraError `MALFORMED`
 */
export async function* tarMembers(input: TarInput): AsyncGenerator<TarMember, void, undefined> {
  let overrides: TarOverrides = {};
  for (;;) {
    if (await input.isDone()) throw endless(overrides);
    const block = await input.take(TAR_BLOCK);
    if (isZero(block)) break;
    const header = parseTarHeader(block);
    const extended = await readExtended(input, header.flag, header.size);
    if (extended !== undefined) {
      overrides = { ...overrides, ...extended };
      continue;
    }
    const name = overrides.name || decodeTarText(header.name);
    // Its header may go on in further blocks, which only readers of that kind know.
    if (header.flag === 'S')
      throw badTar(`${quote(name)} has the unsupported type "S", a sparse file`, { hint: NO_SPARSE });
    const size = overrides.size ?? header.size;
    // Version 7 has no type for directories.
    const isDirectory = ['0', '\0'].includes(header.flag) && size === 0 && name.endsWith('/');
    const type = isDirectory ? 'directory' : (TYPES[header.flag] ?? 'other');
    // Readers differ in whether the content of a link or device is there.
    if (/[1-6]/.test(header.flag) && size !== 0)
      throw badTar(`${quote(name)} is a ${type === 'other' ? 'device' : type} with content`);
    const target = overrides.target || decodeTarText(header.target);
    const sparse = overrides.sparse ?? false;
    overrides = {};
    yield { type, flag: header.flag, name, target, mode: header.mode, size, sparse };
    await input.take(tarPaddingSize(size));
  }
  await readEnd(input, overrides);
}

/** Reads a header that is about the next one, if this is such a header. */
async function readExtended(input: TarInput, flag: string, size: number): Promise<TarOverrides | undefined> {
  if (!['x', 'X', 'g', 'L', 'K'].includes(flag)) return undefined;
  if (size > MAX_EXTENDED_HEADER)
    throw badTar(`an extended header has ${size} bytes, wanted at most ${MAX_EXTENDED_HEADER}`);
  const content = await input.take(size);
  await input.take(tarPaddingSize(size));
  if (flag === 'L') return { name: parseLongName(content) };
  if (flag === 'K') return { target: parseLongName(content) };
  const found = parsePax(content);
  // Solaris writes X.
  if (flag !== 'g') return found;
  if (Object.keys(found).length > 0) throw badTar('a global header names all files');
  return {};
}

/** The end is two blocks of zeros. A file that ends behind the first has all members, too. */
async function readEnd(input: TarInput, overrides: TarOverrides): Promise<void> {
  if (Object.keys(overrides).length > 0) throw endless(overrides);
  let zeros = 0;
  for (let rest = await input.next(); rest !== undefined; rest = await input.next()) {
    const other = rest.findIndex((byte) => byte !== 0);
    if (other >= 0 && zeros + other < TAR_BLOCK)
      throw badTar('a single block of zeros stands between two headers', { hint: JOINED });
    if (other >= 0) throw badTar('there are bytes behind its end', { hint: JOINED });
    zeros += rest.length;
  }
}

/** The error for an archive that ends without a block of zeros. */
function endless(overrides: TarOverrides): RemoraError {
  if (Object.keys(overrides).length > 0) return cutTar('an extended header, which no file follows');
  return badTar('it has no end-of-archive marker: it is cut off between two files, or its writer left the marker out', {
    hint: 'If it is whole, append the marker of 1024 zeros: head -c 1024 /dev/zero >> FILE',
  });
}

const JOINED = 'It may be several archives in one file: unpack it with tar -i, and pack the files again';

/** The next step for sparse files, which are packed as a map of what is between their holes. */
export const NO_SPARSE = 'Pack it again without sparse files: tar without -S or --sparse';

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
