/**
 * The wish to put a value in place of others, where several may have the same wish: the last one gets it. A value that was
 * there before this wish stood comes back only where another writer lost it, and is replaced again; any other is newer.
 */
export class LastWriter {
  readonly #older = new Set<string | undefined>();

  /**
   * Whether these values, all of which are there now, are to be replaced.
   *
   * @param isAgain they were replaced before, or may have been
   */
  replaces(present: readonly (string | undefined)[], isAgain: boolean): boolean {
    if (isAgain && present.some((value) => !this.#older.has(value))) return false;
    for (const value of present) this.#older.add(value);
    return true;
  }
}
