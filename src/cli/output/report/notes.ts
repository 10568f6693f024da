import type { ReportRow } from '../../../operations/report/schema.js';
import { printable } from '../text.js';
import { describeLack } from './summary.js';

/** Images that lack something are named one by one up to this number; a gate shows the first of them. */
const MAX_NAMED = 1000;

/** The notes below a report, kept from its rows. */
export class ReportNotes {
  readonly #lacking: string[] = [];
  #lacks = 0;
  #hub: { readonly text: string; readonly reference: string } | undefined;
  #hubs = 0;

  add(row: ReportRow): void {
    const { error } = row;
    const failure = error && printable(`${row.reference} could not be asked: ${error.message}`);
    const lack = failure ?? describeLack(row);
    if (lack !== undefined && ++this.#lacks <= MAX_NAMED) this.#lacking.push(lack);
    const { given: text, reference } = row;
    if (text === undefined || !reference.startsWith('docker.io/') || /^(?:[^/]*\.)?docker\.io\//.test(text)) return;
    this.#hubs++;
    this.#hub ??= { text, reference };
  }

  /** The images that lack something required, or could not be asked. */
  get lacking(): readonly string[] {
    return this.#lacking;
  }

  /** The number of all of them, also of those that are not named. */
  get lacks(): number {
    return this.#lacks;
  }

  get notes(): readonly string[] {
    if (this.#hub === undefined) return [];
    const { text, reference } = this.#hub;
    const names = this.#hubs === 1 ? 'name without a registry is' : 'names without a registry are';
    return [`${this.#hubs} ${names} on Docker Hub, as for Kubernetes: ${text} is ${reference}`];
  }
}
