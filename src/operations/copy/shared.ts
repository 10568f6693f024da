import { handled } from '../../io/async/handled.js';

/** Asks once for each key. Unlike `once` it keeps a failure, which the copy does not try to mend. */
export function shared<K, V>(answers: Map<K, Promise<V>>, key: K, ask: () => Promise<V>): Promise<V> {
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = handled(ask());
  answers.set(key, answer);
  return answer;
}
