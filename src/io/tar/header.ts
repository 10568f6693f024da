/** The fields of a tar header that differ between archives of remora; all others are fixed. */
export interface TarHeader {
  /** The path with forward slashes; that of a directory ends in one. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of content that follow the header. @default 0 */
  readonly size?: number;
  /** Where a symlink points to. */
  readonly target?: string;
}

export const TAR_BLOCK = 512;

/** Two blocks of zeros end an archive (POSIX pax, "ustar Interchange Format"). */
export const TAR_END = Buffer.alloc(2 * TAR_BLOCK);

const TYPE_FLAGS = { file: '0', symlink: '2', directory: '5', extended: 'x' } as const;
const MAX_OCTAL_SIZE = 0o77777777777;

/**
 * The bytes in front of an entry's content: a ustar header, behind a pax header where ustar cannot say it.
 *
 * No library writes them, because digests of archives must not change with its version. The owner is 0 without names and
 * mtime is 0. Long names are not split into ustar's prefix field, and numbers are never in base 256.
 */
export function encodeTarHeader(header: TarHeader): Buffer {
  const { name, target = '', size = 0 } = header;
  const records: string[] = [];
  if (!fitsField(name)) records.push(paxRecord('path', name));
  if (!fitsField(target)) records.push(paxRecord('linkpath', target));
  if (size > MAX_OCTAL_SIZE) records.push(paxRecord('size', String(size)));
  const main = ustar(header.type, {
    name: fitsField(name) ? name : 'PaxHeader',
    target: fitsField(target) ? target : '',
    mode: header.mode,
    size: size > MAX_OCTAL_SIZE ? 0 : size,
  });
  if (records.length === 0) return main;
  const pax = Buffer.from(records.join(''));
  const before = ustar('extended', { name: 'PaxHeader', target: '', mode: 0o644, size: pax.length });
  return Buffer.concat([before, pax, tarPadding(pax.length), main]);
}

/** The number of zeros that fill the last block of `size` bytes. */
export function tarPaddingSize(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}

/** The zeros that fill the last block of `size` bytes. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc(tarPaddingSize(size));
}

/** ustar has 100 bytes for a path, and no way to tell an encoding other than ASCII. */
function fitsField(text: string): boolean {
  return text.length <= 100 && /^[\x20-\x7e]*$/.test(text);
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length > length) length += 1;
  return `${length} ${key}=${value}\n`;
}

interface UstarFields {
  readonly name: string;
  readonly target: string;
  readonly mode: number;
  readonly size: number;
}

function ustar(type: keyof typeof TYPE_FLAGS, fields: UstarFields): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, offset: number, width: number) =>
    block.write(value.toString(8).padStart(width - 1, '0'), offset, 'latin1');
  block.write(fields.name, 0, 'latin1');
  octal(fields.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(fields.size, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(TYPE_FLAGS[type], 156, 'latin1');
  block.write(fields.target, 157, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(0, 329, 8);
  octal(0, 337, 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
