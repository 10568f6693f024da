import type { ReportRow } from './schema.js';

/** The required columns that an image lacks for certain; with a trust, those of which none is verified. */
export function missingOf(columns: ReportRow['columns'], required: readonly string[]): readonly string[] {
  return required.filter((name) => {
    const { state, verified = state } = columns[name] ?? {};
    return verified === 'no' || verified === 'partly';
  });
}
