/** A pattern of items, some of which stand for any number of them. */
export interface Wildcards<P, I> {
  /** Whether this part of the pattern stands for any number of items. */
  isAny(part: P): boolean;
  /** Whether another part stands for this item. */
  fits(part: P, item: I): boolean;
}

/**
 * True when items fit a pattern.
 *
 * Each item is looked at once per part of the pattern at most. A regular expression of the pattern backtracks, and takes a
 * minute for `*a*a*a*a*b` and a long name.
 */
export function fitsWildcards<P, I>(
  parts: readonly P[],
  items: readonly I[],
  { isAny, fits }: Wildcards<P, I>,
): boolean {
  let at = 0;
  let any = -1;
  let resume = 0;
  for (let next = 0; next < items.length; ) {
    const [part, item] = [parts[at], items[next]];
    if (part !== undefined && isAny(part)) {
      any = at++;
      resume = next;
    } else if (part !== undefined && item !== undefined && fits(part, item)) {
      at++;
      next++;
    } else if (any >= 0) {
      // The last part for any number takes one more item.
      at = any + 1;
      next = ++resume;
    } else return false;
  }
  return parts.slice(at).every(isAny);
}
