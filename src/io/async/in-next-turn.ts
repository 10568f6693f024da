/**
 * Looks for all who ask together: those who ask while a look is under way share the next one. No one gets the answer of
 * a look that began before the question.
 */
export function inNextTurn<T>(look: () => Promise<T>): () => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  const begin = () => {
    next = undefined;
    return look();
  };
  return () => {
    if (next !== undefined) return next;
    // A failure is that of those who asked before.
    next = before.then(begin, begin);
    before = next;
    return next;
  };
}
