import type { ReportCell, ReportRow } from './schema.js';

/** The state of a cell as a word; with a trust, whether what is there is verified. */
export function stateWord({ state, verified }: ReportCell): string {
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
