import { stripVTControlCharacters } from 'node:util';

/** Characters of one column each: ASCII, and those that this program draws with. */
const NARROW = /^[ -~…·│├└─✓✗]*$/;

let measured: ((text: string) => number) | undefined;

/**
 * Loads the widths of all characters where one of the texts needs them; without, each character counts as one column. A
 * result is looked through, its texts and those of its members.
 */
export async function loadWidths(shown: unknown): Promise<void> {
  if (measured === undefined && hasWide(shown)) measured = (await import('string-width')).default;
}

function hasWide(value: unknown): boolean {
  if (typeof value === 'string') return !NARROW.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasWide);
}

/** The columns of a terminal that a text takes; its colours take none. */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  return measured?.(text) ?? [...stripVTControlCharacters(text)].length;
}

/** Characters as readers see them: with the marks above them, so that none is cut in two. */
export function charactersOf(text: string): readonly string[] {
  return NARROW.test(text) ? text.split('') : [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

/** The text with spaces up to so many columns. */
export function padded(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(columns - widthOf(text), 0));
  return side === 'left' ? `${text}${spaces}` : `${spaces}${text}`;
}
