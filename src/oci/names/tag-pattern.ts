import { fitsWildcards } from '../text/wildcards.js';

/** True when a tag fits a shell pattern: `*` is any text, `?` is any character, other characters are themselves. */
export function matchesTag(pattern: string, tag: string): boolean {
  return fitsWildcards([...pattern], [...tag], {
    isAny: (part) => part === '*',
    fits: (part, character) => part === '?' || part === character,
  });
}
