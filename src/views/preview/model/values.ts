import { isObject } from '../../../oci/text/lenient.js';
import { MAX_CELL, MAX_NAMES } from './limits.js';

/** An object of a document. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value to which names and indexes lead; undefined where one is not there. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((holder, step) => {
    if (typeof step === 'number') return Array.isArray(holder) ? holder[step] : undefined;
    return isObject(holder) && Object.hasOwn(holder, step) ? holder[step] : undefined;
  }, value);
}

/** The text or number at the end of a path; empty where there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : '';
}

/** The list at the end of a path; empty for anything else. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The members of the object at the end of a path. */
export function entriesAt(value: unknown, ...path: readonly (string | number)[]): readonly [string, unknown][] {
  const found = at(value, ...path);
  return isObject(found) ? Object.entries(found) : [];
}

/** The beginning of a text, whole characters of it. */
export function clip(text: string, length = MAX_CELL): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Texts in one, without repetitions; the ends of long lists are counted. */
export function joined(texts: Iterable<string>, separator = ', '): string {
  const shown = new Set<string>();
  let more = 0;
  for (const text of texts) {
    if (text === '' || shown.has(text)) continue;
    if (shown.size < MAX_NAMES) shown.add(text);
    else more += 1;
  }
  return `${[...shown].map((text) => clip(text)).join(separator)}${more === 0 ? '' : ` and ${more} more`}`;
}

/** The first text that is not empty. */
export function firstText(...texts: readonly string[]): string {
  return texts.find((text) => text !== '') ?? '';
}
