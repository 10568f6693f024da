import type { ReportRow, ReportSummary } from './schema.js';
import { failureOf } from './words.js';

/** Counts rows as they come. */
export class Summary {
  #images = 0;
  #failed = 0;
  #absent = 0;
  #mistaken = 0;
  #incomplete = 0;
  #missing = 0;
  readonly #columns = new Map<
    string,
    { yes: number; partly: number; no: number; unknown: number; verified?: number }
  >();

  add(row: ReportRow): void {
    this.#images++;
    const failure = failureOf(row);
    if (failure !== undefined) this.#failed++;
    if (failure === 'absent') this.#absent++;
    if (failure === 'mistaken') this.#mistaken++;
    if (row.incomplete !== undefined) this.#incomplete++;
    if (isLacking(row)) this.#missing++;
    for (const [name, { state, verified }] of Object.entries(row.columns)) {
      const counts = this.#columns.get(name) ?? { yes: 0, partly: 0, no: 0, unknown: 0 };
      counts[state]++;
      if (verified !== undefined) counts.verified = (counts.verified ?? 0) + Number(verified === 'yes');
      this.#columns.set(name, counts);
    }
  }

  get value(): ReportSummary {
    return {
      images: this.#images,
      failed: this.#failed,
      absent: this.#absent,
      mistaken: this.#mistaken,
      incomplete: this.#incomplete,
      missing: this.#missing,
      columns: Object.fromEntries(this.#columns),
    };
  }
}

/** Whether an image certainly lacks something required. */
export function isLacking({ missing = [], policy }: ReportRow): boolean {
  return missing.length > 0 || policy === 'broken';
}
