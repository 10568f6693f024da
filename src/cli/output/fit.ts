import type { Paint } from './text.js';
import { charactersOf, widthOf } from './width.js';

/** A word or more of a line. */
export interface Part {
  readonly text: string;
  readonly style?: Parameters<Paint>[0];
  /** The columns that it keeps when the line is too long. @default all */
  readonly least?: number;
}

const GAP = '  ';

/**
 * Puts parts on one line. Where they are too long, the first that may shrink loses its middle, then the next one; where
 * that is not enough, the last ones are left out.
 */
export function fitted(parts: readonly Part[], room: number | undefined, paint: Paint): string {
  const shown = parts.filter(({ text }) => text !== '');
  const sumOf = (width: (part: Part) => number) =>
    shown.reduce((sum, part) => sum + width(part), GAP.length * (shown.length - 1));
  if (room !== undefined) while (shown.length > 1 && sumOf(leastOf) > room) shown.pop();
  let over = room === undefined ? 0 : Math.max(sumOf(({ text }) => widthOf(text)) - room, 0);
  return shown
    .map((part) => {
      const { text, style } = part;
      const least = Math.min(leastOf(part), room ?? Number.POSITIVE_INFINITY);
      const kept = shorten(text, Math.max(widthOf(text) - over, least));
      over -= widthOf(text) - widthOf(kept);
      return style === undefined ? kept : paint(style, kept);
    })
    .join(GAP);
}

/** The columns that a part needs to be there at all. */
function leastOf({ text, least = widthOf(text) }: Part): number {
  return Math.max(Math.min(least, widthOf(text)), 1);
}

/** A text of at most `most` columns, without its middle where it is wider. */
export function shorten(text: string, most: number): string {
  if (widthOf(text) <= most) return text;
  const characters = charactersOf(text);
  const end = Math.max(Math.floor((most - 1) / 2), 0);
  const tail = taken(characters.toReversed(), end).reverse().join('');
  const head = taken(characters, most - 1 - widthOf(tail)).join('');
  return most < 1 ? '' : `${head}…${tail}`;
}

/** The first characters that have room in so many columns. */
function taken(characters: readonly string[], room: number): string[] {
  let left = room;
  const end = characters.findIndex((character) => {
    left -= widthOf(character);
    return left < 0;
  });
  return characters.slice(0, end < 0 ? characters.length : end);
}

/** A text in lines of at most `room` columns; a word that is wider loses its middle. */
export function wrapped(text: string, room: number | undefined): readonly string[] {
  if (room === undefined || widthOf(text) <= room) return [text];
  return filled(
    text.split(' ').map((word) => shorten(word, room)),
    room,
  );
}

/** A note in lines that a terminal does not break. A word that is wider stays whole, since it may be something to copy. */
export function noteText(text: string, width: number | undefined): string {
  if (width === undefined || widthOf(text) <= width) return text;
  return filled(text.split(' '), width - GAP.length).join(`\n${GAP}`);
}

function filled(words: readonly string[], room: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line === '') line = word;
    else if (widthOf(line) + 1 + widthOf(word) <= room) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** The first digits of a digest. */
export function digits(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}

/** The digests in a text, each with its first digits alone. */
export function shortDigests(text: string): string {
  return text.replace(/\b([a-z0-9]+):([0-9a-f]{12})[0-9a-f]{20,116}\b/g, '$1:$2…');
}

/** A media type where lines must fit: most begin alike. */
export function shortType(type: string, width: number | undefined): string {
  return width === undefined ? type : type.replace(/^application\/(?=.)/, '');
}
