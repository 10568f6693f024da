import { MAX_ROWS } from './limits.js';
import type { Cell, Column, ColumnStyle, Table } from './preview.js';
import { clip } from './values.js';

/** A cell of a text, which is cut, and of a smaller one below. */
export function cell(text: string, detail = ''): Cell {
  return detail === '' || detail === text ? { text: clip(text) } : { text: clip(text), detail: clip(detail) };
}

/** Columns by their names, with a style where that is another than text. */
export function columns(...names: readonly (string | readonly [string, ColumnStyle])[]): readonly Column[] {
  return names.map((name) => (typeof name === 'string' ? { name, style: 'text' } : { name: name[0], style: name[1] }));
}

/** A table of the first items; all are counted. `row` gives nothing for what is not an item. */
export function table<T>(
  head: Pick<Table, 'title' | 'nouns' | 'columns'>,
  items: Iterable<T>,
  row: (item: T) => readonly Cell[] | undefined,
): Table {
  const rows: (readonly Cell[])[] = [];
  let total = 0;
  for (const item of items) {
    if (rows.length < MAX_ROWS) {
      const cells = row(item);
      if (cells === undefined) continue;
      rows.push(cells);
    }
    total += 1;
  }
  return { type: 'table', ...head, rows, total };
}
