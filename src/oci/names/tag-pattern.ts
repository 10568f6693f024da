import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { fitsWildcards } from '../text/wildcards.js';

/** Characters of other languages of patterns. No tag has them, and neither have the names of a layout (image-spec annotations.md). */
const FOREIGN = /[[\]{}()\\!^,|]/;

/**
 * Checks patterns for {@link matchesTag}, which would take such a character for itself, and match nothing.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for an empty pattern, and for one with brackets, braces or lists
 */
export function checkTagPatterns(patterns: readonly string[]): void {
  for (const pattern of patterns) {
    const foreign = FOREIGN.exec(pattern)?.[0];
    if (pattern !== '' && foreign === undefined) continue;
    const fault = foreign === undefined ? 'is empty' : `has ${quote(foreign)}, which no tag has`;
    throw new RemoraError('INVALID_ARGUMENT', `pattern ${quote(pattern)} ${fault}`, {
      found: pattern,
      hint: '* is any text and ? is any character; give the flag several times for several patterns',
    });
  }
}

/** True when a tag fits a shell pattern: `*` is any text, `?` is any character, other characters are themselves. */
export function matchesTag(pattern: string, tag: string): boolean {
  return fitsWildcards([...pattern], [...tag], {
    isAny: (part) => part === '*',
    fits: (part, character) => part === '?' || part === character,
  });
}
