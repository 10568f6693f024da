/** A format of files that is not read, with the next step for a person. */
export interface ForeignFormat {
  /** The subject of a sentence: `xz data`. */
  readonly name: string;
  readonly hint: (path: string) => string;
}

type Row = readonly [is: (text: string) => boolean, name: string, hint: (path: string) => string];

const starts =
  (...magics: readonly string[]) =>
  (text: string) =>
    magics.some((magic) => text.startsWith(magic));
const decompress = (program: string) => (path: string) => `Decompress it first: ${program} ${path}`;
const repack = (program: string) => () => `Unpack it with ${program}, and write oci:PATH for the directory`;
const other = () => 'Check the path: remora reads tar archives, plain or compressed with gzip or zstd';

/** Formats by their first bytes as Latin-1 text, as file(1) tells them. */
const FORMATS: readonly Row[] = [
  [starts('\xfd7zXZ\0'), 'xz data', decompress('xz -dk')],
  [(text) => /^BZh[1-9]$/.test(text.slice(0, 4)), 'bzip2 data', decompress('bzip2 -dk')],
  [starts(']\0\0'), 'lzma data', decompress('xz -dk --format=lzma')],
  [starts('LZIP'), 'lzip data', decompress('lzip -dk')],
  [starts('\x04"M\x18', '\x02!L\x18'), 'lz4 data', decompress('lz4 -dk')],
  [starts('\x89LZO\0'), 'lzop data', decompress('lzop -dk')],
  [starts('\x1f\x9d'), 'data of compress', decompress('gzip -dk')],
  [isSkippableFrame, 'zstd data that begins with a skippable frame', decompress('zstd -dk')],
  [starts('(\xb5/\xfd'), 'zstd data within other compressed data', decompress('zstd -dk')],
  [starts('\x1f\x8b'), 'gzip data within other compressed data', decompress('gzip -dk')],
  [starts('PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'), 'a zip archive', repack('unzip')],
  [starts("7z\xbc\xaf'\x1c"), 'a 7z archive', repack('7z x')],
  [starts('Rar!\x1a\x07'), 'a rar archive', repack('unrar x')],
  [starts('070701', '070702', '070707', '\xc7\x71', '\x71\xc7'), 'a cpio archive', repack('cpio -id')],
  [starts('!<arch>\n'), 'an ar archive', other],
  [starts('hsqs', 'sqsh'), 'a squashfs image', other],
  [(text) => withoutSpace(text).startsWith('<'), 'an XML or HTML document', other],
  [(text) => /^[{[]/.test(withoutSpace(text)), 'a JSON document', other],
];

/** RFC 8878, 3.1.2. */
function isSkippableFrame(text: string): boolean {
  return (text.charCodeAt(0) & 0xf0) === 0x50 && text.startsWith('*M\x18', 1);
}

function withoutSpace(text: string): string {
  return text.replace(/^\xef\xbb\xbf/, '').trimStart();
}

/** How many bytes {@link foreignFormat} looks at. */
export const FORMAT_BYTES = 512;

/** Tells by its first bytes what a file is that should be a tar archive; undefined for tar and for what nobody knows. */
export function foreignFormat(start: Buffer): ForeignFormat | undefined {
  const text = start.toString('latin1');
  if (text.startsWith('ustar', 257)) return undefined;
  const row = FORMATS.find(([is]) => is(text));
  return row && { name: row[1], hint: row[2] };
}
