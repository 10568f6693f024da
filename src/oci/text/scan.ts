/**
 * Where the text ends that a sticky expression takes from a place on; that place itself where it takes none. Text from
 * elsewhere is read by expressions that each know one way through it: one that backtracks can take hours for 4 kB.
 */
export function endOf(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : at;
}

/** A token of a header (RFC 9110 §5.6.2). */
export const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;

/** White space. */
export const SPACE = /\s+/y;

/** A quoted text of a header (RFC 9110 §5.6.4). */
export const QUOTED = /"(?:[^"\\]|\\.)*"/y;

/** The value of a quoted text, without its quotes and escapes. */
export function unquoted(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
}
