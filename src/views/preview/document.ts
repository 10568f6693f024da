import { isRemoraError } from '../../errors.js';
import { decodeDocument } from '../../formats/recognise/encodings.js';
import { firstLook } from '../../formats/recognise/first-look.js';
import { type Recognised, recognise } from '../../formats/recognise/recognise.js';
import { splitJson } from '../../formats/recognise/split-json.js';
import { parseJson } from '../../oci/text/json.js';
import { isObject } from '../../oci/text/lenient.js';
import { given } from '../../oci/values/given.js';
import { certificateParts, pemBlocks } from './content/certificates.js';
import { hexOf, textOf } from './content/text.js';
import { treeOf } from './content/tree.js';
import { MAX_DOCUMENTS, MAX_INNER } from './model/limits.js';
import type { Note, Preview } from './model/preview.js';
import type { Read, Within } from './model/reader.js';
import { cyclonedxXml } from './readers/cyclonedx-xml.js';
import { READERS } from './readers/readers.js';
import { spdxTags } from './readers/spdx-tags.js';

/** Facts about the file that a document is. */
export interface DocumentFacts {
  readonly mediaType?: string | undefined;
  /** The name of the file. */
  readonly title?: string | undefined;
  /** False where the bytes are the beginning of the file. */
  readonly isWhole: boolean;
}

/** The place of a document: how many others are around it, and whether a signature covers it. */
export interface Place {
  readonly depth: number;
  readonly isSigned: boolean;
  /** False for a value of the document around it, which shows it. */
  readonly isFile: boolean;
}
export const OUTERMOST: Place = { depth: 0, isSigned: false, isFile: true };

/** A document as people look at it; bytes that are not text are shown by their beginning. */
export function documentPreview(bytes: Uint8Array, facts: DocumentFacts, place: Place): Preview {
  const { isWhole } = facts;
  const found = recognise(bytes, { name: facts.title, complete: isWhole });
  const decoded = decodeDocument(bytes, isWhole);
  if (decoded === undefined || decoded.text.includes('\0')) return binary(bytes, facts, found);
  const { text, encoding } = decoded;
  const notes: Note[] = encoding === 'UTF-8' ? [] : [{ level: 'info', text: `The text is in ${encoding}.` }];
  if (isWhole) {
    const read = attempt(() => readText(text, found, place));
    if (read.problem !== undefined)
      notes.push({ level: 'warning', text: `${read.problem}. The file is shown as text.` });
    if (read.preview !== undefined) return withFound(read.preview, found, notes);
  } else notes.push({ level: 'info', text: 'The file is too long for a preview: this is its beginning.' });
  const isSvg = found === undefined && SVG.test(text);
  if (isSvg) notes.push({ level: 'info', text: 'The image is shown as text: it can hold scripts and links.' });
  const what = isSvg ? 'an SVG image' : (found?.what ?? nounOf(bytes, isWhole));
  return withFound({ what, notes: [], parts: [textOf(text, 'Text', true, isWhole)] }, found, notes);
}

/** The preview of a text whose format is known; undefined for another text. */
function readText(text: string, found: Recognised | undefined, place: Place): Preview | undefined {
  const start = text.trimStart().charAt(0);
  if (start === '{' || start === '[') {
    const documents = start === '{' ? severalIn(text, place) : undefined;
    return documents ?? jsonPreview(parseJson(Buffer.from(text), 'The document'), place);
  }
  if (found?.mediaType === 'application/vnd.cyclonedx+xml') return withSource(cyclonedxXml(text), text);
  if (found?.mediaType === 'text/spdx') return withSource(spdxTags(text), text);
  if (found?.kind !== 'certificate') return undefined;
  return withSource({ what: found.what, parts: certificateParts(pemBlocks(text)) }, text);
}

function withSource(read: Read | undefined, text: string): Preview | undefined {
  if (read === undefined) return undefined;
  const { what, notes = [], parts } = read;
  return { what, notes, parts: [...parts, textOf(text, 'Text', false, true)] };
}

