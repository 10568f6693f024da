import { quote } from '../../oci/text/quote.js';
import { decodeText } from './base64.js';
import { outlineJson } from './json-outline.js';

/** So many names of an object let people see which file it is. */
const SHOWN_NAMES = 4;

const MAGIC: readonly (readonly [string, readonly number[]])[] = [
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['a GIF image', [0x47, 0x49, 0x46, 0x38]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['a zip archive', [0x50, 0x4b, 0x03, 0x04]],
  ['gzip data', [0x1f, 0x8b]],
  ['zstd data', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz data', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['an ELF program', [0x7f, 0x45, 0x4c, 0x46]],
];

/** A hint for a file that is not recognised, from its first bytes: "it is a PNG image". */
export function firstLook(bytes: Uint8Array, complete: boolean): string {
  if (bytes.length === 0) return 'it is empty';
  const magic = MAGIC.find(([, start]) => start.every((byte, at) => bytes[at] === byte));
  if (magic !== undefined) return `it is ${magic[0]}`;
  if (Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar') return 'it is a tar archive';
  const text = decodeText(bytes, complete)?.trimStart();
  if (text === undefined || text.includes('\0')) return 'it is binary data';
  if (text === '') return 'it is nothing but white space';
  if (text.startsWith('{')) return jsonLook(text, complete);
  if (text.startsWith('[')) return 'it begins like a JSON array';
  if (text.startsWith('<')) return 'it begins like XML or HTML';
  const [, label] = /^-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text) ?? [];
  return label === undefined ? 'it looks like text' : `it begins like PEM (${label})`;
}

function jsonLook(text: string, complete: boolean): string {
  const outline = outlineJson(text, complete);
  if (outline === undefined) return 'it begins like JSON, and is broken';
  const names = [...outline.root.keys()];
  if (names.length === 0) return 'it is JSON without any names';
  const shown = names.slice(0, SHOWN_NAMES).map((name) => quote(name.slice(0, 40)));
  return `it is JSON with the names ${shown.join(', ')}${names.length > SHOWN_NAMES ? ', …' : ''}`;
}
