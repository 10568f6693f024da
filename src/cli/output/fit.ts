import type { Paint } from './text.js';

/** A word or more of a line. */
export interface Part {
  readonly text: string;
  readonly style?: Parameters<Paint>[0];
  /** The columns that it keeps when the line is too long. @default all */
  readonly least?: number;
}

const GAP = '  ';

/** Puts parts on one line. Where they are too long, the first that may shrink loses its middle, then the next one. */
export function fitted(parts: readonly Part[], room: number | undefined, paint: Paint): string {
  const shown = parts.filter(({ text }) => text !== '');
  const whole = shown.reduce((sum, { text }) => sum + text.length, GAP.length * (shown.length - 1));
  let over = room === undefined ? 0 : Math.max(whole - room, 0);
  return shown
    .map(({ text, style, least = text.length }) => {
      const kept = shorten(text, Math.max(text.length - over, least));
      over -= text.length - kept.length;
      return style === undefined ? kept : paint(style, kept);
    })
    .join(GAP);
}

/** A text of at most `most` columns, without its middle where it is longer. */
export function shorten(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const end = Math.floor((most - 1) / 2);
  return `${characters.slice(0, most - 1 - end).join('')}…${end === 0 ? '' : characters.slice(-end).join('')}`;
}

/** A text in lines of at most `room` columns; longer words keep their line. */
export function wrapped(text: string, room: number | undefined): readonly string[] {
  if (room === undefined || text.length <= room) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= room) line += ` ${word}`;
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
