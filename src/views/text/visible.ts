/** The same text with `\u202e` for characters that nobody sees and some act upon; ends of lines and tabs stay. */
export function visible(text: string): string {
  // Plain text needs no look at the classes of its characters.
  if (/^[\n\t -~]*$/.test(text)) return text;
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) => {
    const digits = (character.codePointAt(0) ?? 0).toString(16);
    return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, '0')}`;
  });
}

/** The same on one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
