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

/** A value of JSON as a {@link DocumentValue}. */
export function jsonValue(value: unknown): DocumentValue {
  if (Array.isArray(value)) return { elements: () => value.map(jsonValue) };
  if (typeof value === 'object' && value !== null)
    return { members: () => Object.entries(value).map(([key, member]) => [key, jsonValue(member)]) };
  if (value === null || value === undefined) return {};
  return { text: String(value), isText: typeof value === 'string' };
}
