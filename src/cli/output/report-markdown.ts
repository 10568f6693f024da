import { stateWord } from '../../operations/report/words.js';
import { dateOf } from './age.js';
import { type ReportShape, type ReportWriter, rowNotes } from './report.js';
import { printable } from './text.js';

const MARKS: Readonly<Record<string, string>> = { yes: '✓', verified: '✓ verified', no: '✗', unknown: '?' };

/** A table of GitHub Flavored Markdown. */
export function markdownWriter({ columns, hasPolicy }: Pick<ReportShape, 'columns' | 'hasPolicy'>): ReportWriter {
  const names = ['image', ...columns, ...(hasPolicy ? ['policy'] : []), 'newest', 'notes'];
  return {
    begin: () => `${row(names)}${row(names.map(() => '---'))}`,
    row: (one) =>
      row([
        escaped(one.reference),
        ...columns.map((name) => {
          const cell = one.columns[name];
          const word = cell === undefined ? 'unknown' : stateWord(cell);
          return MARKS[word] ?? word;
        }),
        ...(hasPolicy ? [one.policy ?? 'unknown'] : []),
        dateOf(one.newest).slice(0, 10),
        rowNotes(one).map(escaped).join('<br>'),
      ]),
    end: () => '',
  };
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** Text that Markdown shows as it is: nothing in it is markup, a link or a mention. */
function escaped(text: string): string {
  const entity = (character: string) => `&#${character.codePointAt(0)};`;
  return printable(text).replace(/[^\p{L}\p{N}\p{M} ./:,;=-]|(?<=:)\/(?=\/)|(?<=www)\./giu, entity);
}
