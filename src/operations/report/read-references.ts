import { RemoraError } from '../../errors.js';
import { type DocumentValue, jsonValue } from './document-value.js';
import type { ReadReference } from './expand.js';
import { readReference } from './image-member.js';
import { imagesOf, placeOf } from './image-strings.js';

/** The parser's tree takes some fifty times as much. */
const MAX_YAML = 32 * 1024 * 1024;

/** A member or an element of YAML. No reference has a blank behind a colon. */
const YAML_LINE = /^[ \t]*(?:- |---\s|(?:- +){0,20}["']?[\w./$-]+["']?:(?:\s|$))/m;

/**
 * Reads references: a list with one on each line, with comments after `#`; or the images that documents of Kubernetes,
 * compose or Helm's values name, in YAML or JSON. A text that is not a reference, such as a template, stays one of them,
 * with the reason: its row says so.
 *
 * @param content UTF-8, or UTF-16 with a byte order mark
 * @param name of the file, for messages and `from`; where it ends in `.yaml`, `.yml` or `.json` it is such a document
 * @throws RemoraError `INVALID_ARGUMENT`, with line and column
 */
export async function readReferences(content: string | Uint8Array, name: string): Promise<readonly ReadReference[]> {
  const text = typeof content === 'string' ? content : decode(content, name);
  const start = text.trimStart();
  if (/\.json$/i.test(name) || start.startsWith('{') || start.startsWith('['))
    return [...imagesOf(jsonValue(parse(text, name)), name)];
  if (/\.ya?ml$/i.test(name) || YAML_LINE.test(withoutComments(text))) return fromYaml(text, name);
  return text.split(/\r?\n/).flatMap((line, index) => {
    const reference = line.replace(/(?:^|\s)#.*$/, '').trim();
    return reference === '' ? [] : [readReference(reference, placeOf(name, index + 1))];
  });
}

function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#.*$/gm, '');
}

async function fromYaml(text: string, name: string): Promise<readonly ReadReference[]> {
  if (text.length > MAX_YAML)
    throw new RemoraError('INVALID_ARGUMENT', `${name} has ${text.length} characters, wanted at most ${MAX_YAML}`, {
      hint: 'Give it in several files, or as JSON',
    });
  const { yamlDocuments } = await import('./yaml-documents.js');
  return yamlDocuments(text, name).flatMap((document: DocumentValue) => [...imagesOf(document, name)]);
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RemoraError('INVALID_ARGUMENT', `${name} is not JSON: ${error.message.split('\n')[0]}`, { cause: error });
  }
}

/** PowerShell writes UTF-16 into files. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RemoraError('INVALID_ARGUMENT', `${name} is not UTF-8`, { cause: error });
  }
}
