import { wordsOf } from '../../../operations/report/words.js';
import { printable } from '../text.js';
import { type ReportShape, type ReportWriter, rowNotes } from './shape.js';

/** Spreadsheets run a cell that begins so. */
const FORMULA = /^[=+\-@\t\r]/;

/** Records of RFC 4180, with a line of names above. */
export function csvWriter({ columns, hasPolicy }: Pick<ReportShape, 'columns' | 'hasPolicy'>): ReportWriter {
  const policy = hasPolicy ? ['policy'] : [];
  const names = ['reference', 'digest', 'platforms', ...columns, ...policy, 'newest', 'end of life', 'error', 'notes'];
  return {
    begin: () => record(names),
    row: (row) =>
      record([
        row.reference,
        row.digest ?? '',
        row.platforms === undefined ? '' : String(row.platforms),
        ...wordsOf(row, columns, hasPolicy).map((word = '') => word),
        row.newest ?? '',
        row.endOfLife?.date ?? '',
        row.error?.code ?? '',
        rowNotes(row).join('; '),
      ]),
    end: () => '',
  };
}

function record(fields: readonly string[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

function field(text: string): string {
  const shown = printable(text);
  const safe = FORMULA.test(shown) ? `'${shown}` : shown;
  return /[",]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
