import { fitted, type Part, shortDigests, shorten } from './fit.js';
import type { Screen } from './screen.js';
import type { Paint } from './text.js';
import { padded, widthOf } from './width.js';

/** A column of a grid. */
export interface Column {
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /** The part that a text loses which is too wide. @default 'middle' */
  readonly cut?: 'middle' | 'end';
}

/** A column loses up to all but `least` of its width; with 0 it is left out. */
export interface Step {
  readonly column: number;
  readonly least: number;
}

export interface Cell {
  readonly text: string;
  /** A shorter word that stands for a text without room. @default the text, shortened */
  readonly short?: string | undefined;
  readonly style?: Parameters<Paint>[0] | undefined;
}

/** A line of cells in columns, or lines that stand for themselves, made for a room in columns. */
export type Row = {
  /** The beginning of the line, as in a tree: it counts for the first column. @default none */
  readonly stem?: string;
} & ({ readonly cells: readonly Cell[] } | { readonly lines: (room: number | undefined) => readonly string[] });

/** The shape of a grid. */
export interface Grid {
  readonly columns: readonly Column[];
  /** The way to narrow it, step by step, until all lines fit. @default nothing: lines are as long as their texts */
  readonly steps?: readonly Step[];
}

type Sized = Pick<Screen, 'paint' | 'width'>;

const GAP = '  ';

/** The columns of the end of a stem that stays, however deep a line stands. */
const MIN_STEM = 6;

/**
 * Lines whose cells stand in columns, over all rows. A column without any text is left out. On a screen with a width, no
 * line of cells is wider: columns lose their middle or are left out as `steps` say. Rows are asked for twice, so that none
 * need be held.
 */
export function* gridLines(grid: Grid, rows: () => Iterable<Row>, { paint, width }: Sized): Generator<string> {
  const widths = width === undefined ? naturalWidths(rows()) : fittedWidths(grid, naturalWidths(rows()), width);
  for (const row of rows()) {
    const { stem = '' } = row;
    if ('lines' in row) {
      const beginning = width === undefined ? stem : shortStem(stem, Math.max(width >> 1, MIN_STEM));
      const room = width === undefined ? undefined : Math.max(width - beginning.length, 1);
      for (const line of row.lines(room)) yield `${beginning}${line}`;
    } else yield cellLine(grid, row.cells, stem, widths, paint);
  }
}

function cellLine(
  { columns }: Grid,
  cells: readonly Cell[],
  stem: string,
  widths: readonly number[],
  paint: Paint,
): string {
  let line = '';
  // Spaces are added before a text: none ends a line.
  let spaces = 0;
  for (const [index, { text, short = text, style }] of cells.entries()) {
    const { align = 'left', cut = 'middle' } = columns[index] ?? {};
    const width = widths[index] ?? 0;
    if (width === 0) continue;
    const beginning =
      index === 0 ? shortStem(stem, Math.min(Math.max(width - widthOf(text), MIN_STEM), width - 1)) : '';
    const room = Math.max(width - beginning.length, 0);
    const kept = cut === 'end' ? text.slice(0, room) : shorten(widthOf(text) > room ? short : text, room);
    const rest = room - widthOf(kept);
    const before = align === 'right' ? rest : 0;
    const shown = style !== undefined && kept !== '' ? paint(style, kept) : kept;
    if (shown !== '' || beginning !== '') {
      line += `${' '.repeat(spaces + before)}${beginning}${shown}`;
      spaces = rest - before;
    } else spaces += room;
    spaces += GAP.length;
  }
  return line;
}

/** The end of a stem, in at most so many columns. */
function shortStem(stem: string, room: number): string {
  return stem.length <= room ? stem : `…${stem.slice(stem.length - room + 1)}`;
}

function naturalWidths(rows: Iterable<Row>): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    if (!('cells' in row)) continue;
    for (const [index, { text }] of row.cells.entries()) {
      const stem = index === 0 ? (row.stem ?? '').length : 0;
      widths[index] = Math.max(widths[index] ?? 0, stem + widthOf(text));
    }
  }
  return widths;
}

/** The widths of columns in lines of at most `room`: 0 for one that is left out. */
function fittedWidths({ steps = [] }: Grid, natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  const over = () => {
    const shown = widths.filter((width) => width > 0);
    return shown.reduce((sum, width) => sum + width, GAP.length * Math.max(shown.length - 1, 0)) - room;
  };
  const isDropped = new Set<number>();
  for (const { column, least } of steps) {
    const width = widths[column] ?? 0;
    if (over() <= 0) break;
    if (least === 0) isDropped.add(column);
    widths[column] = least === 0 ? 0 : Math.min(width, Math.max(width - over(), least));
  }
  // A column that was left out may have been wider than what was needed.
  for (const { column } of steps)
    if (!isDropped.has(column))
      widths[column] = Math.min(natural[column] ?? 0, (widths[column] ?? 0) + Math.max(-over(), 0));
  for (let last = widths.length - 1; last > 0 && over() > 0; last--) widths[last] = 0;
  widths[0] = Math.min(widths[0] ?? 0, room);
  return widths;
}

/** A table: a line of names above the rows, and a `-` where a cell is empty. */
export function* tableLines(
  names: readonly string[],
  grid: Grid,
  rows: () => Iterable<readonly Cell[]>,
  screen: Sized,
): Generator<string> {
  const used = new Set<number>();
  for (const row of rows()) for (const [index, { text }] of row.entries()) if (text !== '') used.add(index);
  function* all(): Generator<Row> {
    yield { cells: names.map((text, index) => ({ text: used.has(index) ? text : '' })) };
    for (const row of rows())
      yield { cells: row.map((cell, index) => (cell.text === '' && used.has(index) ? { text: '-' } : cell)) };
  }
  yield* gridLines(grid, all, screen);
}

/** Lines of plain texts in columns. */
export function* textLines(
  grid: Grid,
  rows: () => Iterable<readonly string[]>,
  screen: Sized,
  stem = '',
): Generator<string> {
  function* all(): Generator<Row> {
    for (const row of rows()) yield { stem, cells: row.map((text) => ({ text })) };
  }
  yield* gridLines(grid, all, screen);
}

/** A name and its value, or the parts of it; a `whole` one is a result to copy, and is never shortened. */
export type Field = readonly [name: string, value: string | readonly Part[] | undefined, how?: 'whole'];

/** The least columns of a value beside its name; with fewer, it stands below. */
const MIN_VALUE = 12;

/** Names and values, one per line, which fit the screen; those without a value are left out. */
export function fieldText(pairs: readonly Field[], { width, paint }: Sized): string {
  const shown = pairs.flatMap(([name, value, how]) => (value === undefined ? [] : [{ name: `${name}:`, value, how }]));
  const label = shown.reduce((most, { name }) => Math.max(most, widthOf(name)), 0) + GAP.length;
  const isBelow = width !== undefined && width - label < MIN_VALUE;
  const room = width === undefined ? undefined : width - (isBelow ? GAP.length : label);
  return shown
    .map(({ name, value, how }) => {
      const most = how === 'whole' ? undefined : room;
      const text = typeof value === 'string' ? fitText(value, most) : fitted(value, most, paint);
      return `${isBelow ? `${name}\n${GAP}` : padded(name, label)}${text}`.trimEnd();
    })
    .join('\n');
}

/** A text in so many columns: first its digests get short, then it loses its middle. */
export function fitText(text: string, room: number | undefined): string {
  return room === undefined || widthOf(text) <= room ? text : shorten(shortDigests(text), room);
}
