import type { Shard } from '../../operations/report/report.js';
import type { ReportRow } from '../../operations/report/schema.js';

/** The rows of a report, and what is known before the first. */
export interface ReportInput {
  readonly rows: AsyncIterable<ReportRow>;
  /** The names of the columns. */
  readonly columns: readonly string[];
  readonly require: readonly string[];
  readonly isTrusted: boolean;
  readonly hasPolicy: boolean;
  /** The columns of the longest reference, as far as it is known when it is called. */
  readonly longest: () => number;
  readonly shard?: Shard | undefined;
  close?(): Promise<void>;
}
