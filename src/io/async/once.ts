import { handled } from './handled.js';

/** Asks once for each key; those who ask meanwhile or later share the answer, and a failure as well. */
export function shared<K, V>(answers: Map<K, Promise<V>>, key: K, ask: () => Promise<V>): Promise<V> {
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = handled(ask());
  answers.set(key, answer);
  return answer;
}

/** The same, but a failure is forgotten, and asked again. */
export function once<K, V>(answers: Map<K, Promise<V>>, key: K, ask: () => Promise<V>): Promise<V> {
  const answer = shared(answers, key, () =>
    ask().catch((error: unknown) => {
      if (answers.get(key) === answer) answers.delete(key);
      throw error;
    }),
  );
  return answer;
}
