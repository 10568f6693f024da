import type { ReportRow } from '../../../operations/report/schema.js';
import { describeFailure, describeLack } from './summary.js';

/** Images that lack something are named one by one up to this number; a gate shows the first of them. */
const MAX_NAMED = 1000;

/** The notes below a report, kept from its rows. */
export class ReportNotes {
  readonly #lacking: string[] = [];
  #lacks = 0;
  #hub: { readonly text: string; readonly reference: string } | undefined;
  #hubs = 0;
  #hint: { readonly text: string; readonly reference: string } | undefined;

  add(row: ReportRow): void {
    const lack = describeFailure(row) ?? describeLack(row);
    const hint = (row.error ?? row.incomplete?.[0]?.error)?.hint;
    if (hint !== undefined) this.#hint ??= { text: hint, reference: row.reference };
    if (lack !== undefined && ++this.#lacks <= MAX_NAMED) this.#lacking.push(lack);
    const { given: text, reference } = row;
    if (text === undefined || !reference.startsWith('docker.io/') || /^(?:[^/]*\.)?docker\.io\//.test(text)) return;
    this.#hubs++;
    this.#hub ??= { text, reference };
  }

  /** The images that lack something required, do not exist or could not be asked. */
  get lacking(): readonly string[] {
    return this.#lacking;
  }

  /** The number of all of them, also of those that are not named. */
  get lacks(): number {
    return this.#lacks;
  }

  /** The next step for the first row that has one. */
  get hint(): string | undefined {
    if (this.#hint === undefined || this.#lacks === 1) return this.#hint?.text;
    return `${this.#hint.reference}: ${this.#hint.text}`;
  }

  get notes(): readonly string[] {
    if (this.#hub === undefined) return [];
    const { text, reference } = this.#hub;
    const names = this.#hubs === 1 ? 'name without a registry is' : 'names without a registry are';
    return [`${this.#hubs} ${names} on Docker Hub, as for Kubernetes: ${text} is ${reference}`];
  }
}
