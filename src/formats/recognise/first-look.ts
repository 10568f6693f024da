import { quote } from '../../oci/text/quote.js';
import { encodingOf } from './encodings.js';
import { outlineJson } from './json-outline.js';
import { type Documents, documentsIn, recognise } from './recognise.js';
import { unpackBeginning } from './tar-entries.js';

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

/** A description of a file that is not recognised, and a next step where that is another than to name the type. */
export interface FirstLook {
  /** "it is a PNG image". */
  readonly seen: string;
  readonly hint?: string;
}

const CONVERT = 'Convert it to UTF-8, or give --artifact-type TYPE for the file as it is';
const SPLIT =
  'Write each document into a file of its own and attach that, or give --artifact-type TYPE for the file as it is';
const UNPACK = 'Unpack it first, or give --artifact-type TYPE for the file as it is';

/** Describes a file that is not recognised, from its first bytes. */
export function firstLook(bytes: Uint8Array, complete: boolean): FirstLook {
  if (bytes.length === 0) return { seen: 'it is empty' };
  const magic = MAGIC.find(([, start]) => start.every((byte, at) => bytes[at] === byte));
  if (magic?.[0] === 'gzip data') return gzipLook(bytes);
  if (magic !== undefined) return { seen: `it is ${magic[0]}` };
  if (Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar') return { seen: 'it is a tar archive' };
  const { name, decoder } = encodingOf(bytes);
  if (decoder === undefined) return { seen: `it is in the encoding ${quote(name)}, which is not read`, hint: CONVERT };
  const text = decoder()(bytes, complete)?.trimStart();
  if (text === undefined || text.includes('\0')) return undecodedLook(bytes, name);
  const look = textLook(text, complete);
  return name === 'UTF-8' ? look : { ...look, seen: `${look.seen}, in ${name}` };
}

function gzipLook(bytes: Uint8Array): FirstLook {
  const inner = recognise(unpackBeginning(bytes), { complete: false });
  return inner === undefined
    ? { seen: 'it is gzip data' }
    : { seen: `it is gzip data with ${inner.what} inside`, hint: UNPACK };
}

/** Text of another encoding has hardly any of the control characters that binary data has. */
function undecodedLook(bytes: Uint8Array, encoding: string): FirstLook {
  const start = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  if (/[^\P{Cc}\s\u0080-\u009f]/u.test(start)) return { seen: 'it is binary data' };
  return { seen: `it looks like text, and is not valid ${encoding}`, hint: CONVERT };
}

function textLook(text: string, complete: boolean): FirstLook {
  if (text === '') return { seen: 'it is nothing but white space' };
  if (text.startsWith('{') || text.startsWith('[')) return jsonLook(text, complete);
  if (text.startsWith('<')) return { seen: 'it begins like XML or HTML' };
  const [, label] = /^-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text) ?? [];
  return { seen: label === undefined ? 'it looks like text' : `it begins like PEM (${label})` };
}

function jsonLook(text: string, complete: boolean): FirstLook {
  const documents = documentsIn(text);
  if (documents !== undefined) return documentsLook(documents, text.startsWith('['), complete);
  if (text.startsWith('[')) return { seen: 'it begins like a JSON array' };
  const outline = outlineJson(text, complete);
  if (outline === undefined) return { seen: 'it begins like JSON, and is broken' };
  const names = [...outline.root.keys()];
  if (names.length === 0) return { seen: 'it is JSON without any names' };
  const shown = names.slice(0, SHOWN_NAMES).map((name) => quote(name.slice(0, 40)));
  return { seen: `it is JSON with the names ${shown.join(', ')}${names.length > SHOWN_NAMES ? ', …' : ''}` };
}

function documentsLook({ count, each }: Documents, isArray: boolean, complete: boolean): FirstLook {
  const number = `${count}${complete ? '' : ' or more'}`;
  const form = isArray
    ? `it is a JSON array of ${number} documents`
    : `it has ${number} JSON documents, one a line or behind the other`;
  const [first] = each ?? [];
  if (first === undefined) return isArray ? { seen: 'it begins like a JSON array' } : { seen: form, hint: SPLIT };
  const isSame = each?.every(({ what }) => what === first.what);
  return { seen: `${form}, each ${isSame ? first.what : first.what.replace(/ \(.*/, '')}`, hint: SPLIT };
}
