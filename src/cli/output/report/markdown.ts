import { wordsOf } from '../../../operations/report/words.js';
import { cell } from '../../../views/markdown/code.js';
import { dateOf } from '../age.js';
import { type ReportShape, type ReportWriter, rowNotes } from './shape.js';

const MARKS: Readonly<Record<string, string>> = { yes: '✓', verified: '✓ verified', no: '✗', unknown: '?' };

/** A table of GitHub Flavored Markdown. */
export function markdownWriter({ columns, hasPolicy }: Pick<ReportShape, 'columns' | 'hasPolicy'>): ReportWriter {
  const names = ['image', ...columns, ...(hasPolicy ? ['policy'] : []), 'newest', 'notes'];
  return {
    begin: () => `${row(names)}${row(names.map(() => '---'))}`,
    row: (one) =>
      row([
        cell(one.reference),
        ...wordsOf(one, columns, hasPolicy).map((word = '–', index) =>
          index < columns.length ? (MARKS[word] ?? word) : word,
        ),
        dateOf(one.newest).slice(0, 10),
        rowNotes(one).map(cell).join('<br>'),
      ]),
    end: () => '',
  };
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}
