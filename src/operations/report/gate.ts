import type { ReportRow } from './schema.js';
import { isLacking } from './summary.js';
import { failureOf } from './words.js';

/** The requirements of a report. */
export interface RequiredOfRows {
  /** The columns that each image must have. */
  readonly require: readonly string[];
  /** Whether an attachment counts only where it is verified. */
  readonly isTrusted: boolean;
}

/**
 * The code that tells how a report ends, the gravest of its rows: `UNAUTHORIZED` or `INCOMPLETE` where an image was not or
 * only partly asked, `INVALID_ARGUMENT` for text that is not a reference, `NOT_VERIFIED` for attachments that are there and
 * not verified, `NOT_FOUND` for an image that does not exist, `NO_MATCH` for one that lacks what is required.
 */
export type ReportFailure = (typeof FAILURES)[number];

/** The gravest first. */
const FAILURES = ['UNAUTHORIZED', 'INCOMPLETE', 'INVALID_ARGUMENT', 'NOT_VERIFIED', 'NOT_FOUND', 'NO_MATCH'] as const;

/** Finds the gravest failure of all rows. */
export class ReportGate {
  readonly #met = new Set<ReportFailure>();

  constructor(private readonly required: RequiredOfRows) {}

  add(row: ReportRow): void {
    for (const failure of failuresOf(row, this.required)) this.#met.add(failure);
  }

  /** Undefined where all rows pass. */
  get failure(): ReportFailure | undefined {
    return FAILURES.find((failure) => this.#met.has(failure));
  }
}

function* failuresOf(row: ReportRow, { require, isTrusted }: RequiredOfRows): Generator<ReportFailure> {
  const { error, incomplete = [], columns, policy, missing = [] } = row;
  if (error !== undefined) {
    const failure = failureOf(row);
    yield failure === 'absent' ? 'NOT_FOUND' : failure === 'mistaken' ? 'INVALID_ARGUMENT' : refused(error.code);
    return;
  }
  // A requirement that is met stays met, even where a way could not be asked.
  const states = require.map((name) => (isTrusted ? columns[name]?.verified : columns[name]?.state));
  const isMet =
    require.length + Number(policy !== undefined) > 0 && policy !== 'unknown' && states.every((one) => one === 'yes');
  if (!isMet) for (const { error } of incomplete) yield refused(error.code);
  if (!isLacking(row)) return;
  const isThere = missing.some((name) => columns[name]?.count !== 0);
  yield isTrusted && (isThere || policy === 'broken') ? 'NOT_VERIFIED' : 'NO_MATCH';
}

function refused(code: string): ReportFailure {
  return code === 'UNAUTHORIZED' || code === 'FORBIDDEN' ? 'UNAUTHORIZED' : 'INCOMPLETE';
}