/** Documents that stand one behind the other, as attestations do in an in-toto bundle. */
function severalIn(text: string, place: Place): Preview | undefined {
  const isLines = /^\s*\{[^\n]*\}[ \t\r]*\n\s*\{/.test(text);
  const documents = isLines ? splitJson(text.trimStart()) : [];
  if (documents.length < 2) return undefined;
  const within = withinOf(place);
  const more = documents.length - MAX_DOCUMENTS;
  return {
    what: `${documents.length} JSON documents`,
    notes: more > 0 ? [{ level: 'info', text: `${more} more documents are not shown.` }] : [],
    parts: documents.slice(0, MAX_DOCUMENTS).map((document, index) => {
      const title = `Document ${index + 1} of ${documents.length}`;
      return { type: 'inner', title, preview: within.bytes(Buffer.from(document)) };
    }),
  };
}

/** A value of JSON, with a table where its format is known. */
function jsonPreview(value: unknown, place: Place): Preview {
  if (isObject(value)) {
    const within = withinOf(place);
    for (const reader of READERS) {
      const read = reader(value, within);
      if (read === undefined) continue;
      const { what, notes = [], parts } = read;
      return { what, notes, parts: [...parts, ...(place.isFile ? [treeOf(value, 'JSON', false)] : [])] };
    }
  }
  return { what: 'a JSON document', notes: [], parts: [treeOf(value, 'JSON', true)] };
}

/** Looks at documents in the document at a place. */
export function withinOf({ depth, isSigned }: Place): Within {
  const look = (of: (place: Place) => Preview, more: Partial<Place>) =>
    depth >= MAX_INNER ? tooDeep() : of({ depth: depth + 1, isSigned: false, isFile: true, ...more });
  return {
    bytes: (content) => look((place) => documentPreview(content, { isWhole: true }, place), {}),
    signed: (content) => look((place) => documentPreview(content, { isWhole: true }, place), { isSigned: true }),
    value: (value) => look((place) => jsonPreview(value, place), { isFile: false }),
    isSigned,
  };
}

function tooDeep(): Preview {
  const text = `The document stands in ${MAX_INNER} others, and is not looked at.`;
  return { what: 'a document', notes: [{ level: 'info', text }], parts: [] };
}

function attempt(read: () => Preview | undefined): { readonly preview?: Preview; readonly problem?: string } {
  try {
    return given({ preview: read() });
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return { problem: error.message };
  }
}

/** The beginning of an SVG image: an XML declaration, comments and a document type may stand before its element. */
const SVG =
  /^\ufeff?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!(?:--(?:(?!--)[\s\S]){0,2000}--|DOCTYPE[^>]{0,500})>\s*){0,3}<svg[\s>]/i;

const CERTIFICATE = /\.(?:cer|crt|der)$/i;

const NOT_DRAWN = 'Pages draw no images of others: these are its first bytes. Download it to look at it.';

function binary(bytes: Uint8Array, facts: DocumentFacts, found: Recognised | undefined): Preview {
  const isCertificate = facts.mediaType === 'application/pkix-cert' || CERTIFICATE.test(facts.title ?? '');
  if (isCertificate && facts.isWhole)
    return { what: 'a certificate (DER)', kind: 'certificate', notes: [], parts: certificateParts([bytes]) };
  const what = found?.what ?? nounOf(bytes, facts.isWhole);
  const isImage = / image$/.test(what) || facts.mediaType?.startsWith('image/');
  const notes: readonly Note[] = isImage ? [{ level: 'info', text: NOT_DRAWN }] : [];
  return withFound({ what, notes, parts: [hexOf(bytes)] }, found);
}

/** `a PNG image` of "it is a PNG image", which the first look says. */
function nounOf(bytes: Uint8Array, isWhole: boolean): string {
  return firstLook(bytes, isWhole).seen.replace(/^it (?:is|looks like|begins like) /, '');
}

/** A preview with the kind and format that the file was recognised by. */
export function withFound(preview: Preview, found: Recognised | undefined, notes: readonly Note[] = []): Preview {
  const { kind, format } = found ?? {};
  return { ...preview, ...given({ kind, format }), notes: [...notes, ...preview.notes] };
}
