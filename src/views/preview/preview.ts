import { isRemoraError } from '../../errors.js';
import { decodeDocument } from '../../formats/recognise/encodings.js';
import { firstLook } from '../../formats/recognise/first-look.js';
import { type Recognised, recognise } from '../../formats/recognise/recognise.js';
import { parseJson } from '../../oci/text/json.js';
import { isObject } from '../../oci/text/lenient.js';
import { given } from '../../oci/values/given.js';
import { hexOf, textOf } from './content/text.js';
import { treeOf } from './content/tree.js';
import { MAX_BYTES, MAX_INNER } from './model/limits.js';
import type { Note, Part, Preview } from './model/preview.js';
import type { Within } from './model/reader.js';
import { READERS } from './readers/readers.js';

/** Facts about a file beside its bytes. */
export interface PreviewFacts {
  readonly mediaType?: string | undefined;
  readonly artifactType?: string | undefined;
  /** The name of the file. */
  readonly title?: string | undefined;
  /** False where the bytes are the beginning of the file. */
  readonly isWhole: boolean;
}

/** Bytes of a file that a preview takes; the beginning of a longer one is enough. */
export const PREVIEW_BYTES = MAX_BYTES;

/**
 * A file as people look at it: a table where its format is known, else JSON, text, or its first bytes.
 *
 * Nothing in it is verified. Content of every kind gives a preview; it never fails.
 */
export async function preview(bytes: Uint8Array, facts: PreviewFacts): Promise<Preview> {
  const isWhole = facts.isWhole && bytes.length <= MAX_BYTES;
  return previewOf(bytes.subarray(0, MAX_BYTES), { ...facts, isWhole }, 0);
}

function previewOf(bytes: Uint8Array, facts: PreviewFacts, depth: number): Preview {
  const found = recognise(bytes, { name: facts.title, complete: facts.isWhole });
  const text = decodeDocument(bytes, facts.isWhole);
  if (text === undefined || text.text.includes('\0')) return binary(bytes, facts, found);
  const trimmed = text.text.trimStart();
  const notes: Note[] = text.encoding === 'UTF-8' ? [] : [info(`The text is in ${text.encoding}.`)];
  if (!facts.isWhole) notes.push(info('The file is too long for a preview: this is its beginning.'));
  if (facts.isWhole && /^[{[]/.test(trimmed)) {
    const json = parsed(text.encoding === 'UTF-8' ? bytes : Buffer.from(text.text));
    if (json.value !== undefined) return withFacts(jsonPreview(json.value, depth), found, notes);
    notes.push({ level: 'warning', text: `${json.problem}. It is shown as text.` });
  }
  return withFacts(
    { what: textNoun(bytes, facts), notes: [], parts: [textOf(text.text, 'Text', true, facts.isWhole)] },
    found,
    notes,
  );
}

/** A value of JSON, with a table where its format is known. */
function jsonPreview(value: unknown, depth: number): Preview {
  const within: Within = {
    bytes: (content) => (depth >= MAX_INNER ? tooDeep() : previewOf(content, { isWhole: true }, depth + 1)),
    value: (inner) => (depth >= MAX_INNER ? tooDeep() : jsonPreview(inner, depth + 1)),
  };
  if (isObject(value)) {
    for (const reader of READERS) {
      const read = reader(value, within);
      if (read === undefined) continue;
      const { what, notes = [], parts } = read;
      return { what, notes, parts: [...parts, ...source(value, depth, false)] };
    }
  }
  return { what: 'a JSON document', notes: [], parts: source(value, depth, true) };
}

/** The document itself; below another one only where nothing else shows it. */
function source(value: unknown, depth: number, isOpen: boolean): readonly Part[] {
  return depth > 0 && !isOpen ? [] : [treeOf(value, 'JSON', isOpen)];
}

function tooDeep(): Preview {
  const text = `It stands in more than ${MAX_INNER} other documents, and is not looked at.`;
  return { what: 'a document', notes: [info(text)], parts: [] };
}

function parsed(bytes: Uint8Array): { readonly value?: unknown; readonly problem: string } {
  try {
    return { value: parseJson(bytes, 'The document'), problem: '' };
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return { problem: error.message };
  }
}

function binary(bytes: Uint8Array, facts: PreviewFacts, found: Recognised | undefined): Preview {
  const what = found?.what ?? textNoun(bytes, facts);
  return withFacts({ what, notes: [], parts: [hexOf(bytes)] }, found, []);
}

/** `a PNG image` of "it is a PNG image", which the first look says. */
function textNoun(bytes: Uint8Array, { isWhole }: PreviewFacts): string {
  const { seen } = firstLook(bytes, isWhole);
  return seen.replace(/^it (?:is|looks like|begins like) /, '');
}

function withFacts(preview: Preview, found: Recognised | undefined, notes: readonly Note[]): Preview {
  const { kind, format } = found ?? {};
  return { ...preview, ...given({ kind, format }), notes: [...notes, ...preview.notes] };
}

function info(text: string): Note {
  return { level: 'info', text };
}
