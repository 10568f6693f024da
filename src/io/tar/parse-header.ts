import { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';

/** A tar header as it stands in its block. Names stay bytes: a later name may replace one that is cut within a character. */
export interface RawTarHeader {
  /** The type flag, one character. */
  readonly flag: string;
  readonly mode: number;
  readonly size: number;
  readonly name: Buffer;
  readonly target: Buffer;
}

/** The fields of an extended header, which replace those of the next header. */
export interface TarOverrides {
  readonly name?: string;
  readonly target?: string;
  readonly size?: number;
  readonly sparse?: boolean;
}

/** The error for an archive that breaks the format, or has what is not read. */
export function badTar(problem: string, { cause, hint }: { cause?: unknown; hint?: string } = {}): RemoraError {
  return new RemoraError('MALFORMED', `tar archive cannot be read: ${problem}`, { cause, ...given({ hint }) });
}

/** The error for an archive that ends within a header, or within the content of a member. */
export function cutTar(within?: string): RemoraError {
  const where = within === undefined ? '' : `, within ${within}`;
  return badTar(`it ends too early${where}`, { hint: 'It is cut off: copy or download it again' });
}

/** Parses one block of 512 bytes, which is not all zeros. */
export function parseTarHeader(block: Buffer): RawTarHeader {
  const magic = block.toString('latin1', 257, 263);
  // A header of version 7 has no magic: its checksum alone tells that it is one.
  if (!hasChecksum(block)) {
    throw badTar(
      magic.startsWith('ustar')
        ? 'the checksum of a header is wrong'
        : 'a header is neither in ustar nor in GNU format, nor in that of version 7',
    );
  }
  const name = untilNul(block.subarray(0, 100));
  // GNU keeps times where ustar has the start of a long name.
  const prefix = magic === 'ustar\0' ? untilNul(block.subarray(345, 500)) : Buffer.alloc(0);
  return {
    flag: block.toString('latin1', 156, 157),
    mode: parseNumber(block.subarray(100, 108)),
    size: parseNumber(block.subarray(124, 136)),
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    target: untilNul(block.subarray(157, 257)),
  };
}

/** The sum of all bytes, with spaces for the sum itself. Old programs took the bytes for signed numbers. */
function hasChecksum(block: Buffer): boolean {
  const field = /^[ \0]*([0-7]+)/.exec(block.toString('latin1', 148, 156))?.[1] ?? '';
  const wanted = Number.parseInt(field, 8);
  let sum = 0;
  let negative = 0;
  for (const [index, value] of block.entries()) {
    const byte = index >= 148 && index < 156 ? 0x20 : value;
    sum += byte;
    if (byte > 127) negative += 256;
  }
  return wanted === sum || wanted === sum - negative;
}

/** Octal digits between spaces and NULs; or, with the highest bit set, a big-endian binary number (GNU). */
function parseNumber(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = BigInt(`0x${field.toString('hex')}`) - (1n << BigInt(field.length * 8 - 1));
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw badTar('a number in a header is too large');
    return Number(value);
  }
  const text = /^ *(?:([0-7]+)[ \0]*|\0[ \0]*)?$/.exec(field.toString('latin1'));
  if (text === null) throw badTar('a number in a header is not octal');
  return Number.parseInt(text[1] || '0', 8);
}

function untilNul(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a name. A guess at other encodings would rename files. */
export function decodeTarText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw badTar('a name is not UTF-8', { cause: error });
  }
}

/** Parses the content of a GNU long name header. */
export function parseLongName(content: Buffer): string {
  return decodeTarText(untilNul(content));
}

/** Parses the records of a pax header and keeps what concerns the place and the size of an entry. */
export function parsePax(content: Buffer): TarOverrides {
  const found: { name?: string; target?: string; size?: number; sparse?: boolean } = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = space < 0 ? '' : content.toString('latin1', at, space);
    const end = at + Number(length);
    const equals = content.indexOf(0x3d, space);
    if (!/^[1-9][0-9]{0,7}$/.test(length) || end > content.length || content[end - 1] !== 0x0a)
      throw badTar('a pax header has a record of the wrong length');
    if (equals <= space || equals >= end) throw badTar('a pax header has a record without "="');
    const key = content.toString('latin1', space + 1, equals);
    const value = content.subarray(equals + 1, end - 1);
    if (key === 'path') found.name = decodeTarText(value);
    if (key === 'linkpath') found.target = decodeTarText(value);
    if (key === 'size') found.size = parsePaxSize(value.toString('latin1'));
    if (key.startsWith('GNU.sparse.')) found.sparse = true;
    at = end;
  }
  return found;
}

function parsePaxSize(text: string): number {
  if (/^[0-9]{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw badTar('the size in a pax header is not a number');
}
