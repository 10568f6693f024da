const MAX_SHOWN = 200;

/** Text from elsewhere as a message shows it: in quotes, cut, and unable to steer a terminal. */
export function quote(text: string): string {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  // JSON.stringify leaves DEL, C1 controls and characters that change the direction of writing.
  return JSON.stringify(shown).replace(/[\p{Cc}\p{Cf}]/gu, unicodeEscapes);
}

/** A character as JSON escapes it: beyond U+FFFF in two halves. */
export function unicodeEscapes(char: string): string {
  return char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
