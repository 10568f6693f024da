/** The word that a misspelled one stands for: at most two letters differ. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((one) => ({ one, distance: distance(word.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, distance: far }) => far <= Math.min(2, one.length / 2))
    .toSorted((a, b) => a.distance - b.distance);
  return best?.one;
}

/** The number of letters to add, to remove or to replace (Levenshtein). */
function distance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (const [other, wanted] of [...to].entries()) {
      const [above = 0, beside = 0, before = 0] = [row[other + 1], next[other], row[other]];
      next.push(Math.min(above + 1, beside + 1, before + (letter === wanted ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
