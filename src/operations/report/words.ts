import type { ReportCell, ReportRow, ReportSummary } from './schema.js';

/** The reason why a row has no answer: no such image is there, the text is not a reference, or asking failed. */
export type RowFailure = 'absent' | 'mistaken' | 'unasked';

/** Undefined for an image that was asked about. */
export function failureOf({ digest, error }: Pick<ReportRow, 'digest' | 'error'>): RowFailure | undefined {
  if (error === undefined) return undefined;
  if (error.code === 'INVALID_ARGUMENT') return 'mistaken';
  // An image with a digest exists: what is missing is behind it.
  const isAbsent = digest === undefined && (error.code === 'NOT_FOUND' || error.code === 'NO_MATCH');
  return isAbsent ? 'absent' : 'unasked';
}

/** The words for the columns of a row, and for its policy; undefined where the image is not there. */
export function wordsOf(
  row: ReportRow,
  columns: readonly string[],
  hasPolicy: boolean,
): readonly (string | undefined)[] {
  const failure = failureOf(row);
  const isThere = failure === undefined || failure === 'unasked';
  const words = columns.map((name) => {
    const cell = row.columns[name];
    return cell === undefined ? 'unknown' : stateWord(cell);
  });
  return [...words, ...(hasPolicy ? [row.policy ?? 'unknown'] : [])].map((word) => (isThere ? word : undefined));
}

/** The state of a cell as a word; with a trust, whether what is there is verified. */
function stateWord({ state, verified }: ReportCell): string {
  if (verified === undefined || state === 'no' || (state === 'unknown' && verified === 'unknown')) return state;
  if (verified === 'yes') return 'verified';
  return verified === 'no' ? 'unverified' : verified;
}

/** The remarks on a row beside its cells, the gravest first. */
export function notesOf(row: ReportRow): readonly string[] {
  const { error, incomplete = [], columns, endOfLife, policy, violations = [] } = row;
  const lacking = Object.entries(columns).filter(([, cell]) => cell.state === 'partly' && cell.lacking !== undefined);
  const end =
    endOfLife && (endOfLife.past ? `past its end of life, ${endOfLife.date}` : `end of life ${endOfLife.date}`);
  return [
    ...(error === undefined ? [] : [`${error.code}: ${error.message}`]),
    ...incomplete.map(({ way, error }) => `could not ask ${way}: ${error.message}`),
    ...lacking.map(([name, cell]) => `no ${name} for ${(cell.lacking ?? []).join(', ')}`),
    ...(policy === undefined || policy === 'kept' ? [] : violations.map((text) => `policy: ${text}`)),
    ...(end === undefined ? [] : [end]),
  ];
}

/** The numbers of rows without a whole answer, each with its words. */
export function troublesOf({
  failed,
  absent,
  mistaken,
  incomplete,
}: ReportSummary): readonly { readonly count: number; readonly words: string }[] {
  return [
    { count: absent, words: absent === 1 ? 'does not exist' : 'do not exist' },
    { count: mistaken, words: mistaken === 1 ? 'is not a reference' : 'are not references' },
    { count: failed - absent - mistaken, words: 'could not be asked' },
    { count: incomplete, words: 'could be asked in part' },
  ].filter(({ count }) => count > 0);
}
