import type { Remarks } from './remarks.js';

/** True for a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The path of a member, for messages. */
export function pathOf(holder: string, member: string): string {
  return holder === '' ? member : `${holder}.${member}`;
}

/** Texts that documents repeat, like types and dates: what was read 100,000 times is kept once. */
const repeated = new Map<string, string>();
const MAX_REPEATED = 1000;
const MAX_LENGTH = 100;

/** The same text, where it was read before: the strings of a parsed document are all its own. */
export function sharedText(text: string): string {
  const known = repeated.get(text);
  if (known !== undefined || text.length > MAX_LENGTH) return known ?? text;
  if (repeated.size === MAX_REPEATED) repeated.clear();
  repeated.set(text, text);
  return text;
}

/** Reads an optional text; null counts as absent, and so does what is not text. */
export function readText(value: unknown, path: string, remarks: Remarks): string | undefined {
  if (typeof value === 'string') return sharedText(value);
  return value === undefined || value === null ? undefined : remarks.add(path, 'text', value);
}

/** Reads an optional list of texts; null counts as absent, and so does what is not text. */
export function readTexts(value: unknown, path: string, remarks: Remarks): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) return remarks.add(path, 'a list', value);
  return value.flatMap((text, index) => readText(text, `${path}[${index}]`, remarks) ?? []);
}

/**
 * Reads an optional list whose elements matter; null counts as an empty one.
 *
 * @throws RemoraError `MALFORMED` for what is not a list, and as `read`
 */
export function readList<T>(
  value: unknown,
  path: string,
  remarks: Remarks,
  read: (element: unknown, path: string) => T | undefined,
): readonly T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw remarks.refusal(path, 'a list', value);
  const list: T[] = [];
  for (const [index, element] of value.entries()) {
    const one = read(element, `${path}[${index}]`);
    if (one !== undefined) list.push(one);
  }
  return list;
}
