/**
 * The wish to put a value in place of others, where several may have the same wish: the last one gets it. A value that was
 * there before this wish stood comes back only where another writer lost it, and is replaced again; any other is newer.
 */
export class LastWriter {
  readonly #older = new Set<string | undefined>();
  #hasAsked = false;

  /** Whether these values, all of which are there now, are to be replaced. */
  replaces(present: readonly (string | undefined)[]): boolean {
    if (this.#hasAsked && present.some((value) => !this.#older.has(value))) return false;
    this.#hasAsked = true;
    for (const value of present) this.#older.add(value);
    return true;
  }
}
