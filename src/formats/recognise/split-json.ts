/** So many documents tell what a file is. */
const ENOUGH = 1000;

/**
 * The whole objects and arrays of a text, where they stand one behind the other (JSON Lines), or in an array.
 *
 * @returns none where something else stands between them
 */
export function splitJson(text: string): readonly string[] {
  const isArray = text.startsWith('[');
  const outer = isArray ? 1 : 0;
  const documents: string[] = [];
  const mark = /[^\s]/g;
  let depth = 0;
  let start = 0;
  for (let match = mark.exec(text); match !== null && documents.length < ENOUGH; match = mark.exec(text)) {
    const [char] = match;
    if (char === '{' || char === '[') {
      if (depth === outer) start = match.index;
      depth += 1;
    } else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === outer) documents.push(text.slice(start, match.index + 1));
    } else if (depth === outer && !(isArray && char === ',')) return [];
    else if (char === '"') {
      const end = endOfText(text, match.index + 1);
      if (end === undefined) break;
      mark.lastIndex = end;
    }
  }
  return documents;
}

/** The place behind the quotation mark that ends a text. */
function endOfText(text: string, start: number): number | undefined {
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '"') return at + 1;
  }
  return undefined;
}
