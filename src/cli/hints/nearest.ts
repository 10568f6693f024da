import { distance } from 'fastest-levenshtein';

/** Differences that a slip of the fingers makes in a word of so many letters. */
function slipsIn({ length }: string): number {
  return length < 4 ? 1 : length < 8 ? 2 : 3;
}

/** The names that a mistyped word is nearest to, all at one distance; the beginning of a name counts as one difference. */
export function nearest(word: string, names: Iterable<string>): readonly string[] {
  const typed = word.toLowerCase();
  let least = slipsIn(typed);
  let found: string[] = [];
  for (const name of names) {
    const isBeginning = typed.length > 2 && name.startsWith(typed);
    const differences = isBeginning ? 1 : distance(typed, name.toLowerCase());
    // A word of three letters that differs in two shares a letter with every other.
    if (differences > least || differences >= typed.length) continue;
    // About half of the letters differ: a slip leaves the first as it is.
    if (differences * 2 + 1 >= typed.length && differences > 1 && name[0]?.toLowerCase() !== typed[0]) continue;
    if (differences < least) found = [];
    least = differences;
    found.push(name);
  }
  return found;
}
