/** A pattern needs no more; each pair of braces multiplies them. */
const MAX_PATTERNS = 1000;

/**
 * The patterns that one with alternatives in braces stands for: `a{b,c}` for `ab` and `ac`. Braces without a comma are
 * characters, and so is what a backslash or brackets make one.
 *
 * @throws SyntaxError
 */
export function expandBraces(pattern: string): readonly string[] {
  const open = find(pattern, 0, '{');
  if (open === undefined) return [pattern];
  const commas: number[] = [];
  let close = open;
  for (let depth = 1; depth > 0; ) {
    const at = find(pattern, close + 1, '{},');
    if (at === undefined) throw new SyntaxError('"{" is not closed');
    if (pattern[at] === ',' && depth === 1) commas.push(at);
    depth += pattern[at] === '{' ? 1 : pattern[at] === '}' ? -1 : 0;
    close = at;
  }
  const ends = [...commas, close];
  const inner = ends.flatMap((end, index) => expandBraces(pattern.slice((commas[index - 1] ?? open) + 1, end)));
  const choices = commas.length === 0 ? inner.map((text) => `\\{${text}\\}`) : inner;
  const rest = expandBraces(pattern.slice(close + 1));
  if (choices.length * rest.length > MAX_PATTERNS)
    throw new SyntaxError(`its braces stand for more than ${MAX_PATTERNS} patterns`);
  const before = pattern.slice(0, open);
  return choices.flatMap((choice) => rest.map((after) => `${before}${choice}${after}`));
}

/** The first of these characters that neither a backslash nor brackets make a character. */
function find(pattern: string, from: number, wanted: string): number | undefined {
  for (let at = from; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (wanted.includes(character)) return at;
    if (character === '\\') at++;
    if (character === '[') at = classEnd(pattern, at) ?? at;
  }
  return undefined;
}

/** The place of the bracket that closes the one at `open`; the first after it, `!` or `^` is a character. */
export function classEnd(pattern: string, open: number): number | undefined {
  const first = open + (/[!^]/.test(pattern.charAt(open + 1)) ? 2 : 1);
  for (let at = first; at < pattern.length; at++) {
    const named = /^\[:[a-z]*:\]/.exec(pattern.slice(at));
    if (named !== null) at += named[0].length - 1;
    else if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']' && at > first) return at;
  }
  return undefined;
}
