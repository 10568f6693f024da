import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import type { DocumentValue } from './document-value.js';
import type { ReadReference } from './expand.js';

/** Variables of compose and of shells, templates of Helm and of others. */
const TEMPLATE = /\$\{|\$\(|\$[A-Za-z_]|\{\{|\}\}|<%/;

/** A path has at most 4,096 bytes, a name in a registry far fewer; a row and its messages repeat the text. */
const MAX_LENGTH = 4500;

/** Members of which a map that means an image has one. */
const PARTS = ['reference', 'repository', 'registry', 'name', 'tag', 'digest', 'pullPolicy'];

const HINT = 'Render it first, for example with helm template or docker compose config';

/** A text as a reference; a template and a text that is too long are ones that cannot be read. */
export function readReference(text: string, from: string): ReadReference {
  if (text.length > MAX_LENGTH) {
    const message = `${from}: the text has ${text.length} characters, wanted a reference with at most ${MAX_LENGTH}`;
    const hint = 'Give a list with a reference on each line, or YAML';
    return { text: `${text.slice(0, 40)}…`, from, error: new RemoraError('INVALID_ARGUMENT', message, { hint }) };
  }
  if (!TEMPLATE.test(text)) return { text, from };
  return unread(text, from, `${quote(text)} is a template, wanted the reference that it becomes`);
}

/** A thing that means an image, and does not name one. */
export function unread(text: string, from: string, why: string): ReadReference {
  return { text, from, error: new RemoraError('INVALID_ARGUMENT', `${from}: ${why}`, { found: text, hint: HINT }) };
}

/**
 * The image of a member `image`: its text, or a map of Helm's values, an image volume or a CI job. Undefined for a map of
 * something else, and for a truth value outside of a container, which turns something on.
 */
export function imageMember(value: DocumentValue, from: string, isOfContainer: boolean): ReadReference | undefined {
  const { text, isText } = value;
  if (isText && text) return { ...readReference(text, from), isImage: true };
  if (text === '') return unread('""', from, 'image is an empty text, wanted a reference');
  if (text !== undefined) {
    if (/^(?:true|false)$/i.test(text) && !isOfContainer) return undefined;
    return unread(text, from, `image is ${text}, and not a text, wanted a reference in quotes`);
  }
  if (value.elements !== undefined) return unread('[…]', from, 'image is a list, wanted a reference');
  if (value.members === undefined) return unread('null', from, 'image is null, wanted a reference');
  return imageMap(new Map([...value.members()].map(([key, { text }]) => [key, text])), from, isOfContainer);
}

function imageMap(
  members: ReadonlyMap<string, string | undefined>,
  from: string,
  isOfContainer: boolean,
): ReadReference | undefined {
  const isImage = members.size === 0 || isOfContainer || PARTS.some((part) => members.has(part));
  if (!isImage) return undefined;
  const part = (name: string) => members.get(name) || undefined;
  const [reference, registry, tag, digest] = ['reference', 'registry', 'tag', 'digest'].map(part);
  if (reference !== undefined) return { ...readReference(reference, from), isImage: true };
  const name = part('repository') ?? part('name');
  if (name === undefined) return unread('{…}', from, 'image is a map without repository, wanted a reference');
  const base = registry === undefined ? name : `${registry}/${name}`;
  const text = `${base}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  if (part('repository') !== undefined && part('name') !== undefined)
    return unread(text, from, 'image is a map with both repository and name, which the chart joins');
  const read: ReadReference = { ...readReference(text, from), isImage: true };
  const isNamed = tag !== undefined || digest !== undefined || read.error !== undefined || !members.has('repository');
  if (isNamed || /:[^/]*$/.test(name)) return read;
  return unread(text, from, `${quote(text)} has neither tag nor digest, which the chart decides`);
}
