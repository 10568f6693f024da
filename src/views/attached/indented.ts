/**
 * JSON with one member a line. Only white space between tokens differs, so that numbers, escapes and the order of members are
 * those of the document; text that already has lines stays as it is.
 */
export function indentedJson(text: string): string {
  if (text.trim().includes('\n')) return text;
  let depth = 0;
  const newLine = () => `\n${'  '.repeat(Math.min(depth, 40))}`;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  return tokens
    .map((token, index) => {
      const next = tokens[index + 1];
      if (token === '{' || token === '[') {
        if (next === '}' || next === ']') return token;
        depth++;
        return `${token}${newLine()}`;
      }
      if (token === '}' || token === ']') {
        const before = tokens[index - 1];
        if (before === '{' || before === '[') return token;
        depth = Math.max(depth - 1, 0);
        return `${newLine()}${token}`;
      }
      return token === ',' ? `,${newLine()}` : token === ':' ? ': ' : token;
    })
    .join('');
}
