import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { keyValues } from './annotation-arguments.js';

/**
 * Parses changes of annotations: `KEY=VALUE` sets one, `KEY-` removes it.
 *
 * @returns values by their keys, undefined for a key to remove
 * @throws RemoraError `INVALID_ARGUMENT`, also for a key that is given twice
 */
export function annotationChanges(words: readonly string[]): Readonly<Record<string, string | undefined>> {
  const removed = words.filter((word) => !word.includes('=') && word.length > 1 && word.endsWith('-'));
  const set = keyValues(
    words.filter((word) => !removed.includes(word)),
    'annotation',
  );
  const keys = removed.map((word) => word.slice(0, -1));
  const twice = keys.find((key, n) => Object.hasOwn(set, key) || keys.indexOf(key) !== n);
  if (twice !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', `annotation ${quote(twice)} is given twice`, {
      found: twice,
      hint: 'Give each key once',
    });
  return { ...set, ...Object.fromEntries(keys.map((key) => [key, undefined])) };
}
