import type { ReportEnd, ReportRow } from '../../../operations/report/schema.js';
import { notesOf } from '../../../operations/report/words.js';
import type { Screen } from '../screen.js';
import { printable } from '../text.js';

/** Writes a report piece by piece, each with its own lines. */
export interface ReportWriter {
  begin(): string;
  row(row: ReportRow): string;
  end(end: ReportEnd): string;
}

/** The facts that a writer has before the first row. */
export interface ReportShape {
  /** The names of the columns. */
  readonly columns: readonly string[];
  readonly isTrusted: boolean;
  /** Whether each image is judged by a policy. */
  readonly hasPolicy: boolean;
  readonly screen: Screen;
  /** The columns that references take, as far as they are known when the first row is. */
  readonly longest: () => number;
  readonly now: Date;
}

/** The remarks on a row beside its cells, printable. */
export function rowNotes(row: ReportRow): readonly string[] {
  return notesOf(row).map(printable);
}
