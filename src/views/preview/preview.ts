import { isRemoraError } from '../../errors.js';
import { decodeDocument } from '../../formats/recognise/encodings.js';
import { recognise } from '../../formats/recognise/recognise.js';
import type { SignedForm } from '../../trust/values/signed.js';
import { archivePreview } from './content/archive.js';
import { claimParts, coseRead } from './content/signed.js';
import { type DocumentFacts, documentPreview, OUTERMOST, withFound, withinOf } from './document.js';
import { MAX_BYTES } from './model/limits.js';
import type { Note, Preview } from './model/preview.js';
import { MAX_YAML, spdxYaml } from './readers/spdx-yaml.js';

/** Facts about a file beside its bytes. */
export interface PreviewFacts extends DocumentFacts {
  readonly artifactType?: string | undefined;
}

/** Bytes of a file that a preview takes; the beginning of a longer one is enough. */
export const PREVIEW_BYTES = MAX_BYTES;

/** Formats whose files say who signed them. */
const FORMS: Readonly<Record<string, SignedForm>> = {
  'sigstore-bundle': 'bundle',
  dsse: 'dsse',
  notation: 'notation',
};

/** The first byte of a COSE_Sign1 with its tag (RFC 9052 §4.2). */
const COSE = 0xd2;

/**
 * A file as people look at it: a table where its format is known, else JSON, text, or its first bytes.
 *
 * Its content is not verified. Content of every kind gives a preview; it never fails.
 */
export async function preview(bytes: Uint8Array, facts: PreviewFacts): Promise<Preview> {
  const isWhole = facts.isWhole && bytes.length <= MAX_BYTES;
  const content = bytes.subarray(0, MAX_BYTES);
  const found = () => recognise(content, { name: facts.title, complete: isWhole });
  const archive = await archivePreview(content, isWhole);
  if (archive !== undefined) return withFound({ ...archive, what: found()?.what ?? archive.what }, found());
  const signed = isWhole && content[0] === COSE ? found() : undefined;
  if (signed?.mediaType === 'application/cose') {
    const { what, notes = [], parts } = await coseRead(content, withinOf(OUTERMOST));
    const claims = await claimParts('notation', signed.mediaType, content);
    return withFound({ what, notes, parts: [...claims, ...parts] }, signed);
  }
  const document = await withPackages(documentPreview(content, { ...facts, isWhole }, OUTERMOST), content, isWhole);
  const form = isWhole && document.format !== undefined ? FORMS[document.format] : undefined;
  if (form === undefined) return document;
  return { ...document, parts: [...(await claimParts(form, facts.mediaType ?? '', content)), ...document.parts] };
}

/** The forms of SPDX of which a document is shown as text. */
const SPDX_YAML = 'an SPDX document (YAML)';
const SPDX_RDF = 'an SPDX document (RDF/XML)';

/** A document of SPDX in YAML with the table of its packages; the reason where a document has none. */
async function withPackages(document: Preview, bytes: Uint8Array, isWhole: boolean): Promise<Preview> {
  const noted = (text: string, level: Note['level'] = 'info'): Preview => ({
    ...document,
    notes: [...document.notes, { level, text }],
  });
  if (!isWhole) return document;
  if (document.what === SPDX_RDF)
    return noted('Packages are read of SPDX in JSON, YAML and tag-value: RDF/XML is shown as text.');
  if (document.what !== SPDX_YAML) return document;
  if (bytes.length > MAX_YAML) return noted('YAML above 512 KiB is shown as text.');
  try {
    const read = await spdxYaml(decodeDocument(bytes, true)?.text ?? '');
    const source = document.parts.map((part) => (part.type === 'text' ? { ...part, isOpen: false } : part));
    return read === undefined ? document : { ...document, what: read.what, parts: [...read.parts, ...source] };
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return noted(`${error.message}. The file is shown as text.`, 'warning');
  }
}
