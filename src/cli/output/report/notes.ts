import type { ReportRow } from '../../../operations/report/schema.js';
import { describeLack } from './summary.js';

/** Images that lack something are named one by one up to this number. */
const MAX_NAMED = 50;

/** The notes below a report, kept from its rows. */
export class ReportNotes {
  readonly #lacking: string[] = [];
  #lacks = 0;
  #hub: { readonly text: string; readonly reference: string } | undefined;
  #hubs = 0;

  add(row: ReportRow): void {
    const lack = describeLack(row);
    if (lack !== undefined && ++this.#lacks <= MAX_NAMED) this.#lacking.push(lack);
    const { given: text, reference } = row;
    if (text === undefined || !reference.startsWith('docker.io/') || /^(?:[^/]*\.)?docker\.io\//.test(text)) return;
    this.#hubs++;
    this.#hub ??= { text, reference };
  }

  /** The images that lack something required. */
  get lacking(): readonly string[] {
    const more = this.#lacks - this.#lacking.length;
    return more === 0 ? this.#lacking : [...this.#lacking, `${more} more images lack something`];
  }

  get notes(): readonly string[] {
    if (this.#hub === undefined) return [];
    const { text, reference } = this.#hub;
    const names = this.#hubs === 1 ? 'name without a registry is' : 'names without a registry are';
    return [`${this.#hubs} ${names} on Docker Hub, as for Kubernetes: ${text} is ${reference}`];
  }
}
