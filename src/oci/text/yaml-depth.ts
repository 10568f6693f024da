/** True for brackets that stay open, and for a start of a line that opens many levels by itself: `- - - -`. */
export function isTooDeep(text: string, maxDepth: number): boolean {
  let open = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open = Math.max(open - 1, 0);
    if (open > maxDepth) return true;
  }
  return new RegExp(`^[ \\t?:-]{${maxDepth + 1}}`, 'm').test(text);
}
