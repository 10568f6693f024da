import type { ReportEnd, ReportRow, ReportSummary } from '../../../operations/report/schema.js';
import { notesOf } from '../../../operations/report/words.js';
import { shortDigests } from '../fit.js';
import type { Screen } from '../screen.js';
import { printable } from '../text.js';

export const REPORT_FORMATS = ['table', 'json', 'jsonl', 'csv', 'markdown', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Writes a report piece by piece, each with its own lines. */
export interface ReportWriter {
  begin(): string;
  row(row: ReportRow): string;
  end(end: ReportEnd): string;
}

/** What a writer knows before the first row. */
export interface ReportShape {
  /** The names of the columns. */
  readonly columns: readonly string[];
  readonly isTrusted: boolean;
  /** Whether several platforms and rules of a policy may be told. */
  readonly hasPolicy: boolean;
  readonly screen: Screen;
  /** The columns that references take, as far as they are known. */
  readonly longest: number;
  readonly now: Date;
}

/** The writer of a format; only its code is loaded. */
export async function reportWriter(format: ReportFormat, shape: ReportShape): Promise<ReportWriter> {
  switch (format) {
    case 'table':
      return (await import('./table.js')).tableWriter(shape);
    case 'json':
      return (await import('./json.js')).jsonWriter();
    case 'jsonl':
      return (await import('./json.js')).jsonlWriter();
    case 'csv':
      return (await import('./csv.js')).csvWriter(shape);
    case 'markdown':
      return (await import('./markdown.js')).markdownWriter(shape);
    case 'html':
      return (await import('../../../views/images/report.js')).reportPage(shape);
  }
}

/** What a row has to say beside its cells, printable. */
export function rowNotes(row: ReportRow): readonly string[] {
  return notesOf(row).map(printable);
}

/** The same in short, for a terminal. */
export function shortNotes(row: ReportRow): readonly string[] {
  return rowNotes(row).map(shortDigests);
}

/** The line that sums up: `200 images: 180 with sbom, 150 with signature; 3 could not be asked`. */
export function describeSummary({ images, failed, incomplete, columns }: ReportSummary): string {
  const kinds = Object.entries(columns).map(([name, { yes, verified }]) =>
    verified === undefined ? `${yes} with ${name}` : `${verified} with verified ${name}`,
  );
  const troubles = [
    ...(failed === 0 ? [] : [`${failed} could not be asked`]),
    ...(incomplete === 0 ? [] : [`${incomplete} could be asked in part`]),
  ];
  const what = images === 0 || kinds.length === 0 ? '' : `: ${kinds.join(', ')}`;
  return [`${images} image${images === 1 ? '' : 's'}${what}`, ...troubles].join('; ');
}

/** The required things that a row lacks: `lacks sbom (linux/arm64)`; undefined where nothing is missing for certain. */
export function describeLack({
  reference,
  missing = [],
  columns,
  policy,
  violations = [],
}: ReportRow): string | undefined {
  const kinds = missing.map((name) => {
    const { lacking, verified, state } = columns[name] ?? {};
    const where = lacking === undefined ? '' : ` for ${lacking.join(', ')}`;
    return verified !== undefined && state === 'yes' ? `verified ${name}` : `${name}${where}`;
  });
  const parts = [
    ...(kinds.length === 0 ? [] : [`has no ${kinds.join(', no ')}`]),
    ...(policy === 'broken' ? violations.map((text) => `breaks the policy: ${text}`) : []),
  ];
  return parts.length === 0 ? undefined : printable(`${reference} ${parts.join('; ')}`);
}
