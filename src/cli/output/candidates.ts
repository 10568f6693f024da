import { digits } from './fit.js';
import { type Column, gridLines, type Step } from './grid.js';
import type { Screen } from './tree.js';

/** Kind, format, title, date, platform and digest of an attachment. */
const COLUMNS: readonly Column[] = [{}, {}, {}, { cut: 'end' }, {}, { cut: 'end' }];
const STEPS: readonly Step[] = [
  { column: 2, least: 20 },
  { column: 1, least: 12 },
  { column: 3, least: 10 },
  { column: 2, least: 12 },
  { column: 4, least: 11 },
  { column: 1, least: 0 },
  { column: 4, least: 0 },
  { column: 5, least: 8 },
];

const INDENT = '  ';

/** The candidates of an error, a line each: attachments in columns, which fit a terminal; other texts as they are. */
export function candidateLines(candidates: readonly string[], { paint, width }: Screen): readonly string[] {
  const rows = candidates.map((text) => text.split('  '));
  if (rows.length === 0 || rows.some((cells) => cells.length !== COLUMNS.length))
    return candidates.map((text) => `${INDENT}${text}`);
  const shown = (cell: string, index: number) =>
    width !== undefined && index === COLUMNS.length - 1 ? digits(cell) : cell;
  const cells = rows.map((row) => ({ cells: row.map((cell, index) => ({ text: shown(cell, index) })) }));
  const room = width === undefined ? undefined : width - INDENT.length;
  return [...gridLines({ columns: COLUMNS, steps: STEPS }, () => cells, { paint, width: room })].map(
    (line) => `${INDENT}${line}`,
  );
}
