import { Gunzip } from 'fflate';

/** The entries at the start of an archive. */
export interface TarEntry {
  readonly name: string;
  readonly isFile: boolean;
  /** The content, or its beginning where that is all there is. */
  readonly content: Uint8Array;
}

/** All that is unpacked at most: enough for the first entries, and no more than the beginning that was given. */
const MAX_UNPACKED = 1024 * 1024;
/** A packed byte unpacks to a thousand at most; so little at a time keeps a bomb at twice the bound. */
const STEP = 1024;
const BLOCK = 512;

/**
 * The first entries of a tar archive in gzip, at most `count`.
 *
 * Entries are never written anywhere from here, so that their names need no check. @returns none for anything else
 */
export function firstTarEntries(bytes: Uint8Array, count: number): readonly TarEntry[] {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return [];
  const unpacked = unpackBeginning(bytes);
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= unpacked.length && entries.length < count; ) {
    const block = unpacked.subarray(at, at + BLOCK);
    const size = sizeInHeader(block);
    if (size === undefined) break;
    const content = unpacked.subarray(at + BLOCK, at + BLOCK + size);
    const flag = String.fromCharCode(block[156] ?? 0);
    // pax and GNU put a name that is too long for its field in front of the entry.
    if (flag === 'x') longName = paxPath(content.toString());
    else if (flag === 'L') longName = untilNul(content);
    else if (flag !== 'g') {
      entries.push({ name: longName ?? ownName(block), isFile: flag === '0' || flag === '\0', content });
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

/** The beginning of what is packed with gzip. */
export function unpackBeginning(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  let length = 0;
  const gunzip = new Gunzip((part) => {
    parts.push(part);
    length += part.length;
  });
  try {
    for (let at = 0; at < bytes.length && length < MAX_UNPACKED; at += STEP) gunzip.push(bytes.subarray(at, at + STEP));
  } catch (error) {
    // Damaged from here on (fflate gives a code): the bytes before still count.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  return Buffer.concat(parts);
}

/** The size of an entry, where the checksum says that this is a header at all. */
function sizeInHeader(block: Buffer): number | undefined {
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  const stated = /^ *([0-7]{1,7})[ \0]/.exec(block.toString('latin1', 148, 156))?.[1];
  const size = /^ *([0-7]{1,12})[ \0]*$/.exec(block.toString('latin1', 124, 136))?.[1];
  if (stated === undefined || size === undefined || Number.parseInt(stated, 8) !== sum) return undefined;
  return Number.parseInt(size, 8);
}

function ownName(block: Buffer): string {
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? untilNul(block.subarray(345, 500)) : '';
  const name = untilNul(block.subarray(0, 100));
  return prefix === '' ? name : `${prefix}/${name}`;
}

function untilNul(field: Buffer): string {
  const end = field.indexOf(0);
  return (end < 0 ? field : field.subarray(0, end)).toString();
}

/** The path in the records of a pax header. */
function paxPath(records: string): string | undefined {
  const start = records.indexOf(' path=');
  const end = records.indexOf('\n', start);
  return start < 0 || end < 0 ? undefined : records.slice(start + ' path='.length, end) || undefined;
}
