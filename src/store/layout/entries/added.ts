import type { Descriptor } from '../../../oci/values/descriptor.js';
import { nameOf } from './names.js';

/**
 * Keeps the entries that one store adds in one order: those with a name first, by their names, then the others by digest.
 * Several manifests are written at a time, and `index.json` must not depend on which one is done first.
 */
export class AddedEntries {
  readonly #keys = new Set<string>();

  /**
   * Puts what was added by this change and by earlier ones into order, in the places that it has. All that was there
   * before stays where it is.
   */
  arranged(before: readonly Descriptor[], after: readonly Descriptor[]): readonly Descriptor[] {
    const [known, left] = [new Set(before), new Set(after)];
    // An entry that got a name, or lost it, stands where it was.
    const foreign = new Set(
      before.filter((entry) => !left.has(entry) && !this.#isAdded(entry)).map(({ digest }) => digest),
    );
    for (const entry of after) if (!known.has(entry) && !foreign.has(entry.digest)) this.#keys.add(keyOf(entry));
    const added = after.filter((entry) => this.#isAdded(entry)).sort(inOrder);
    return after.map((entry) => (this.#isAdded(entry) ? (added.shift() ?? entry) : entry));
  }

  #isAdded(entry: Descriptor): boolean {
    return this.#keys.has(keyOf(entry));
  }
}

function keyOf(entry: Descriptor): string {
  return `${entry.digest} ${nameOf(entry) ?? ''}`;
}

function inOrder(one: Descriptor, other: Descriptor): number {
  const [a, b] = [sortKey(one), sortKey(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortKey(entry: Descriptor): string {
  const name = nameOf(entry);
  return name === undefined ? `1 ${entry.digest}` : `0 ${name} ${entry.digest}`;
}
