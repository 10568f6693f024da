import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import type { ReadReference } from './expand.js';

/** A value of a YAML or JSON document, looked at without expanding what it names elsewhere. */
export interface DocumentValue {
  /** The members of a map, by name; undefined for other values. */
  members?(): Iterable<readonly [string, DocumentValue]>;
  /** The elements of a list; undefined for other values. */
  elements?(): Iterable<DocumentValue>;
  /** A scalar as it is written; undefined for other values, and for null. */
  readonly text?: string | undefined;
  /** Whether the scalar is a text, and not a number or a truth value. */
  readonly isText?: boolean;
  /** Whether it stands elsewhere in the document, too. */
  readonly isRepeated?: boolean;
  /** The line where it stands. */
  readonly line?: number | undefined;
}

/** Variables of compose and of shells, templates of Helm and of others. */
const TEMPLATE = /\$\{|\$\(|\$[A-Za-z_]|\{\{|\}\}|<%/;

/**
 * The images that a document names, at any depth: the text of a member `image`, as Kubernetes, its extensions and compose have
 * it, a map of Helm's values with `repository`, and an image volume's `reference`. A list of texts is a list of references.
 * The `status` of Kubernetes repeats them.
 */
export function* imagesOf(document: DocumentValue, name: string): Generator<ReadReference> {
  const whole = [...(document.elements?.() ?? [])];
  if (whole.length > 0 && whole.every(({ isText }) => isText)) {
    for (const { text = '', line } of whole) yield readReference(text, placeOf(name, line));
    return;
  }
  // The document may be deeper than the stack.
  const open: DocumentValue[] = [document];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const below = [...(value.elements?.() ?? [])].filter(({ isRepeated }) => !isRepeated);
    const members = [...(value.members?.() ?? [])];
    const isResource = members.some(([key]) => key === 'apiVersion');
    for (const [key, member] of members) {
      if (isResource && key === 'status') continue;
      if (key === 'image') yield* imageOf(member, name);
      if (!member.isRepeated) below.push(member);
    }
    open.push(...below.reverse());
  }
}

function* imageOf(value: DocumentValue, name: string): Generator<ReadReference> {
  const from = placeOf(name, value.line);
  if (value.isText && value.text) yield { ...readReference(value.text, from), isImage: true };
  const members = new Map([...(value.members?.() ?? [])].map(([key, { text }]) => [key, text]));
  const { reference, repository } = Object.fromEntries(members);
  if (reference) yield { ...readReference(reference, from), isImage: true };
  if (!repository) return;
  const [registry, tag, digest] = ['registry', 'tag', 'digest'].map((key) => members.get(key) || undefined);
  const base = registry === undefined ? repository : `${registry}/${repository}`;
  const text = `${base}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  const read = { ...readReference(text, from), isImage: true };
  const isNamed = tag !== undefined || digest !== undefined || read.error !== undefined;
  yield isNamed || /:[^/]*$/.test(repository) ? read : { ...read, error: withoutTag(text, from) };
}

/** A path has at most 4,096 bytes, a name in a registry far fewer; a row and its messages repeat the text. */
const MAX_LENGTH = 4500;

/** A text as a reference; a template and a text that is too long are ones that cannot be read. */
export function readReference(text: string, from: string): ReadReference {
  if (text.length > MAX_LENGTH) {
    const message = `${from}: the text has ${text.length} characters, wanted a reference with at most ${MAX_LENGTH}`;
    const hint = 'Give a list with a reference on each line, or YAML';
    return { text: `${text.slice(0, 40)}…`, from, error: new RemoraError('INVALID_ARGUMENT', message, { hint }) };
  }
  if (!TEMPLATE.test(text)) return { text, from };
  const message = `${from}: ${quote(text)} is a template, wanted the reference that it becomes`;
  const hint = 'Render it first, for example with helm template or docker compose config';
  return { text, from, error: new RemoraError('INVALID_ARGUMENT', message, { found: text, hint }) };
}

function withoutTag(text: string, from: string): RemoraError {
  const message = `${from}: ${quote(text)} has neither tag nor digest, which the chart decides`;
  return new RemoraError('INVALID_ARGUMENT', message, { found: text, hint: 'Render the chart with helm template' });
}

export function placeOf(name: string, line: number | undefined): string {
  return line === undefined ? name : `${name}:${line}`;
}

/** A value of JSON as a {@link DocumentValue}. */
export function jsonValue(value: unknown): DocumentValue {
  if (Array.isArray(value)) return { elements: () => value.map(jsonValue) };
  if (typeof value === 'object' && value !== null)
    return { members: () => Object.entries(value).map(([key, member]) => [key, jsonValue(member)]) };
  if (value === null || value === undefined) return {};
  return { text: String(value), isText: typeof value === 'string' };
}
