import { recognise } from '../../formats/recognise/recognise.js';
import type { SignedForm } from '../../trust/values/signed.js';
import { archivePreview } from './content/archive.js';
import { claimParts, coseRead } from './content/signed.js';
import { type DocumentFacts, documentPreview, OUTERMOST, withFound, withinOf } from './document.js';
import { MAX_BYTES } from './model/limits.js';
import type { Preview } from './model/preview.js';

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
  const document = documentPreview(content, { ...facts, isWhole }, OUTERMOST);
  const form = isWhole && document.format !== undefined ? FORMS[document.format] : undefined;
  if (form === undefined) return document;
  return { ...document, parts: [...(await claimParts(form, facts.mediaType ?? '', content)), ...document.parts] };
}
