/**
 * True when a tag fits a shell pattern: `*` is any text, `?` is any character, other characters are themselves.
 *
 * Each character of the tag is looked at once per `*` at most. A regular expression of the pattern backtracks, and takes
 * a minute for `*a*a*a*a*b` and a long tag.
 */
export function matchesTag(pattern: string, tag: string): boolean {
  const wanted = [...pattern];
  const found = [...tag];
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let next = 0; next < found.length; ) {
    if (wanted[at] === '*') {
      star = at++;
      resume = next;
    } else if (wanted[at] === '?' || wanted[at] === found[next]) {
      at++;
      next++;
    } else if (star >= 0) {
      // The last `*` takes one more character.
      at = star + 1;
      next = ++resume;
    } else return false;
  }
  return wanted.slice(at).every((character) => character === '*');
}
