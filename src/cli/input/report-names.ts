import { nameOfReference, type Reportable } from '../../operations/report/expand.js';
import { widthOf } from '../output/width.js';

/** The widths of the names in a report, as far as they are known while references are read and tags are listed. */
export class ReportNames {
  #expanded = 0;
  #longest = 0;

  constructor(private readonly references: readonly Reportable[]) {}

  /** Takes the names of the images that the next reference stands for. */
  add(images: readonly string[]): void {
    this.#expanded++;
    for (const name of images) this.#longest = Math.max(this.#longest, widthOf(name));
  }

  /** A reference whose tags are not listed yet counts as its name with `latest`. */
  get longest(): number {
    let most = this.#longest;
    for (let index = this.#expanded; index < this.references.length; index++) {
      const one = this.references[index];
      if (one !== undefined) most = Math.max(most, widthOf(nameOfReference(one)));
    }
    return most;
  }
}
