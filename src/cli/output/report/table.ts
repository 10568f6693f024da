import type { ReportRow } from '../../../operations/report/schema.js';
import { wordsOf } from '../../../operations/report/words.js';
import { ageOf, dateOf } from '../age.js';
import { shortDigests, shorten, wrapped } from '../fit.js';
import { printable } from '../text.js';
import { padded } from '../width.js';
import { type ReportShape, type ReportWriter, rowNotes } from './shape.js';

const GAP = '  ';
/** The least columns of a reference, however narrow the terminal is. */
const MIN_REFERENCE = 16;
/** The most columns that all references of a pipe are filled up to. */
const MAX_REFERENCE = 200;
/** The state of an image that does not exist. */
const ABSENT = '-';
const DIGEST = 71;
const DATE = '2026-01-31T12:00:00Z'.length;
/** `in 23 mo` and the like. */
const AGE = 8;

const MARKS: Readonly<Record<string, { readonly text: string; readonly style: 'green' | 'red' | 'yellow' | 'dim' }>> = {
  yes: { text: '✓', style: 'green' },
  verified: { text: '✓', style: 'green' },
  unverified: { text: '!', style: 'red' },
  partly: { text: '±', style: 'yellow' },
  no: { text: '✗', style: 'red' },
  unknown: { text: '?', style: 'yellow' },
  [ABSENT]: { text: ABSENT, style: 'dim' },
};

/**
 * A table whose columns have their widths with the first row, of the references that are known then. On a
 * terminal a mark for each kind, and below a row what there is to say of it; elsewhere a line for each image, with words.
 */
export function tableWriter(shape: ReportShape): ReportWriter {
  const { isTerminal, width } = shape.screen;
  let writer: ReportWriter | undefined;
  const made = () => {
    writer ??= isTerminal && width !== undefined ? marksWriter(shape, width) : wordsWriter(shape);
    return writer;
  };
  return { begin: () => made().begin(), row: (row) => made().row(row), end: (end) => made().end(end) };
}

function marksWriter({ columns, longest, screen: { paint }, now }: ReportShape, width: number): ReportWriter {
  // Names of columns are shortened before references are, and marks need a column.
  const most = Math.floor((width - MIN_REFERENCE - GAP.length - AGE) / Math.max(columns.length, 1)) - GAP.length;
  const natural = columns.reduce((sum, { length }) => sum + GAP.length + length, GAP.length + AGE);
  const isWide = natural + MIN_REFERENCE <= width;
  const widths = columns.map(({ length }) => (isWide ? length : Math.max(Math.min(length, most), 1)));
  const taken = widths.reduce((sum, length) => sum + GAP.length + length, GAP.length + AGE);
  const room = Math.max(Math.min(longest(), width - taken), MIN_REFERENCE);
  const seen = new Set<string>();
  const marks = (row: ReportRow) =>
    wordsOf(row, columns, false).map((word = ABSENT, index) => {
      const mark = MARKS[word] ?? { text: word, style: 'yellow' as const };
      seen.add(word);
      return padded(mark.text, widths[index] ?? 0).replace(mark.text, () => paint(mark.style, mark.text));
    });
  const names = columns.map((name, index) => name.toUpperCase().slice(0, widths[index]));
  return {
    begin: () => `${paint('dim', [padded('IMAGE', room), ...names, 'NEWEST'].join(GAP))}\n`,
    row: (row) => {
      const reference = padded(shorten(printable(row.reference), room), room);
      const line = [reference, ...marks(row), ageOf(row.newest, now)].join(GAP).trimEnd();
      const style = row.error === undefined ? 'dim' : 'red';
      const notes = rowNotes(row).flatMap((note) => wrapped(shortDigests(note), width - 2));
      return `${[line, ...notes.map((note) => `  ${paint(style, note)}`)].join('\n')}\n`;
    },
    end: () => {
      const words = ['partly', 'unverified', 'unknown'].filter((word) => seen.has(word));
      const legend = words.map((word) => `${MARKS[word]?.text} ${LEGEND[word]}`);
      return legend.length === 0
        ? ''
        : wrapped(legend.join(', '), width)
            .map((text) => `${paint('dim', text)}\n`)
            .join('');
    },
  };
}

const LEGEND: Readonly<Record<string, string>> = {
  partly: 'some platforms lack it',
  unverified: 'there, and not verified',
  unknown: 'not known: it could not be asked',
};

function wordsWriter({ columns, longest, isTrusted, hasPolicy }: ReportShape): ReportWriter {
  const word = isTrusted ? 'unverified'.length : 'unknown'.length;
  const widths = [
    Math.min(longest(), MAX_REFERENCE),
    DIGEST,
    ...columns.map((name) => Math.max(name.length, word)),
    ...(hasPolicy ? [7] : []),
    DATE,
  ];
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, index) => padded(cell, widths[index] ?? 0))
      .join(GAP)
      .trimEnd()}\n`;
  const policy = hasPolicy ? ['POLICY'] : [];
  return {
    begin: () => line(['IMAGE', 'DIGEST', ...columns.map((name) => name.toUpperCase()), ...policy, 'NEWEST', 'NOTES']),
    row: (row) =>
      line([
        printable(row.reference),
        row.digest ?? ABSENT,
        ...wordsOf(row, columns, hasPolicy).map((word = ABSENT) => word),
        dateOf(row.newest) || ABSENT,
        rowNotes(row).join('; '),
      ]),
    end: () => '',
  };
}
